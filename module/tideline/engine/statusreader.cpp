// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/sessionkeys.h>
#include <tideline/engine/statusreader.h>

#include <QtCore/QSet>

namespace Tideline {

namespace {

class StatusReading
{
public:
    StatusReading(Storage &storage, RowCounts rowCounts)
        : m_storage(storage)
        , m_rowCounts(rowCounts)
    {
    }

    Result<SyncStatus> read(const QStringList &tables, const QDateTime &now)
    {
        readCounts();
        readSession(now);
        for (const QString &table : tables)
            readTable(table);
        if (m_failure.isFailure())
            return m_failure;
        m_status.state = state();
        return m_status;
    }

private:
    template <typename T>
    T take(const Result<T> &result, const T &otherwise = T())
    {
        if (result)
            return *result;
        if (!m_failure.isFailure())
            m_failure = result.failure();
        return otherwise;
    }

    QVariant sessionValue(const QString &name) { return take(m_storage.session().value(name)); }

    void readCounts()
    {
        m_counts = take(m_storage.queue().counts());
        for (const TableCounts &counts : std::as_const(m_counts)) {
            m_status.pending += counts.pending;
            m_status.failed += counts.failed;
            m_status.dead += counts.dead;
            m_held += counts.held;
        }
        m_status.conflicts = take(m_storage.journal().openConflictCount());
    }

    void readSession(const QDateTime &now)
    {
        const QVariant online = sessionValue(SessionKey::online);
        m_status.isOnline = !online.isValid() || online.toBool();
        m_isAuthRequired = sessionValue(SessionKey::authRequired).toBool();
        m_status.lastSyncedAt =
            QDateTime::fromString(sessionValue(SessionKey::lastSyncedAt).toString(), Qt::ISODateWithMs);
        if (!take(m_storage.session().leaseHolder(now)).isEmpty())
            m_activity = sessionValue(SessionKey::activity).toString();

        m_status.nextRetryAt = take(m_storage.queue().nextRetryAt());
        const QDateTime pausedUntil =
            QDateTime::fromString(sessionValue(SessionKey::pausedUntil).toString(), Qt::ISODateWithMs);
        if (pausedUntil > now && (!m_status.nextRetryAt.isValid() || m_status.nextRetryAt < pausedUntil))
            m_status.nextRetryAt = pausedUntil;
        if (m_status.nextRetryAt.isValid() && m_status.nextRetryAt <= now)
            m_status.nextRetryAt = now;
    }

    void readTable(const QString &name)
    {
        TableStatus table;
        table.name = name;
        table.pending = m_counts.value(name).pending;
        table.dead = m_counts.value(name).dead;
        // A table that was not made yet has no rows; that is no reason to have no status.
        const bool isCounted = m_rowCounts == RowCounts::Read;
        if (const Result<qint64> rows = isCounted ? m_storage.local().rowCount(name) : Result<qint64>(0))
            table.rows = *rows;
        const SyncCursor cursor = take(m_storage.timestamps().cursor(name));
        table.cursor = cursor.value;
        table.lastPulledAt = cursor.pulledAt;
        m_status.tables.append(table);
    }

    SyncState state() const
    {
        if (m_isAuthRequired)
            return SyncState::AuthRequired;
        if (m_status.dead > 0 || m_status.conflicts > 0 || m_held > 0)
            return SyncState::Stuck;
        if (!m_status.isOnline)
            return SyncState::Offline;
        if (m_status.nextRetryAt.isValid())
            return SyncState::Waiting;
        if (m_activity == toText(SyncState::Draining))
            return SyncState::Draining;
        if (m_activity == toText(SyncState::Pulling))
            return SyncState::Pulling;
        return SyncState::Idle;
    }

    Storage &m_storage;
    RowCounts m_rowCounts;
    SyncStatus m_status;
    QHash<QString, TableCounts> m_counts;
    qint64 m_held = 0;
    bool m_isAuthRequired = false;
    QString m_activity;
    Failure m_failure;
};

} // namespace

/*!
    Reads where the database behind \a storage stands at the time \a now, for \a tables; their \a rowCounts, which take
    the longer the more rows there are, can be left out. It needs no engine. Call it on the storage's thread. Fails when
    the database cannot be read.
*/
Result<SyncStatus> readStatus(Storage &storage, const QStringList &tables, const QDateTime &now, RowCounts rowCounts)
{
    return StatusReading(storage, rowCounts).read(tables, now);
}

} // namespace Tideline
