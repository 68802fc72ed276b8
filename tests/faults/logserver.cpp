// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "logserver.h"

#include <tideline/core/json.h>
#include <tideline/stores/later_p.h>

#include <QtCore/QFile>

namespace Tideline {

namespace {

Failure notOffered()
{
    return {Failure::Code::Remote, QStringLiteral("This server does not offer that.")};
}

} // namespace

LogServer::LogServer(const QString &path)
    : m_path(path)
{
    for (const ServerEffect &effect : effects(path))
        apply(effect);
}

RemoteFactory LogServer::factory(const QString &path)
{
    return [path] { return std::make_unique<LogServer>(path); };
}

QList<ServerEffect> LogServer::effects(const QString &path)
{
    QList<ServerEffect> effects;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return effects; // nothing has come yet
    while (!file.atEnd()) {
        const Result<QVariantMap> line = Json::parseObject(file.readLine());
        if (!line)
            qFatal("a line of the server's log cannot be read");
        ServerEffect effect;
        effect.entryId = line->value(QStringLiteral("entry")).toString();
        effect.recordId = line->value(QStringLiteral("record")).toString();
        effect.values = line->value(QStringLiteral("values")).toMap();
        if (!fromText(line->value(QStringLiteral("operation")).toString(), &effect.operation))
            qFatal("an operation of the server's log cannot be read");
        effects.append(effect);
    }
    return effects;
}

void LogServer::apply(const ServerEffect &effect)
{
    ++m_version;
    if (effect.operation == SyncOperation::Delete) {
        m_rows.remove(effect.recordId);
        return;
    }
    QVariantMap &row = m_rows[effect.recordId];
    row.insert(QStringLiteral("id"), effect.recordId);
    row.insert(effect.values);
    row.insert(QStringLiteral("updated_at"),
               QStringLiteral("2026-01-01T00:00:00.%1+00:00").arg(m_version, 6, 10, QLatin1Char('0')));
}

PushOutcome LogServer::pushOne(const PushItem &item)
{
    const SyncEntry &entry = item.entry;
    PushOutcome outcome;
    if (entry.payload.value(QStringLiteral("title")) == QVariant(QStringLiteral("refused"))) {
        outcome.kind = PushOutcome::Kind::Failed;
        outcome.failure = Failure(Failure::Code::Remote, QStringLiteral("The server refuses the row. Change it."));
        outcome.failure.httpStatus = 400;
        outcome.failure.serverCode = QStringLiteral("23514");
        return outcome;
    }
    const bool isThere = m_rows.contains(entry.recordId);
    const QVariantMap row = m_rows.value(entry.recordId);
    const QString version = item.table.updatedAt;
    const bool isBase = isThere && entry.base && row.value(version) == entry.base->value(version);
    const bool isDelete = entry.operation == SyncOperation::Delete;
    const bool isInsert = entry.operation == SyncOperation::Upsert && !entry.base && !isThere;
    outcome.kind = PushOutcome::Kind::Applied;
    if (isDelete && !isThere)
        return outcome;
    if (!isBase && !isInsert) {
        outcome.kind = PushOutcome::Kind::Differs;
        if (isThere)
            outcome.serverRow = row;
        return outcome;
    }
    const QByteArray line = Json::toText(QVariantMap{{QStringLiteral("entry"), entry.id},
                                                     {QStringLiteral("record"), entry.recordId},
                                                     {QStringLiteral("operation"), toText(entry.operation)},
                                                     {QStringLiteral("values"), entry.payload}})
                            + '\n';
    QFile file(m_path);
    // One system call: a killed process leaves the whole line or none.
    if (!file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered) || file.write(line) != line.size())
        qFatal("the server's log cannot be written");
    apply({entry.id, entry.recordId, entry.operation, entry.payload});
    if (!isDelete)
        outcome.serverRow = m_rows.value(entry.recordId);
    return outcome;
}

QFuture<PushReply> LogServer::push(const QList<PushItem> &items, bool)
{
    PushReply reply;
    reply.requests = 1;
    for (const PushItem &item : items)
        reply.outcomes.append(pushOne(item));
    return later(reply);
}

QList<RemoteRow> LogServer::rowsAfter(const QString &version) const
{
    const QString column = QStringLiteral("updated_at");
    QMap<QString, RemoteRow> rows;
    for (auto it = m_rows.cbegin(); it != m_rows.cend(); ++it) {
        const QString own = it->value(column).toString();
        if (own > version)
            rows.insert(own, RemoteRow{it.key(), *it, false});
    }
    return rows.values();
}

QFuture<Result<PullPage>> LogServer::pull(const PullRequest &request)
{
    const QList<RemoteRow> rows = rowsAfter(request.cursor);
    PullPage page;
    page.requests = 1;
    page.rows = rows.mid(0, request.pageSize);
    page.hasMore = rows.size() > page.rows.size();
    page.cursor =
        page.rows.isEmpty() ? request.cursor : page.rows.constLast().values.value(request.table.updatedAt).toString();
    if (request.wantsRowCount)
        page.rowCount = m_rows.size();
    return later(Result<PullPage>(page));
}

QFuture<Result<IdentityPage>> LogServer::identities(const TableConfig &table, const QString &)
{
    IdentityPage page;
    page.requests = 1;
    for (auto it = m_rows.cbegin(); it != m_rows.cend(); ++it) {
        page.recordIds.append(it.key());
        page.versions.append(it->value(table.updatedAt).toString());
    }
    return later(Result<IdentityPage>(page));
}

QFuture<Result<PullPage>> LogServer::fetch(const TableConfig &, const QStringList &)
{
    return later(Result<PullPage>(notOffered()));
}

QFuture<Result<TableSchema>> LogServer::schema(const TableConfig &)
{
    return later(Result<TableSchema>(notOffered()));
}

QFuture<Result<bool>> LogServer::refreshAuthentication()
{
    return later(Result<bool>(false));
}

void LogServer::reset() {}

} // namespace Tideline
