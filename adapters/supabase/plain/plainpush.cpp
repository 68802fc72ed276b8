// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/plainpush.h"

#include "http/replyclassifier.h"
#include "plain/restquery.h"

#include <tideline/core/json.h>

#include <QtCore/QUrl>

namespace Tideline::Rest {

namespace {

PushOutcome settled(PushOutcome::Kind kind, const std::optional<QVariantMap> &row)
{
    PushOutcome outcome;
    outcome.kind = kind;
    if (row)
        outcome.serverRow = *row;
    return outcome;
}

PushOutcome applied(const std::optional<QVariantMap> &row)
{
    return settled(PushOutcome::Kind::Applied, row);
}

PushOutcome differs(const std::optional<QVariantMap> &row)
{
    return settled(PushOutcome::Kind::Differs, row);
}

PushOutcome failed(const Failure &failure)
{
    PushOutcome outcome;
    outcome.kind = PushOutcome::Kind::Failed;
    outcome.failure = failure;
    return outcome;
}

Failure hiddenFailure(const QString &detail)
{
    return {Failure::Code::RlsViolation, detail};
}

bool isDeleted(const TableConfig &table, const QVariantMap &row)
{
    return !table.deletedAt.isEmpty() && !row.value(table.deletedAt).isNull();
}

// Our own change is there already: its reply was lost.
bool holds(const TableConfig &table, const QVariantMap &row, const QVariantMap &sent)
{
    if (isDeleted(table, row) && !sent.contains(table.deletedAt))
        return false;
    for (auto it = sent.cbegin(); it != sent.cend(); ++it) {
        if (!row.contains(it.key()) || !Json::equivalent(row.value(it.key()), it.value()))
            return false;
    }
    return true;
}

std::optional<QVariantMap> valueOf(const QHash<QString, QVariantMap> &rows, const QString &id)
{
    const auto found = rows.constFind(id);
    if (found == rows.constEnd())
        return {};
    return *found;
}

std::optional<QVariantMap> firstRow(const RestReply &reply)
{
    const QVariantList rows = reply.rows();
    if (rows.isEmpty())
        return {};
    return rows.constFirst().toMap();
}

} // namespace

PlainPush::PlainPush(RestClient &client, const QList<PushItem> &items, bool stopOnFirstError)
    : m_client(client)
    , m_reader(client)
    , m_stopOnFirstError(stopOnFirstError)
{
    for (const PushItem &item : items)
        m_changes.append(prepared(item));
    m_reply.outcomes.resize(items.size());
}

PlainPush::Change PlainPush::prepared(const PushItem &item)
{
    Change change{item.entry, item.table, {}, item.entry.payload, {}};
    const Result<QStringList> parts = item.table.keyParts(item.entry.recordId);
    if (!parts) {
        change.failure = parts.failure();
        return change;
    }
    change.keyParts = *parts;
    change.sent.remove(item.table.updatedAt);
    for (const QString &column : item.table.key)
        change.sent.remove(column);
    // The key is only checked: it goes as the text that it is.
    const Result<QByteArray> key = Json::serialize(change.keyParts);
    const Result<QByteArray> text = key ? Json::serialize(change.sent) : key;
    const Result<QVariantMap> sent = text ? Json::parseObject(*text) : Result<QVariantMap>(text.failure());
    change.failure = sent.failure();
    if (sent)
        change.sent = *sent;
    return change;
}

bool PlainPush::isInsert(const Change &change)
{
    return change.entry.operation == SyncOperation::Upsert && !change.entry.base && !change.failure.isFailure();
}

// How many changes from there on go in one request: an array whose rows lack a column would blank it, or take another
// row's, unless all have the same ones.
qsizetype PlainPush::insertCount(qsizetype first) const
{
    const Change &head = m_changes.at(first);
    qsizetype count = 0;
    QSet<QString> ids;
    while (first + count < m_changes.size()) {
        const Change &change = m_changes.at(first + count);
        if (!isInsert(change) || change.table != head.table || change.sent.keys() != head.sent.keys()
            || ids.contains(change.entry.recordId))
            break;
        ids.insert(change.entry.recordId);
        ++count;
    }
    return count;
}

Task<PushReply> PlainPush::run()
{
    qsizetype next = 0;
    while (next < m_changes.size() && !m_isOver) {
        const Change change = m_changes.at(next);
        if (m_heldTables.contains(change.table.name)) {
            ++next;
        } else if (const qsizetype count = insertCount(next); count > 0) {
            const QList<PushOutcome> outcomes = co_await insert(m_changes.mid(next, count));
            for (const PushOutcome &outcome : outcomes) {
                settle(change, outcome, next);
                ++next;
            }
        } else {
            const PushOutcome outcome = co_await apply(change);
            settle(change, outcome, next);
            ++next;
        }
    }
    co_return m_reply;
}

// What an outcome means for the items that follow.
void PlainPush::settle(const Change &change, const PushOutcome &outcome, qsizetype index)
{
    m_reply.outcomes[index] = outcome;
    if (outcome.kind != PushOutcome::Kind::Failed)
        return;
    const bool isTransportFailure = isTransport(outcome.failure);
    if (m_hasNoToken || outcome.failure.code == Failure::Code::AuthExpired
        || (isTransportFailure && m_stopOnFirstError))
        m_isOver = true;
    else if (isTransportFailure || outcome.failure.httpStatus == 404)
        m_heldTables.insert(change.table.name);
}

// Failures that the rows of a request have in common.
bool PlainPush::endsInsert(const Failure &failure) const
{
    const bool isServersOwn = isTransport(failure) && failure.httpStatus != 500;
    return m_hasNoToken || isServersOwn || failure.code == Failure::Code::AuthExpired || failure.httpStatus == 404;
}

Task<RestReply> PlainPush::send(RestRequest request)
{
    RestReply reply = co_await m_client.send(request, &m_reply);
    m_hasNoToken = reply.hasNoToken;
    co_return reply;
}

Task<QList<PushOutcome>> PlainPush::insert(QList<Change> changes)
{
    const TableConfig table = changes.constFirst().table;
    QVariantList body;
    for (const Change &change : changes) {
        QVariantMap row = change.sent;
        for (qsizetype i = 0; i < table.key.size(); ++i)
            row.insert(table.key.at(i), change.keyParts.at(i));
        body.append(row);
    }
    RestQuery query;
    query.add(QStringLiteral("columns"), columnList(body.constFirst().toMap().keys()));
    query.add(QStringLiteral("on_conflict"), columnList(table.key));
    RestRequest request = rowsRequest(table, query.encoded());
    request.method = QByteArrayLiteral("POST");
    request.prefer = QByteArrayLiteral("resolution=ignore-duplicates,return=representation");
    request.body = Json::toText(body);
    const RestReply reply = co_await send(request);

    QList<PushOutcome> outcomes;
    if (reply.failure.isFailure()) {
        if (changes.size() > 1 && !endsInsert(reply.failure))
            co_return co_await insertOneByOne(changes);
        const bool isUndone =
            m_hasNoToken || reply.failure.code == Failure::Code::AuthExpired || reply.failure.httpStatus == 404;
        const PushOutcome notSent;
        outcomes.fill(isUndone ? notSent : failed(reply.failure), changes.size());
        outcomes.replace(0, failed(reply.failure));
        co_return outcomes;
    }

    QHash<QString, QVariantMap> inserted;
    const QVariantList insertedRows = reply.rows();
    for (const QVariant &value : insertedRows) {
        const RemoteRow row = remoteRow(table, value);
        inserted.insert(row.recordId, row.values);
    }
    QStringList ignoredIds;
    for (const Change &change : changes) {
        if (!inserted.contains(change.entry.recordId))
            ignoredIds.append(change.entry.recordId);
    }
    QHash<QString, QVariantMap> present;
    Failure readFailure;
    if (!ignoredIds.isEmpty()) {
        const Result<QVariantList> read = co_await m_reader.read(table, ignoredIds, &m_reply);
        readFailure = read.failure();
        const QVariantList presentRows = read ? *read : QVariantList();
        for (const QVariant &value : presentRows) {
            const RemoteRow row = remoteRow(table, value);
            present.insert(row.recordId, row.values);
        }
    }
    for (const Change &change : changes) {
        const QString id = change.entry.recordId;
        if (inserted.contains(id)) {
            outcomes.append(applied(inserted.value(id)));
        } else if (readFailure.isFailure()) {
            outcomes.append(failed(readFailure));
        } else {
            const Found found{{}, valueOf(present, id)};
            outcomes.append(co_await settleIgnored(change, found));
        }
    }
    co_return outcomes;
}

// A request is one transaction: a row that the server refuses takes the others with it. Alone each gets its own answer.
Task<QList<PushOutcome>> PlainPush::insertOneByOne(QList<Change> changes)
{
    QList<PushOutcome> outcomes(changes.size());
    for (qsizetype i = 0; i < changes.size(); ++i) {
        const QList<Change> single(1, changes.at(i));
        const QList<PushOutcome> one = co_await insert(single);
        outcomes[i] = one.constFirst();
        const bool isFailed = outcomes.at(i).kind == PushOutcome::Kind::Failed;
        if (isFailed && (endsInsert(outcomes.at(i).failure) || isTransport(outcomes.at(i).failure)))
            break;
    }
    co_return outcomes;
}

// The insert did nothing because the row is there.
Task<PushOutcome> PlainPush::settleIgnored(Change change, Found found)
{
    if (!found.row) // perhaps the server spells the id in another way: it compares better than we do
        found = co_await readRow(change);
    if (found.failure.isFailure())
        co_return failed(found.failure);
    if (!found.row) {
        co_return failed(hiddenFailure(QStringLiteral("The record exists on the server but is hidden from this user. "
                                                      "Use another id, or check the table's policies.")));
    }
    if (holds(change.table, *found.row, change.sent))
        co_return applied(found.row);
    co_return differs(found.row);
}

Task<PushOutcome> PlainPush::apply(Change change)
{
    if (change.failure.isFailure())
        co_return failed(change.failure);
    const bool isDelete = change.entry.operation == SyncOperation::Delete;
    // Nothing to send, or nothing to send it on top of: what the server has decides.
    if (!change.entry.base || (!isDelete && change.sent.isEmpty())) {
        const Found found = co_await readRow(change);
        if (found.failure.isFailure())
            co_return failed(found.failure);
        const bool isGone = !found.row || isDeleted(change.table, *found.row);
        const bool isDone = isDelete ? isGone : change.entry.base && !isGone;
        if (isDone)
            co_return applied(found.row);
        co_return differs(found.row);
    }
    if (isDelete)
        co_return co_await remove(change);
    co_return co_await update(change);
}

namespace {

RestRequest conditional(const TableConfig &table, const QStringList &keyParts, const QVariantMap &base)
{
    RestQuery query;
    query.addEqual(table.key, keyParts);
    const std::optional<QString> version = versionOf(table, base);
    const QString condition = version ? QStringLiteral("eq.") + *version : QStringLiteral("is.null");
    query.add(columnName(table.updatedAt), condition);
    RestRequest request = rowsRequest(table, query.encoded());
    request.prefer = QByteArrayLiteral("return=representation");
    return request;
}

// The condition held and still nothing happened.
bool isUntouched(const TableConfig &table, const QVariantMap &row, const QVariantMap &base)
{
    return Json::equivalent(row.value(table.updatedAt), base.value(table.updatedAt));
}

Failure refusedFailure()
{
    return hiddenFailure(QStringLiteral("The server shows this record to the user but does not let the user change it. "
                                        "Check the table's policies."));
}

} // namespace

Task<PushOutcome> PlainPush::update(Change change)
{
    RestRequest request = conditional(change.table, change.keyParts, *change.entry.base);
    request.method = QByteArrayLiteral("PATCH");
    request.body = Json::toText(change.sent);
    const RestReply reply = co_await send(request);
    if (reply.failure.isFailure())
        co_return failed(reply.failure);
    if (const std::optional<QVariantMap> row = firstRow(reply))
        co_return applied(row);
    const Found found = co_await readRow(change);
    if (found.failure.isFailure())
        co_return failed(found.failure);
    if (found.row && holds(change.table, *found.row, change.sent))
        co_return applied(found.row);
    if (found.row && isUntouched(change.table, *found.row, *change.entry.base))
        co_return failed(refusedFailure());
    co_return differs(found.row);
}

Task<PushOutcome> PlainPush::remove(Change change)
{
    const bool isSoft = !change.table.deletedAt.isEmpty();
    RestRequest request = conditional(change.table, change.keyParts, *change.entry.base);
    request.method = isSoft ? QByteArrayLiteral("PATCH") : QByteArrayLiteral("DELETE");
    if (isSoft) // the server reads 'now' as its own time
        request.body = Json::toText(QVariantMap{{change.table.deletedAt, QStringLiteral("now")}});
    const RestReply reply = co_await send(request);
    if (reply.failure.isFailure())
        co_return failed(reply.failure);
    if (const std::optional<QVariantMap> row = firstRow(reply)) {
        if (!isSoft)
            co_return settled(PushOutcome::Kind::Applied, std::nullopt);
        co_return applied(row);
    }
    const Found found = co_await readRow(change);
    if (found.failure.isFailure())
        co_return failed(found.failure);
    if (!found.row || isDeleted(change.table, *found.row))
        co_return applied(found.row);
    if (isUntouched(change.table, *found.row, *change.entry.base))
        co_return failed(refusedFailure());
    co_return differs(found.row);
}

Task<PlainPush::Found> PlainPush::readRow(Change change)
{
    RestQuery query;
    query.add(QStringLiteral("select"), QStringLiteral("*"));
    query.addEqual(change.table.key, change.keyParts);
    const RestReply reply = co_await send(rowsRequest(change.table, query.encoded()));
    Found found;
    found.failure = reply.failure;
    if (!reply.failure.isFailure())
        found.row = firstRow(reply);
    co_return found;
}

} // namespace Tideline::Rest
