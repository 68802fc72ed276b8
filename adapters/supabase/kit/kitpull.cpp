// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "kit/kitpull.h"

#include "http/replyclassifier.h"
#include "kit/kitchanges.h"
#include "kit/kitfailure.h"
#include "log.h"

#include <tideline/engine/retrypolicy.h>

namespace Tideline::Rest {

namespace {

const QString allTables; // the name under which the size of these pages is known

bool isServerCode(const Failure &failure, const char *code)
{
    return failure.serverCode == QLatin1String(code);
}

Failure misshapen(const QString &why)
{
    return {Failure::Code::Deserialization,
            QStringLiteral("The server kit's answer to a pull cannot be read (%1). Update the server kit, or set mode "
                           "to plain.")
                .arg(why)};
}

} // namespace

KitPull::KitPull(RestClient &client, KitKnowledge &knowledge, PageSizes &sizes, SupabaseOptions::Mode mode,
                 const QList<TableCursor> &tables, int pageSize)
    : m_client(client)
    , m_knowledge(knowledge)
    , m_sizes(sizes)
    , m_mode(mode)
    , m_tables(tables)
    , m_pageSize(pageSize)
{
}

Task<Result<ChangesPage>> KitPull::run()
{
    Part all{{}, m_sizes.size(allTables, m_pageSize)};
    for (qsizetype i = 0; i < m_tables.size(); ++i) {
        const Result<QByteArray> wish = kitWish(m_tables.at(i));
        m_wishes.append(wish ? *wish : QByteArray());
        if (!wish)
            fail(i, wish.failure());
        else if (isForKit(m_tables.at(i).table.name))
            all.places.append(i);
    }
    if (!all.places.isEmpty())
        m_parts.append(all);
    while (!m_parts.isEmpty()) {
        Part next = m_parts.takeFirst();
        next.limit = qMin(next.limit, m_pageSize - m_records);
        if (next.limit <= 0) {
            postpone(next);
            continue;
        }
        const RestReply reply = co_await m_client.send(request(next), &m_account);
        const Failure failure = take(next, reply);
        if (failure.isFailure())
            co_return Result<ChangesPage>(failure);
    }
    co_return Result<ChangesPage>(page());
}

bool KitPull::isForKit(const QString &table) const
{
    return m_mode == SupabaseOptions::Mode::Kit
           || (m_mode == SupabaseOptions::Mode::Auto && m_knowledge.pull.presence != KitKnowledge::Presence::Absent
               && !m_knowledge.pull.untracked.contains(table));
}

RestRequest KitPull::request(const Part &part) const
{
    QByteArray wishes;
    for (const qsizetype place : part.places) {
        if (!wishes.isEmpty())
            wishes.append(',');
        wishes.append(m_wishes.at(place));
    }
    RestRequest request;
    request.method = QByteArrayLiteral("POST");
    request.path = QByteArrayLiteral("rpc/tideline_pull");
    // Told what the body holds, PostgREST hands it on unread.
    request.query = QByteArrayLiteral("columns=version,limit,tables");
    request.body = QByteArrayLiteral("{\"version\":") + QByteArray::number(kitVersion)
                   + ",\"limit\":" + QByteArray::number(part.limit) + ",\"tables\":[" + wishes + "]}";
    return request;
}

Failure KitPull::take(const Part &part, const RestReply &reply)
{
    if (reply.failure.isFailure())
        return takeFailure(part, reply);
    const QVariantMap content = reply.content.toMap();
    if (isOtherVersion(content, QStringLiteral("tables")))
        return withoutKit(kitOfOtherVersion(content));
    const QVariant answers = content.value(QStringLiteral("tables"));
    if (answers.typeId() != QMetaType::QVariantList || !content.contains(QStringLiteral("version")))
        return misshapen(QStringLiteral("it is no list of tables"));
    if (m_knowledge.pull.presence != KitKnowledge::Presence::Present)
        qCInfo(supabaseLog, "The server has the server kit: changes are pulled from it.");
    m_knowledge.pull.presence = KitKnowledge::Presence::Present;
    if (m_knowledge.push.presence == KitKnowledge::Presence::Unknown)
        m_knowledge.push.presence = KitKnowledge::Presence::Present; // no kit has the one function without the other
    m_sizes.grow(allTables, m_pageSize);
    return takeAnswers(part, answers.toList());
}

Failure KitPull::takeFailure(const Part &part, const RestReply &reply)
{
    const Failure &failure = reply.failure;
    // What is wrong with a table stands in the reply: this is about the function. PostgREST may not have noticed yet
    // that it is gone (42883).
    if (isServerCode(failure, "PGRST202") || isServerCode(failure, "42883"))
        return withoutKit(kitWithoutPulls());
    if (isServerCode(failure, "42501"))
        return withoutKit(kitForbidden(QStringLiteral("tideline_pull")));
    if (reply.hasNoToken || failure.code == Failure::Code::AuthExpired)
        return failure;
    if (reply.isTooMuch()) {
        const bool isSmaller = m_sizes.shrink(allTables, part.limit);
        // A server that says nothing is asked once more, not for minutes; the next pull begins with less.
        if (failure.code == Failure::Code::Timeout && ++m_timeouts > 1)
            return failure;
        if (isSmaller) {
            m_parts.prepend({part.places, m_sizes.size(allTables, m_pageSize)});
            return {};
        }
    } else if (isServerWide(failure) || isServerCode(failure, "40001") || isServerCode(failure, "40P01")) {
        return failure;
    }
    if (part.places.size() > 1)
        split(part);
    else if (reply.isTooMuch())
        fail(part.places.constFirst(), oneRowFailure(m_tables.at(part.places.constFirst()).table.name, failure));
    else
        fail(part.places.constFirst(), failure);
    return {};
}

Failure KitPull::takeAnswers(const Part &part, const QVariantList &answers)
{
    QHash<QString, qsizetype> places;
    for (const qsizetype place : part.places)
        places.insert(m_tables.at(place).table.name, place);
    bool hasNews = false;
    for (const QVariant &value : answers) {
        const QVariantMap answer = value.toMap();
        const auto found = places.constFind(answer.value(QStringLiteral("table")).toString());
        if (found == places.cend())
            return misshapen(QStringLiteral("it tells of a table that was not asked for, or twice of one"));
        const qsizetype place = *found;
        places.erase(found);
        if (const std::optional<QString> reason = untrackedReason(answer)) {
            takeUntracked(place, *reason);
            continue;
        }
        const TableChanges changes = kitChanges(m_tables.at(place), answer);
        const bool isPostponed = changes.hasMore && changes.cursor == m_tables.at(place).cursor;
        if (isPostponed && !hasNews)
            return misshapen(QStringLiteral("it postpones a table for nothing"));
        hasNews = hasNews || changes.cursor != m_tables.at(place).cursor;
        m_records += static_cast<int>(changes.rows.size() + changes.removedIds.size());
        m_changes.insert(place, changes);
    }
    return {};
}

Failure KitPull::withoutKit(const Failure &failure)
{
    if (m_mode == SupabaseOptions::Mode::Kit)
        return failure;
    qCInfo(supabaseLog, "Plain pulls: %s", qUtf8Printable(failure.detail));
    m_knowledge.pull.presence = KitKnowledge::Presence::Absent;
    m_parts.clear();
    return {};
}

void KitPull::takeUntracked(qsizetype place, const QString &reason)
{
    const TableConfig &table = m_tables.at(place).table;
    const Failure failure = kitUntracked(table, reason);
    if (m_mode == SupabaseOptions::Mode::Kit)
        return fail(place, failure);
    qCInfo(supabaseLog, "Plain pulls of table %s: %s", qUtf8Printable(table.name), qUtf8Printable(failure.detail));
    m_knowledge.pull.untracked.insert(table.name);
}

void KitPull::fail(qsizetype place, const Failure &failure)
{
    TableChanges changes;
    changes.table = m_tables.at(place).table.name;
    changes.failure = failure;
    m_changes.insert(place, changes);
}

// One of them is more than the server or the limits can bear: the others are not to wait for it.
void KitPull::split(const Part &part)
{
    const qsizetype half = part.places.size() / 2;
    m_parts.prepend({part.places.mid(half), part.limit});
    m_parts.prepend({part.places.mid(0, half), part.limit});
}

void KitPull::postpone(const Part &part)
{
    for (const qsizetype place : part.places) {
        TableChanges changes;
        changes.table = m_tables.at(place).table.name;
        changes.cursor = m_tables.at(place).cursor;
        changes.hasMore = true;
        m_changes.insert(place, changes);
    }
}

ChangesPage KitPull::page() const
{
    ChangesPage page;
    static_cast<RemoteReply &>(page) = m_account;
    for (qsizetype i = 0; i < m_tables.size(); ++i) {
        TableChanges changes = m_changes.value(i);
        if (!m_changes.contains(i)) {
            if (isForKit(m_tables.at(i).table.name))
                continue; // nothing new
            changes.table = m_tables.at(i).table.name;
            changes.isServed = false;
        }
        page.tables.append(changes);
    }
    return page;
}

} // namespace Tideline::Rest
