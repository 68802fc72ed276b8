// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "kit/kitpush.h"

#include "http/replyclassifier.h"
#include "kit/kitfailure.h"
#include "log.h"
#include "plain/plainpush.h"

#include <tideline/engine/retrypolicy.h>

namespace Tideline::Rest {

namespace {

constexpr qsizetype mostBytes = 2LL * 1024 * 1024; // of a request with more than one change

RestRequest request(const QList<KitChange> &changes)
{
    RestRequest request;
    request.method = QByteArrayLiteral("POST");
    request.path = QByteArrayLiteral("rpc/tideline_push");
    // Told what the body holds, PostgREST hands it on unread.
    request.query = QByteArrayLiteral("columns=version,runs");
    request.body = kitRequest(changes);
    return request;
}

bool isServerCode(const Failure &failure, const char *code)
{
    return failure.serverCode == QLatin1String(code);
}

} // namespace

KitPush::KitPush(RestClient &client, KitKnowledge &knowledge, SupabaseOptions::Mode mode, const QList<PushItem> &items,
                 bool stopOnFirstError)
    : m_client(client)
    , m_knowledge(knowledge)
    , m_mode(mode)
    , m_items(items)
    , m_stopOnFirstError(stopOnFirstError)
{
    m_reply.outcomes.resize(items.size());
}

Task<PushReply> KitPush::run()
{
    Places all;
    m_changes.reserve(m_items.size());
    for (qsizetype i = 0; i < m_items.size(); ++i) {
        m_changes.emplaceBack(m_items.at(i));
        if (m_changes.constLast().failure.isFailure())
            fail(i, m_changes.constLast().failure);
        else
            all.append(i);
    }
    putBack(all);
    while (!m_isOver) {
        const Places next = takeNext();
        if (next.isEmpty())
            break;
        if (isForKit(next.constFirst())) {
            const QList<KitChange> sent = changes(next);
            const RestReply reply = co_await m_client.send(request(sent), &m_reply);
            takeKit(next, sent, reply);
        } else {
            QList<PushItem> items;
            for (const qsizetype place : next)
                items.append(m_items.at(place));
            PlainPush push(m_client, items, m_stopOnFirstError);
            const PushReply reply = co_await push.run();
            takePlain(next, reply);
        }
    }
    co_return m_reply;
}

bool KitPush::isForKit(qsizetype place) const
{
    return m_mode == SupabaseOptions::Mode::Kit
           || (m_knowledge.push.presence != KitKnowledge::Presence::Absent
               && !m_knowledge.push.untracked.contains(m_items.at(place).table.name));
}

// The next ones that can share what comes now.
KitPush::Places KitPush::takeNext()
{
    Places next;
    while (next.isEmpty() && !m_parts.isEmpty()) {
        const Places part = m_parts.takeFirst();
        qsizetype bytes = 0;
        for (qsizetype i = 0; i < part.size(); ++i) {
            const qsizetype place = part.at(i);
            if (m_heldTables.contains(m_items.at(place).table.name))
                continue;
            bytes += m_changes.at(place).size();
            const bool isApart = !next.isEmpty() && isForKit(place) != isForKit(next.constFirst());
            if (isApart || (!next.isEmpty() && bytes > mostBytes && isForKit(place))) {
                putBack(part.mid(i));
                break;
            }
            next.append(place);
        }
    }
    return next;
}

void KitPush::putBack(const Places &places)
{
    if (!places.isEmpty())
        m_parts.prepend(places);
}

void KitPush::takePlain(const Places &places, const PushReply &reply)
{
    m_reply.requests += reply.requests;
    if (reply.clockOffset)
        m_reply.clockOffset = reply.clockOffset;
    for (qsizetype i = 0; i < places.size(); ++i) {
        const PushOutcome &outcome = reply.outcomes.at(i);
        m_reply.outcomes[places.at(i)] = outcome;
        if (outcome.kind != PushOutcome::Kind::Failed)
            continue;
        if (outcome.failure.code == Failure::Code::AuthExpired || (isServerWide(outcome.failure) && m_stopOnFirstError))
            m_isOver = true;
        else if (isServerWide(outcome.failure) || isUnknownTable(outcome.failure))
            m_heldTables.insert(m_items.at(places.at(i)).table.name);
    }
}

QList<KitChange> KitPush::changes(const Places &places) const
{
    if (places.size() == m_changes.size())
        return m_changes;
    QList<KitChange> some;
    some.reserve(places.size());
    for (const qsizetype place : places)
        some.append(m_changes.at(place));
    return some;
}

void KitPush::takeKit(const Places &places, const QList<KitChange> &changes, const RestReply &reply)
{
    if (reply.failure.isFailure())
        return takeFailure(places, reply);
    const QVariantMap content = reply.content.toMap();
    if (isOtherVersion(content, QStringLiteral("runs"))) {
        m_knowledge.pull.presence = KitKnowledge::Presence::Absent;
        return withoutKit(places, kitOfOtherVersion(content));
    }
    const std::optional<QList<KitAnswer>> answers = kitAnswers(changes, content);
    if (!answers)
        return failAll(places, unreadableFailure(QStringLiteral("it is none of the server kit")));
    if (m_knowledge.push.presence != KitKnowledge::Presence::Present)
        qCInfo(supabaseLog, "The server has the server kit: changes go through it.");
    m_knowledge.push.presence = KitKnowledge::Presence::Present;
    takeAnswers(places, *answers);
}

void KitPush::takeFailure(const Places &places, const RestReply &reply)
{
    const Failure &failure = reply.failure;
    // What is wrong with a row stands in the reply: this is about the function. PostgREST may not have noticed yet that
    // it is gone (42883).
    if (isServerCode(failure, "PGRST202") || isServerCode(failure, "42883")) {
        m_knowledge.pull.presence = KitKnowledge::Presence::Absent; // no kit pulls without taking changes
        return withoutKit(places, kitMissing());
    }
    if (isServerCode(failure, "42501"))
        return withoutKit(places, kitForbidden(QStringLiteral("tideline_push")));
    if (reply.hasNoToken || failure.code == Failure::Code::AuthExpired) {
        m_isOver = true;
        return fail(places.constFirst(), failure);
    }
    if (isServerWide(failure) || isServerCode(failure, "40001") || isServerCode(failure, "40P01"))
        return failAll(places, failure); // which of them were done is not known
    if (isUnknownTable(failure))
        return hold(places, failure);
    if (places.size() == 1)
        return fail(places.constFirst(), failure);
    // Too much at once, or one of them is more than the server can bear.
    const qsizetype half = places.size() / 2;
    putBack(places.mid(half));
    putBack(places.mid(0, half));
}

void KitPush::takeAnswers(const Places &places, const QList<KitAnswer> &answers)
{
    Places untracked;
    for (qsizetype i = 0; i < places.size(); ++i) {
        const KitAnswer &answer = answers.at(i);
        const qsizetype place = places.at(i);
        if (!answer.isUntracked) {
            m_reply.outcomes[place] = answer.outcome;
        } else if (m_mode == SupabaseOptions::Mode::Kit) {
            hold({place}, answer.outcome.failure);
        } else {
            const QString &table = m_items.at(place).table.name;
            if (!m_knowledge.push.untracked.contains(table))
                qCInfo(supabaseLog, "Plain requests for table %s: %s", qUtf8Printable(table),
                       qUtf8Printable(answer.outcome.failure.detail));
            m_knowledge.push.untracked.insert(table);
            m_knowledge.pull.untracked.insert(table);
            untracked.append(place);
        }
    }
    putBack(untracked);
}

void KitPush::withoutKit(const Places &places, const Failure &failure)
{
    if (m_mode == SupabaseOptions::Mode::Kit)
        return hold(places, failure);
    qCInfo(supabaseLog, "Plain requests: %s", qUtf8Printable(failure.detail));
    m_knowledge.push.presence = KitKnowledge::Presence::Absent;
    putBack(places);
}

void KitPush::fail(qsizetype place, const Failure &failure)
{
    m_reply.outcomes[place] = {PushOutcome::Kind::Failed, {}, failure};
}

void KitPush::failAll(const Places &places, const Failure &failure)
{
    for (const qsizetype place : places) {
        fail(place, failure);
        m_heldTables.insert(m_items.at(place).table.name);
    }
    m_isOver = m_isOver || (m_stopOnFirstError && isServerWide(failure));
}

// One failure a table says it all.
void KitPush::hold(const Places &places, const Failure &failure)
{
    for (const qsizetype place : places) {
        const QString &table = m_items.at(place).table.name;
        if (!m_heldTables.contains(table))
            fail(place, failure);
        m_heldTables.insert(table);
    }
}

} // namespace Tideline::Rest
