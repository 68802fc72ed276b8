// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/plainpull.h"

#include "plain/rowfilter.h"
#include "plain/rowreader.h"
#include "plain/timestamptext.h"

namespace Tideline::Rest {

namespace {

void addPosition(RestQuery &query, const TableConfig &table, const PullPosition &position)
{
    const QString time = columnName(table.updatedAt);
    if (!position.time && position.key.isEmpty()) {
        query.add(time, QStringLiteral("not.is.null"));
    } else if (!position.time) {
        query.add(
            QStringLiteral("or"),
            QStringLiteral("(and(%1.is.null,%2),%1.not.is.null)").arg(time, greaterThan(table.key, position.key)));
    } else if (position.key.isEmpty()) {
        query.add(time, QStringLiteral("gt.") + *position.time);
    } else {
        // The first condition follows from the second; with it the server uses its index.
        query.add(time, QStringLiteral("gte.") + *position.time);
        const QString value = quoted(*position.time);
        query.add(QStringLiteral("or"), QLatin1Char('(') + time + QStringLiteral(".gt.") + value
                                            + QStringLiteral(",and(") + time + QStringLiteral(".eq.") + value
                                            + QLatin1Char(',') + greaterThan(table.key, position.key)
                                            + QStringLiteral("))"));
    }
}

QString order(const TableConfig &table, const QString &direction, const QString &nulls)
{
    QStringList terms{columnName(table.updatedAt) + direction + nulls};
    for (const QString &column : table.key)
        terms.append(columnName(column) + direction);
    return terms.join(QLatin1Char(','));
}

// Which rows are marked as deleted has to be known, too.
QString selection(const PullRequest &request)
{
    if (request.columns.isEmpty())
        return QStringLiteral("*");
    QStringList columns = request.table.key + QStringList(request.table.updatedAt);
    if (!request.table.deletedAt.isEmpty())
        columns.append(request.table.deletedAt);
    columns += request.columns;
    columns.removeDuplicates();
    return columnList(columns);
}

std::optional<PullPosition> positionOf(const TableConfig &table, const RemoteRow &row)
{
    const Result<QStringList> key =
        row.recordId.isEmpty() ? Result<QStringList>(Failure()) : table.keyParts(row.recordId);
    if (!key)
        return {};
    return PullPosition{versionOf(table, row.values), *key};
}

} // namespace

PlainPull::PlainPull(RestClient &client, PageSizes &sizes, const PullRequest &request)
    : m_client(client)
    , m_sizes(sizes)
    , m_request(request)
{
}

Task<Result<PullPage>> PlainPull::run()
{
    if (const Result<void> filtered = addFilter(&m_filter, m_request.table); !filtered)
        co_return Result<PullPage>(filtered.failure());
    const Result<PullCursor> cursor = PullCursor::fromText(m_request.cursor);
    m_page.isReset = !cursor || !cursor->fits(m_request.table.key.size());
    if (!m_page.isReset)
        m_cursor = *cursor;
    m_page.isSettled = m_cursor.isSettled();
    m_page.cursor = m_request.cursor;
    if (m_request.isFirstPage) {
        m_cursor.setPageCap(0);
        if (m_cursor.isPassDue(m_client.serverNow()))
            m_cursor.beginPass();
        if (m_request.wantsRowCount && m_cursor.position() && !m_cursor.isInPass()) {
            const Result<bool> hasNew = co_await probe();
            if (!hasNew)
                co_return Result<PullPage>(hasNew.failure());
            if (!*hasNew)
                co_return Result<PullPage>(m_page);
        }
    }
    const Result<bool> read = co_await readPage();
    if (!read)
        co_return Result<PullPage>(read.failure());
    if (m_request.wantsRowCount && !m_page.hasMore && !m_page.rowCount) {
        const Result<bool> counted = co_await countRows();
        if (!counted)
            co_return Result<PullPage>(counted.failure());
    }
    co_return Result<PullPage>(m_page);
}

Task<Result<bool>> PlainPull::probe()
{
    const TableConfig &table = m_request.table;
    RestQuery query = m_filter;
    query.add(QStringLiteral("select"), columnList(table.key + QStringList(table.updatedAt)));
    query.add(QStringLiteral("order"), order(table, QStringLiteral(".desc"), QStringLiteral(".nullslast")));
    query.add(QStringLiteral("limit"), QStringLiteral("1"));
    const RestReply reply = co_await m_client.send(rowsRequest(table, query.encoded(), true), &m_page);
    if (reply.failure.isFailure())
        co_return Result<bool>(reply.failure);
    m_page.rowCount = reply.total();
    // This machine's clock may be off so far that only the server's shows it.
    if (m_cursor.isPassDue(reply.serverTime)) {
        m_cursor.beginPass();
        co_return Result<bool>(true);
    }
    co_return Result<bool>(hasNews(reply.rows()));
}

bool PlainPull::hasNews(const QVariantList &newest) const
{
    if (newest.isEmpty())
        return false;
    const TableConfig &table = m_request.table;
    const std::optional<PullPosition> top = positionOf(table, remoteRow(table, newest.constFirst()));
    const std::optional<PullPosition> &position = m_cursor.position();
    if (!top || top == position)
        return !top;
    return !(top->time && position->time && isEarlier(*top->time, *position->time));
}

Task<Result<bool>> PlainPull::readPage()
{
    const TableConfig &table = m_request.table;
    const bool isWhole = !m_cursor.position() && m_cursor.skipped().isEmpty();
    // A pass ends where the cursor stood: it must not take a page that the server cut for its last one.
    const bool counts = m_request.isFirstPage || m_cursor.isInPass();
    const auto request = [this, counts](int size) { return rowsRequest(m_request.table, query(size), counts); };
    const PageReply answer = co_await sendPage(&m_client, &m_sizes, table.name, m_request.pageSize, request, &m_page);
    const RestReply &reply = answer.reply;
    if (reply.failure.isFailure())
        co_return Result<bool>(reply.failure);

    const QVariantList values = reply.rows();
    QList<PullPosition> positions;
    m_page.rows.reserve(values.size());
    for (const QVariant &value : values) {
        m_page.rows.append(remoteRow(table, value));
        if (const std::optional<PullPosition> position = positionOf(table, m_page.rows.constLast()))
            positions.append(*position);
    }
    if (!follows(positions))
        co_return Result<bool>(repetition(table));
    if (isWhole && counts)
        m_page.rowCount = reply.total();
    PageCap cap(m_cursor.pageCap());
    m_page.hasMore =
        cap.hasMore(answer.size, values.size(), counts ? reply.total() : std::nullopt) && !positions.isEmpty();
    m_cursor.setPageCap(cap.rows());

    const bool wasInPass = m_cursor.isInPass();
    m_cursor.advance(positions, reply.serverTime, m_client.overlap().count());
    if (!m_page.hasMore) {
        m_cursor.finish();
        if (!wasInPass && m_cursor.isPassDue(reply.serverTime)) {
            m_cursor.beginPass();
            m_page.hasMore = true;
        }
    }
    m_page.isSettled = m_cursor.isSettled();
    // Nothing has been read of an empty table.
    m_page.cursor = m_cursor.position() || m_cursor.isInPass() ? m_cursor.toText() : QString();
    co_return Result<bool>(true);
}

Task<Result<bool>> PlainPull::countRows()
{
    const TableConfig &table = m_request.table;
    RestQuery query = m_filter;
    query.add(QStringLiteral("select"), columnList(table.key));
    query.add(QStringLiteral("limit"), QStringLiteral("0"));
    const RestReply reply = co_await m_client.send(rowsRequest(table, query.encoded(), true), &m_page);
    if (reply.failure.isFailure())
        co_return Result<bool>(reply.failure);
    m_page.rowCount = reply.total();
    co_return Result<bool>(true);
}

// A server or a cache that goes by something else than the query would keep the pull busy for ever.
bool PlainPull::follows(const QList<PullPosition> &rows) const
{
    const std::optional<PullPosition> &position = m_cursor.position();
    if (rows.isEmpty() || !position)
        return true;
    if (rows.constLast() == *position)
        return false;
    if (!position->time)
        return true;
    const std::optional<QString> &first = rows.constFirst().time;
    return first && !isEarlier(*first, *position->time);
}

QByteArray PlainPull::query(int size) const
{
    const TableConfig &table = m_request.table;
    RestQuery query = m_filter;
    query.add(QStringLiteral("select"), selection(m_request));
    if (m_cursor.position())
        addPosition(query, table, *m_cursor.position());
    if (!m_cursor.skipped().isEmpty())
        query.add(columnName(table.updatedAt), QStringLiteral("not.in.") + quotedList(m_cursor.skipped()));
    // Behind the rows without a time the server can go along its index, which has these last.
    const bool isBehindNulls = m_cursor.position() && m_cursor.position()->time;
    const QString nulls = isBehindNulls ? QString() : QStringLiteral(".nullsfirst");
    query.add(QStringLiteral("order"), order(table, QStringLiteral(".asc"), nulls));
    query.add(QStringLiteral("limit"), QString::number(size));
    return query.encoded();
}

} // namespace Tideline::Rest
