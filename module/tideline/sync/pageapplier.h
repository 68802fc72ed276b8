// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/settlement.h>
#include <tideline/sync/synccontext.h>

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
    // The server does not have this record any more, or does not show it to the user.
    Result<void> applyAbsence(UnitOfWork &work, const QString &recordId);

    // Records that the server has and that could not be applied here.
    const QSet<QString> &quarantined() const { return m_quarantined; }
    const TableSchema &schema() const { return m_schema; }
    // That the server's table is known to have.
    const QStringList &remoteColumns() const { return m_remoteColumns; }
    const SyncReport &report() const { return m_report; }

private:
    Result<void> applyRow(UnitOfWork &work, const RemoteRow &row);
    Result<void> applyOverOpenEntries(UnitOfWork &work, const RemoteRow &row);
    Result<void> storeRow(UnitOfWork &work, const RemoteRow &row);
    Result<void> setAside(UnitOfWork &work, const RemoteRow &row, const Failure &reason);
    Result<void> noteColumns(UnitOfWork &work, const QVariantMap &values);
    Result<void> count(const Result<SettlementCounts> &counts);
    bool isForeign(const QVariantMap &values) const;

    SyncContext &m_context;
    TableConfig m_table;
    TableSchema m_schema;
    bool m_isFirstFill = false; // the table is empty: no row needs to be compared
    QStringList m_remoteColumns;
    QSet<QString> m_quarantined;
    QHash<QString, int> m_openRecords; // of the transaction in hand
    SyncReport m_report;
};

} // namespace Tideline
