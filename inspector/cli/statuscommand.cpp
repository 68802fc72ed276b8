// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "statuscommand.h"

#include "session.h"

namespace Tideline::Cli {

namespace {

QString orNever(const QDateTime &time)
{
    return time.isValid() ? toText(time) : QStringLiteral("never");
}

QString statusText(const SyncStatus &status)
{
    QString text =
        QStringLiteral("State        %1 (%2)\nPending      %3, of them %4 with an error\nDead letters %5\n"
                       "Conflicts    %6 open\nLast synced  %7\nNext retry   %8")
            .arg(toText(status.state), status.isOnline ? QStringLiteral("online") : QStringLiteral("offline"))
            .arg(status.pending)
            .arg(status.failed)
            .arg(status.dead)
            .arg(status.conflicts)
            .arg(orNever(status.lastSyncedAt),
                 status.nextRetryAt.isValid() ? toText(status.nextRetryAt) : QStringLiteral("none scheduled"));
    QList<QStringList> lines;
    for (const TableStatus &table : status.tables)
        lines.append({table.name, QString::number(table.rows), QString::number(table.pending),
                      QString::number(table.dead), orNever(table.lastPulledAt)});
    if (lines.isEmpty())
        return text;
    return text + QStringLiteral("\n\n")
           + alignedTable({QStringLiteral("TABLE"), QStringLiteral("ROWS"), QStringLiteral("PENDING"),
                           QStringLiteral("DEAD"), QStringLiteral("LAST PULLED")},
                          lines);
}

} // namespace

void runStatus(Session &session)
{
    answerWithStatus(session);
}

void answerWithStatus(Session &session)
{
    const Result<SyncStatus> status = session.engine().status();
    if (!status)
        return session.fail(status.failure());
    session.answer(status->toVariantMap(), statusText(*status), exitCodeOf(*status, {}));
}

} // namespace Tideline::Cli
