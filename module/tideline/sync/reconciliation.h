// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/pageapplier.h>

#include <functional>
#include <memory>

namespace Tideline {

// Compares the ids and versions of a table's rows with the server's: rows that the server does not show go, rows that
// are missing or of another version here are fetched. Lives on the worker's thread; emits finished() once.
class Reconciliation : public QObject
{
    Q_OBJECT

public:
    Reconciliation(SyncContext &context, PageApplier &applier, const TableConfig &table, QObject *parent);

    void start();
    int requests() const { return m_requests; }

Q_SIGNALS:
    void finished(const std::optional<Tideline::Failure> &failure);

private:
    void request(const QString &next);
    void take(const IdentityPage &page);
    Result<QStringList> outdated(const IdentityPage &page);
    void removeAbsent();
    // In parts; then goes on with what is next.
    void fetch(const QStringList &recordIds, const std::function<void()> &next);
    void settle(const QStringList &doubtful);

    template <typename T, typename Take>
    void whenDone(const QFuture<Result<T>> &future, Take take);

    SyncContext &m_context;
    PageApplier &m_applier;
    TableConfig m_table;
    int m_requests = 0;
    std::unique_ptr<Inventory> m_unseen; // local records that the server has not named yet
    QSet<QString> m_unseenApart;         // the same of those that are not here because they could not be applied
};

} // namespace Tideline
