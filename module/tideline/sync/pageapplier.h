// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/settlement.h>
#include <tideline/sync/synccontext.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QMap>

namespace Tideline {

// Applies rows of the server to one local table: short transactions, pending edits respected, bad rows set aside.
class PageApplier
{
public:
    PageApplier(SyncContext &context, const TableConfig &table);

    // Reads what the rows are applied to; once, before the first page.
    Result<void> prepare();
    // last, where there is one, belongs to the transaction of the last rows: it saves the cursor.
    using Step = std::function<Result<void>(UnitOfWork &work)>;
    Result<void> apply(const QList<RemoteRow> &rows, const QStringList &removedIds, const Step &last);
    // Rows that were set aside before: those that still do not fit stay so without another word.
    Result<void> applyAgain(const QList<RemoteRow> &rows);
    // The server does not have this record any more, or does not show it to the user.
    Result<void> applyAbsence(UnitOfWork &work, const QString &recordId);

    // Records that the server has and that could not be applied here.
    const QSet<QString> &quarantined() const { return m_quarantined; }
    const TableSchema &schema() const { return m_schema; }
    // That the server's table is known to have.
    const QStringList &remoteColumns() const { return m_remoteColumns; }
    const SyncReport &report() const { return m_report; }

private:
    static bool isLongEnough(const UnitOfWork &work, qsizetype rows, const QElapsedTimer &timer);
    Result<bool> hasOpenEntries();
    // isOpen: the queue holds entries of this record.
    Result<void> applyRow(UnitOfWork &work, const RemoteRow &row, bool isOpen);
    Result<void> applyOverOpenEntries(UnitOfWork &work, const RemoteRow &row);
    Result<void> storeRow(UnitOfWork &work, const RemoteRow &row);
    Result<void> storeSound(UnitOfWork &work, const RemoteRow &row, bool isOpen);
    Result<void> tryAgain(UnitOfWork &work);
    Result<void> setAside(UnitOfWork &work, const RemoteRow &row, const Failure &reason);
    Result<void> noteColumns(UnitOfWork &work, const QVariantMap &values);
    Result<void> count(const Result<SettlementCounts> &counts);
    bool isForeign(const QVariantMap &values) const;

    // A row that the local table did not take.
    class Refused
    {
    public:
        RemoteRow row;
        Failure reason;
        bool isSetAside = false;
    };

    SyncContext &m_context;
    TableConfig m_table;
    TableSchema m_schema;
    bool m_isFirstFill = false; // the table was empty: rows are most probably not here yet
    bool m_hasVersion = false;
    bool m_hasDeletionMark = false;
    QStringList m_remoteColumns;
    QSet<QString> m_quarantined;
    QMap<QString, Refused> m_refused; // of this pull, by record
    bool m_isSecondTry = false;
    SyncReport m_report;
};

} // namespace Tideline
