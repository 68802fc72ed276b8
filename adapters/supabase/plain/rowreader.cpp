// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/rowreader.h"

#include "http/replyclassifier.h"
#include "plain/restquery.h"
#include "plain/rowfilter.h"

#include <tideline/core/json.h>

#include <QtCore/QSet>
#include <QtCore/QUrl>

namespace Tideline::Rest {

namespace {

constexpr int identityPageSize = 10000;

// The query for as many of the ids from there on as a URL holds and are wanted; moves on past them.
Result<QByteArray> nextChunk(const TableConfig &table, const QStringList &ids, qsizetype most, qsizetype *position)
{
    const bool isSingle = table.key.size() == 1;
    QStringList values;
    qsizetype length = 0;
    for (; *position < ids.size(); ++*position) {
        const Result<QStringList> parts = table.keyParts(ids.at(*position));
        if (!parts)
            return parts.failure();
        const QString value = isSingle ? quoted(parts->constFirst()) : equalTo(table.key, *parts);
        length += RestQuery::encodedValue(value).size() + 1;
        if (!values.isEmpty() && (length > longestQuery || values.size() == most))
            break;
        values.append(value);
    }
    RestQuery query;
    query.add(QStringLiteral("select"), QStringLiteral("*"));
    const QString list = QLatin1Char('(') + values.join(QLatin1Char(',')) + QLatin1Char(')');
    if (isSingle)
        query.add(columnName(table.key.constFirst()), QStringLiteral("in.") + list);
    else
        query.add(QStringLiteral("or"), list);
    return query.encoded();
}

QString keyOrder(const TableConfig &table)
{
    return columnList(table.key);
}

} // namespace

RestRequest rowsRequest(const TableConfig &table, const QByteArray &query, bool counts)
{
    RestRequest request;
    request.path = QUrl::toPercentEncoding(table.name);
    request.query = query;
    request.table = table.name;
    if (counts)
        request.prefer = QByteArrayLiteral("count=exact");
    return request;
}

RemoteRow remoteRow(const TableConfig &table, const QVariant &value)
{
    RemoteRow row;
    if (value.typeId() != QMetaType::QVariantMap) {
        row.values.insert(table.key.constFirst(), QVariant());
        return row;
    }
    row.values = value.toMap();
    row.recordId = table.recordIdOf(row.values);
    row.isDeleted = !table.deletedAt.isEmpty() && !row.values.value(table.deletedAt).isNull();
    return row;
}

std::optional<QString> versionOf(const TableConfig &table, const QVariantMap &row)
{
    const QVariant version = row.value(table.updatedAt);
    if (version.isNull())
        return {};
    return filterText(version);
}

Failure repetition(const TableConfig &table)
{
    return {Failure::Code::Deserialization,
            QStringLiteral("Table %1: the server's page is not the one behind the page before it. Something on the way "
                           "may leave the query out: check the url, and proxies and caches.")
                .arg(table.name)};
}

bool PageCap::hasMore(qint64 asked, qint64 received, std::optional<qint64> total)
{
    if (total) {
        if (*total > received && received < asked)
            m_rows = received;
        return *total > received && received > 0;
    }
    return received > 0 && received >= (m_rows > 0 ? qMin(asked, m_rows) : asked);
}

Task<PageReply> sendPage(RestClient *client, PageSizes *sizes, QString name, int wanted,
                         std::function<RestRequest(int size)> request, RemoteReply *account)
{
    PageReply page;
    int timeouts = 0;
    while (true) {
        page.size = sizes->size(name, wanted);
        page.reply = co_await client->send(request(page.size), account);
        if (!page.reply.isTooMuch())
            break;
        const bool isSmaller = sizes->shrink(name, page.size);
        if (!isSmaller)
            page.reply.failure = oneRowFailure(request(page.size).table, page.reply.failure);
        // A server that says nothing is asked once more, not for minutes; the next pull begins with less.
        const bool isSilent = page.reply.failure.code == Failure::Code::Timeout && ++timeouts > 1;
        if (!isSmaller || isSilent)
            co_return page;
    }
    if (!page.reply.failure.isFailure())
        sizes->grow(name, wanted);
    co_return page;
}

RowReader::RowReader(RestClient &client)
    : m_client(client)
{
}

Task<Result<QVariantList>> RowReader::read(TableConfig table, QStringList recordIds, RemoteReply *account)
{
    QVariantList found;
    QSet<QString> seen;
    recordIds.removeDuplicates();
    qsizetype position = 0;
    qsizetype most = recordIds.size();
    int timeouts = 0;
    while (position < recordIds.size()) {
        const qsizetype start = position;
        const Result<QByteArray> query = nextChunk(table, recordIds, most, &position);
        if (!query)
            co_return Result<QVariantList>(query.failure());
        const RestReply reply = co_await m_client.send(rowsRequest(table, *query, true), account);
        if (reply.isTooMuch() && position - start == 1)
            co_return Result<QVariantList>(oneRowFailure(table.name, reply.failure));
        if (reply.isTooMuch() && (reply.failure.code != Failure::Code::Timeout || ++timeouts == 1)) {
            most = qMax<qsizetype>(1, (position - start) / 4);
            position = start;
            continue;
        }
        if (reply.failure.isFailure())
            co_return Result<QVariantList>(reply.failure);
        const QVariantList rows = reply.rows();
        found += rows;
        if (reply.total().value_or(0) <= rows.size() || rows.isEmpty())
            continue;
        // The server's page cap cut the answer: ask again for what is missing of it.
        for (const QVariant &row : rows)
            seen.insert(remoteRow(table, row).recordId);
        QStringList missing;
        for (qsizetype i = start; i < position; ++i) {
            if (!seen.contains(recordIds.at(i)))
                missing.append(recordIds.at(i));
        }
        if (missing.size() == position - start)
            continue; // its ids are spelled in another way: no progress would be made
        recordIds += missing;
    }
    co_return Result<QVariantList>(found);
}

Task<Result<IdentityPage>> RowReader::identities(TableConfig table, QString next, PageSizes *sizes)
{
    RestQuery query;
    query.add(QStringLiteral("select"), columnList(table.key + QStringList(table.updatedAt)));
    query.add(QStringLiteral("order"), keyOrder(table));
    if (const Result<void> filtered = addFilter(&query, table); !filtered)
        co_return Result<IdentityPage>(filtered.failure());
    PageCap cap;
    QStringList after;
    if (!next.isEmpty()) {
        const Result<QVariantMap> state = Json::parseObject(next.toUtf8());
        after = state ? state->value(QStringLiteral("after")).toStringList() : QStringList();
        if (after.size() != table.key.size()) {
            co_return Result<IdentityPage>(
                Failure(Failure::Code::Invalid, QStringLiteral("This is no continuation of a listing of ids.")));
        }
        cap = PageCap(state->value(QStringLiteral("cap")).toLongLong());
        query.addGreater(table.key, after);
    }
    const bool isFirst = next.isEmpty();
    const auto request = [&table, &query, isFirst](int size) {
        RestQuery limited = query;
        limited.add(QStringLiteral("limit"), QString::number(size));
        return rowsRequest(table, limited.encoded(), isFirst);
    };
    IdentityPage page;
    const PageReply answer =
        co_await sendPage(&m_client, sizes, QStringLiteral("ids of ") + table.name, identityPageSize, request, &page);
    if (answer.reply.failure.isFailure())
        co_return Result<IdentityPage>(answer.reply.failure);
    const QVariantList rows = answer.reply.rows();
    QString lastId;
    for (const QVariant &value : rows) {
        const RemoteRow row = remoteRow(table, value);
        if (row.recordId.isEmpty())
            continue;
        lastId = row.recordId;
        page.recordIds.append(row.recordId);
        page.versions.append(versionOf(table, row.values).value_or(QString()));
    }
    const bool hasMore =
        cap.hasMore(answer.size, rows.size(), isFirst ? answer.reply.total() : std::optional<qint64>());
    if (hasMore && !lastId.isEmpty()) {
        const Result<QStringList> last = table.keyParts(lastId);
        if (!last || *last == after)
            co_return Result<IdentityPage>(repetition(table));
        page.next = QString::fromUtf8(
            Json::toText(QVariantMap{{QStringLiteral("after"), *last}, {QStringLiteral("cap"), cap.rows()}}));
    }
    co_return Result<IdentityPage>(page);
}

} // namespace Tideline::Rest
