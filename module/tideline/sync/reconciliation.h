// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/pageapplier.h>

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
    Result<void> sortOut();
    void removeAbsent();
    void fetchMissing();

    template <typename T, typename Take>
    void whenDone(const QFuture<Result<T>> &future, Take take);

    SyncContext &m_context;
    PageApplier &m_applier;
    TableConfig m_table;
    int m_requests = 0;
    QHash<QString, QString> m_unseen; // local records that the server has not named yet: id -> version
    QStringList m_missing;
    QSet<QString> m_doubtful; // of those to fetch: with pending changes, and gone or outside the filter
};

} // namespace Tideline
