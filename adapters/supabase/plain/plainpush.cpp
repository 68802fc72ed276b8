// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/plainpush.h"

#include "plain/restquery.h"

#include <tideline/core/json.h>
#include <tideline/engine/retrypolicy.h>

#include <algorithm>

namespace Tideline::Rest {

namespace {

using Kind = PlainChange::Kind;

bool isConditional(const PlainChange &change)
{
    return change.kind() == Kind::Update || change.kind() == Kind::Remove;
}

RestRequest insertion(const QList<PlainChange> &run)
{
    const TableConfig &table = run.constFirst().table();
    QVariantList body;
    for (const PlainChange &change : run)
        body.append(change.insertedRow());
    RestQuery query;
    query.add(QStringLiteral("columns"), columnList(body.constFirst().toMap().keys()));
    query.add(QStringLiteral("on_conflict"), columnList(table.key));
    RestRequest request = rowsRequest(table, query.encoded());
    request.method = QByteArrayLiteral("POST");
    request.prefer = QByteArrayLiteral("resolution=ignore-duplicates,return=representation");
    request.body = Json::toText(body);
    return request;
}

RestRequest conditional(const QList<PlainChange> &run)
{
    const PlainChange &first = run.constFirst();
    const TableConfig &table = first.table();
    RestQuery query;
    // PostgREST 12 applies an or=() to the rows that it answers, too: removed rows need what is asked of them, changed
    // ones have another version by then and are read back as if the reply had been lost.
    if (first.kind() == Kind::Remove)
        query.add(QStringLiteral("select"), columnList(table.key + QStringList(table.updatedAt)));
    if (run.size() == 1) {
        query.addEqual(table.key, first.keyParts());
        const std::optional<QString> version = first.baseVersion();
        query.add(columnName(table.updatedAt), version ? QStringLiteral("eq.") + *version : QStringLiteral("is.null"));
    } else {
        QStringList conditions;
        for (const PlainChange &change : run)
            conditions.append(change.condition());
        query.add(QStringLiteral("or"), QLatin1Char('(') + conditions.join(QLatin1Char(',')) + QLatin1Char(')'));
    }
    RestRequest request = rowsRequest(table, query.encoded());
    request.method = first.kind() == Kind::Remove ? QByteArrayLiteral("DELETE") : QByteArrayLiteral("PATCH");
    request.prefer = QByteArrayLiteral("return=representation");
    request.body = first.body();
    return request;
}

RestRequest requestFor(const QList<PlainChange> &run)
{
    return run.constFirst().kind() == Kind::Insert ? insertion(run) : conditional(run);
}

} // namespace

PlainPush::PlainPush(RestClient &client, const QList<PushItem> &items, bool stopOnFirstError)
    : m_client(client)
    , m_reader(client)
    , m_stopOnFirstError(stopOnFirstError)
{
    for (const PushItem &item : items)
        m_changes.append(PlainChange(item));
    m_reply.outcomes.resize(items.size());
}

// How many changes from there on go in one request, whose URL is bounded.
qsizetype PlainPush::runLength(qsizetype first) const
{
    const PlainChange &head = m_changes.at(first);
    QSet<QString> ids;
    qsizetype length = 0;
    qsizetype count = 0;
    for (; first + count < m_changes.size(); ++count) {
        const PlainChange &change = m_changes.at(first + count);
        if (isConditional(change))
            length += RestQuery::encodedValue(change.condition()).size() + 1;
        if (count > 0 && (!change.isLike(head) || ids.contains(change.recordId()) || length > longestQuery))
            break;
        ids.insert(change.recordId());
    }
    return count;
}

Task<PushReply> PlainPush::run()
{
    qsizetype next = 0;
    while (next < m_changes.size() && !m_isOver) {
        const PlainChange change = m_changes.at(next);
        if (m_heldTables.contains(change.table().name)) {
            ++next;
            continue;
        }
        const Changes run = m_changes.mid(next, runLength(next));
        const Outcomes outcomes = co_await apply(run);
        for (const PushOutcome &outcome : outcomes) {
            take(change, outcome, next);
            ++next;
        }
    }
    co_return m_reply;
}

// What an outcome means for the items that follow.
void PlainPush::take(const PlainChange &change, const PushOutcome &outcome, qsizetype index)
{
    m_reply.outcomes[index] = outcome;
    if (outcome.kind != PushOutcome::Kind::Failed)
        return;
    const bool isEverywhere = isServerWide(outcome.failure);
    if (m_hasNoToken || outcome.failure.code == Failure::Code::AuthExpired || (isEverywhere && m_stopOnFirstError))
        m_isOver = true;
    else if (isEverywhere || isUnknownTable(outcome.failure))
        m_heldTables.insert(change.table().name);
}

// Failures that all rows of a request have in common.
bool PlainPush::isShared(const Failure &failure) const
{
    const bool isServersOwn = isServerWide(failure) && failure.httpStatus != 500;
    return isUndone(failure) || isServersOwn || isUnknownColumn(failure);
}

// Those that would meet the next request just so: what shared this one counts as not sent.
bool PlainPush::isUndone(const Failure &failure) const
{
    return m_hasNoToken || failure.code == Failure::Code::AuthExpired || isUnknownTable(failure);
}

PlainPush::Outcomes PlainPush::refused(qsizetype count, const Failure &failure) const
{
    Outcomes outcomes(count, isUndone(failure) ? PushOutcome() : failed(failure));
    outcomes.replace(0, failed(failure));
    return outcomes;
}

Task<RestReply> PlainPush::send(RestRequest request)
{
    RestReply reply = co_await m_client.send(request, &m_reply);
    m_hasNoToken = reply.hasNoToken;
    co_return reply;
}

Task<PlainPush::Outcomes> PlainPush::apply(Changes run)
{
    const PlainChange &first = run.constFirst();
    if (first.kind() == Kind::Unsendable) {
        const Outcomes outcomes(1, failed(first.failure()));
        co_return outcomes;
    }
    QHash<QString, QVariantMap> done;
    if (first.kind() != Kind::Read) {
        const RestRequest request = requestFor(run);
        const RestReply reply = co_await send(request);
        if (reply.failure.isFailure()) {
            if (run.size() > 1 && !isShared(reply.failure))
                co_return co_await applyHalves(run);
            co_return refused(run.size(), reply.failure);
        }
        const QVariantList rows = reply.rows();
        for (const QVariant &value : rows) {
            const RemoteRow row = remoteRow(first.table(), value);
            done.insert(row.recordId, row.values);
        }
    }
    co_return co_await settle(run, done);
}

// A request is one transaction: a row that the server refuses takes the others with it. By halves each gets an answer
// of its own, and those that are fine still share requests.
Task<PlainPush::Outcomes> PlainPush::applyHalves(Changes run)
{
    const Changes head = run.first(run.size() / 2);
    const Changes tail = run.sliced(head.size());
    Outcomes outcomes = co_await apply(head);
    const bool isEnd = std::any_of(outcomes.cbegin(), outcomes.cend(), [this](const PushOutcome &outcome) {
        return outcome.kind == PushOutcome::Kind::Failed
               && (isUndone(outcome.failure) || isServerWide(outcome.failure));
    });
    if (isEnd) {
        outcomes.resize(run.size()); // not sent
        co_return outcomes;
    }
    const Outcomes rest = co_await apply(tail);
    outcomes += rest;
    co_return outcomes;
}

// What the request did not touch is read back, all of it at once, before anything is said or sent about it again.
Task<PlainPush::Outcomes> PlainPush::settle(Changes run, QHash<QString, QVariantMap> done)
{
    const TableConfig table = run.constFirst().table();
    QStringList untouched;
    for (const PlainChange &change : run) {
        if (!done.contains(change.recordId()))
            untouched.append(change.recordId());
    }
    QHash<QString, QVariantMap> present;
    Failure readFailure;
    bool hasForeignSpelling = false;
    if (!untouched.isEmpty()) {
        const Result<QVariantList> read = co_await m_reader.read(table, untouched, &m_reply);
        readFailure = read.failure();
        const QVariantList rows = read ? *read : QVariantList();
        for (const QVariant &value : rows) {
            const RemoteRow row = remoteRow(table, value);
            present.insert(row.recordId, row.values);
            hasForeignSpelling = hasForeignSpelling || !untouched.contains(row.recordId);
        }
    }
    Outcomes outcomes;
    for (const PlainChange &change : run) {
        const QString id = change.recordId();
        if (done.contains(id)) {
            outcomes.append(change.done(done.value(id)));
            continue;
        }
        std::optional<QVariantMap> row;
        if (present.contains(id))
            row = present.value(id);
        if (!row && hasForeignSpelling && !readFailure.isFailure()) {
            // The server spells some id in another way and compares better than we do: alone there is no doubt.
            const QStringList alone(id);
            const Result<QVariantList> read = co_await m_reader.read(table, alone, &m_reply);
            readFailure = read.failure();
            if (read && !read->isEmpty())
                row = read->constFirst().toMap();
        }
        outcomes.append(readFailure.isFailure() ? failed(readFailure) : change.settled(row));
    }
    co_return outcomes;
}

} // namespace Tideline::Rest
