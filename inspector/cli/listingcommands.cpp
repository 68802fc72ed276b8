// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "listingcommands.h"

#include "session.h"

#include <tideline/core/json.h>
#include <tideline/core/syncevent.h>

namespace Tideline::Cli {

namespace {

EntryFilter entryFilter(const Session &session, const QList<EntryState> &states)
{
    EntryFilter filter;
    filter.states = states;
    filter.table = session.options().table;
    filter.text = session.options().filter;
    filter.limit = session.options().limit;
    return filter;
}

JournalFilter journalFilter(const Session &session)
{
    JournalFilter filter;
    filter.table = session.options().table;
    filter.text = session.options().filter;
    filter.limit = session.options().limit;
    return filter;
}

// Compact JSON for a cell; a value that cannot be shown does not hide the others.
QString cellText(const QVariant &value)
{
    const Result<QByteArray> text = Json::serialize(value);
    return text ? QString::fromUtf8(*text) : QStringLiteral("(not shown: %1)").arg(text.failure().detail);
}

QString rowText(const std::optional<QVariantMap> &row)
{
    return row ? cellText(*row) : QStringLiteral("(no row)");
}

// The ids of the entries that wait for a dead letter.
Result<QStringList> dependentsOf(QueueStore &queue, const QString &entryId)
{
    EntryFilter filter;
    filter.states = {EntryState::Pending, EntryState::InFlight};
    filter.heldBy = entryId;
    const Result<QList<SyncEntry>> held = queue.entries(filter);
    if (!held)
        return held.failure();
    QStringList ids;
    for (const SyncEntry &entry : *held)
        ids.append(entry.id);
    return ids;
}

QString orNone(const QString &text)
{
    return text.isEmpty() ? QStringLiteral("(none)") : text;
}

// What a list of this contents prints; a list of none is a line, too.
QString tableText(const QStringList &header, const QList<QStringList> &rows, const QString &none)
{
    return rows.isEmpty() ? none : alignedTable(header, rows);
}

QVariantMap maskedEvent(QVariantMap detail, const QStringList &fields)
{
    for (const char *name : {"localVersion", "remoteVersion", "baseVersion", "resolvedVersion", "payload", "base"}) {
        const QString key = QString::fromLatin1(name);
        if (detail.value(key).typeId() == QMetaType::QVariantMap)
            detail.insert(key, masked(detail.value(key).toMap(), fields));
    }
    const QString entry = QStringLiteral("entry");
    if (detail.value(entry).typeId() == QMetaType::QVariantMap)
        detail.insert(entry, maskedEvent(detail.value(entry).toMap(), fields));
    return detail;
}

} // namespace

void runGet(Session &session)
{
    const QStringList &arguments = session.options().arguments;
    const Result<std::optional<QVariantMap>> row = session.engine().row(arguments.at(0), arguments.at(1));
    if (!row)
        return session.fail(row.failure());
    session.answer(toVariant(*row), *row ? ExitCode::Fine : ExitCode::Refused);
}

void runRows(Session &session)
{
    const Result<QList<QVariantMap>> rows =
        session.engine().rows(session.options().arguments.at(0), session.options().limit);
    if (!rows)
        return session.fail(rows.failure());
    if (session.options().isJson)
        return session.answer({{QStringLiteral("rows"), QVariantList(rows->cbegin(), rows->cend())}}, QString());
    for (const QVariantMap &row : *rows) {
        if (const Result<void> printed = session.output().json(row); !printed)
            return session.fail(printed.failure());
    }
    session.finish(ExitCode::Fine);
}

void runQueue(Session &session)
{
    const Result<QList<SyncEntry>> entries =
        session.storage().queue().entries(entryFilter(session, {EntryState::Pending, EntryState::InFlight}));
    if (!entries)
        return session.fail(entries.failure());
    QVariantList documents;
    QList<QStringList> lines;
    for (const SyncEntry &found : *entries) {
        const SyncEntry entry = masked(found, session.maskedFields());
        documents.append(toVariantMap(entry));
        lines.append({QString::number(entry.sequence), entry.id, entry.table, entry.recordId, toText(entry.operation),
                      toText(entry.state), QString::number(entry.retryCount), orNone(toText(entry.nextRetryAt)),
                      orNone(entry.error.detail), cellText(entry.payload)});
    }
    session.answer(
        {{QStringLiteral("entries"), documents}},
        tableText({QStringLiteral("SEQ"), QStringLiteral("ENTRY"), QStringLiteral("TABLE"), QStringLiteral("RECORD"),
                   QStringLiteral("OPERATION"), QStringLiteral("STATE"), QStringLiteral("RETRIES"),
                   QStringLiteral("NEXT RETRY"), QStringLiteral("LAST ERROR"), QStringLiteral("PAYLOAD")},
                  lines, QStringLiteral("The queue is empty.")));
}

void runDead(Session &session)
{
    QueueStore &queue = session.storage().queue();
    const Result<QList<SyncEntry>> entries = queue.entries(entryFilter(session, {EntryState::Dead}));
    if (!entries)
        return session.fail(entries.failure());
    QVariantList documents;
    QStringList text;
    for (const SyncEntry &found : *entries) {
        const SyncEntry entry = masked(found, session.maskedFields());
        const Result<QList<SyncAttempt>> attempts = queue.attempts(entry.id);
        if (!attempts)
            return session.fail(attempts.failure());
        const Result<QStringList> dependents = dependentsOf(queue, entry.id);
        if (!dependents)
            return session.fail(dependents.failure());
        QVariantList attemptDocuments;
        text.append(QStringLiteral("%1  %2 of %3 %4, died %5\n  payload  %6\n  reason   %7")
                        .arg(entry.id, toText(entry.operation), printable(entry.table), printable(entry.recordId),
                             toText(entry.finishedAt), printable(cellText(entry.payload)),
                             printable(entry.error.detail)));
        for (const SyncAttempt &attempt : *attempts) {
            QVariantMap document = attempt.failure.toVariantMap();
            document.insert(QStringLiteral("at"), toText(attempt.at));
            attemptDocuments.append(document);
            text.append(QStringLiteral("  attempt  %1 %2 %3 %4")
                            .arg(toText(attempt.at), Failure::codeName(attempt.failure.code))
                            .arg(attempt.failure.httpStatus)
                            .arg(printable(attempt.failure.serverCode)));
        }
        for (const QString &dependent : *dependents)
            text.append(QStringLiteral("  waiting  %1").arg(dependent));
        QVariantMap document = toVariantMap(entry);
        document.insert(QStringLiteral("dependents"), *dependents);
        document.insert(QStringLiteral("diedAt"), toText(entry.finishedAt));
        document.insert(QStringLiteral("attempts"), attemptDocuments);
        documents.append(document);
    }
    session.answer({{QStringLiteral("entries"), documents}},
                   text.isEmpty() ? QStringLiteral("There are no dead letters.") : text.join(QLatin1Char('\n')));
}

void runConflicts(Session &session)
{
    const Result<QList<ConflictRecord>> conflicts = session.storage().journal().conflicts(journalFilter(session));
    if (!conflicts)
        return session.fail(conflicts.failure());
    QVariantList documents;
    QStringList text;
    for (const ConflictRecord &found : *conflicts) {
        const ConflictRecord conflict = masked(found, session.maskedFields());
        documents.append(toVariantMap(conflict));
        text.append(QStringLiteral("%1  %2 %3, %4, %5 at %6\n  base      %7\n  local     %8\n  remote    %9")
                        .arg(conflict.id, printable(conflict.table), printable(conflict.recordId),
                             toText(conflict.strategy),
                             conflict.isOpen ? QStringLiteral("open") : QStringLiteral("resolved"), toText(conflict.at),
                             printable(rowText(conflict.base)), printable(rowText(conflict.local)),
                             printable(rowText(conflict.remote))));
        if (!conflict.isOpen)
            text.append(QStringLiteral("  resolved  %1").arg(printable(rowText(conflict.resolved))));
    }
    session.answer({{QStringLiteral("conflicts"), documents}},
                   text.isEmpty() ? QStringLiteral("There are no conflicts.") : text.join(QLatin1Char('\n')));
}

void runCursors(Session &session)
{
    const Result<QList<SyncCursor>> cursors = session.storage().timestamps().cursors();
    if (!cursors)
        return session.fail(cursors.failure());
    QVariantList documents;
    QList<QStringList> lines;
    for (const SyncCursor &cursor : *cursors) {
        const auto timeOrNull = [](const QDateTime &time) {
            return time.isValid() ? QVariant(toText(time)) : QVariant();
        };
        documents.append(QVariantMap{{QStringLiteral("table"), cursor.table},
                                     {QStringLiteral("cursor"), cursor.value},
                                     {QStringLiteral("pulledAt"), timeOrNull(cursor.pulledAt)},
                                     {QStringLiteral("reconciledAt"), timeOrNull(cursor.reconciledAt)}});
        lines.append(
            {cursor.table, orNone(toText(cursor.pulledAt)), orNone(toText(cursor.reconciledAt)), orNone(cursor.value)});
    }
    session.answer({{QStringLiteral("cursors"), documents}},
                   tableText({QStringLiteral("TABLE"), QStringLiteral("PULLED"), QStringLiteral("IDS COMPARED"),
                              QStringLiteral("CURSOR")},
                             lines, QStringLiteral("No table was pulled yet.")));
}

void runLog(Session &session)
{
    const Result<QList<LoggedEvent>> events = session.storage().journal().events(journalFilter(session));
    if (!events)
        return session.fail(events.failure());
    QVariantList documents;
    QList<QStringList> lines;
    for (const LoggedEvent &event : *events) {
        QVariantMap detail = maskedEvent(event.detail, session.maskedFields());
        QVariantMap document = detail;
        document.insert(QStringLiteral("seq"), event.sequence);
        documents.append(document);
        detail.remove(QStringLiteral("event"));
        detail.remove(QStringLiteral("timestamp"));
        lines.append({QString::number(event.sequence), toText(event.at), event.name, event.table, event.recordId,
                      cellText(detail)});
    }
    session.answer({{QStringLiteral("events"), documents}},
                   tableText({QStringLiteral("SEQ"), QStringLiteral("TIME"), QStringLiteral("EVENT"),
                              QStringLiteral("TABLE"), QStringLiteral("RECORD"), QStringLiteral("DETAIL")},
                             lines, QStringLiteral("The log is empty.")));
}

} // namespace Tideline::Cli
