// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/backfill.h>
#include <tideline/sync/reconciliation.h>

namespace Tideline {

// One table in a pull, however its pages come: what is applied and saved of them, and what has to follow the last one.
// Lives on the worker's thread; after conclude() it emits concluded() once.
class PulledTable : public QObject
{
    Q_OBJECT

public:
    // How the server tells of deletions in this table.
    enum class Deletions { Told, Untold };

    PulledTable(SyncContext &context, const TableConfig &table, QObject *parent);

    Result<void> prepare();
    const TableConfig &table() const { return m_table; }
    const QString &cursor() const { return m_cursor.value; }
    // Whether the pull should find out how many rows the server has.
    bool wantsRowCount(Deletions deletions) const;
    // Not even a comparison is due.
    bool isUpToDate() const;

    // Applies a page and saves its cursor. After one that fails no other is taken.
    Result<void> take(const TableChanges &page);
    // What a later pull may compare the server's timestamp with; saved with the end of the pull.
    void setTimestamp(const QString &timestamp) { m_timestamp = timestamp; }

    // After the last page.
    void conclude(Deletions deletions);
    // The same, within a unit of work, for a table that is up to date and has no news; emits nothing.
    Result<void> concludeQuietly(UnitOfWork &work);
    SyncReport report() const;

Q_SIGNALS:
    void progressed(const QString &table, qint64 rows, qint64 total);
    void concluded(const std::optional<Tideline::Failure> &failure);

private:
    Result<void> takeNext(const TableChanges &page);
    Result<QStringList> withoutDoubtful(const QStringList &removedIds);
    Result<void> saveCursor(UnitOfWork &work);
    Result<void> saveRecord(UnitOfWork &work);
    bool isReconciling() const;
    bool isCountable() const;
    bool isIntervalOver() const;
    Result<bool> hasExpectedRowCount(qint64 rowCount);
    QStringList sharedColumns() const;
    void fillIn();
    void compare();
    void tryAgain(bool hasCompared);
    void fetchAgain(const QStringList &recordIds, bool hasCompared);
    void close(bool hasCompared);

    SyncContext &m_context;
    TableConfig m_table;
    PageApplier m_applier;
    SyncCursor m_cursor;
    Deletions m_deletions = Deletions::Untold;
    bool m_isBroken = false; // a page could not be applied
    qint64 m_localRows = 0;
    qint64 m_received = 0;
    qint64 m_total = -1;
    int m_requests = 0;
    std::optional<qint64> m_rowCount; // of the server, with the last page
    QString m_timestamp;
    // What the rows here were pulled with.
    struct Record
    {
        QVariantMap filter;
        QStringList columns;      // that both sides have; empty: not known yet
        bool mustCompare = false; // rows may be here that the server does not show any more
        qint64 returns = 0;       // as SessionKey::returns was then
    };
    Record m_record;
};

} // namespace Tideline
