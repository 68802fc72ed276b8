// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memoryremotestore.h>

#include <tideline/core/json.h>
#include <tideline/stores/later_p.h>

#include <QtCore/QMutexLocker>

#include <algorithm>

namespace Tideline {

namespace {

QVariantMap withKey(const TableConfig &table, const QString &recordId, QVariantMap values)
{
    if (const Result<QStringList> parts = table.keyParts(recordId)) {
        for (qsizetype i = 0; i < parts->size(); ++i) {
            if (!values.contains(table.key.at(i)))
                values.insert(table.key.at(i), parts->at(i));
        }
    }
    return values;
}

bool matches(const QVariantMap &filter, const QVariantMap &row)
{
    for (auto it = filter.cbegin(); it != filter.cend(); ++it) {
        const QVariantList wanted = it->typeId() == QMetaType::QVariantList ? it->toList() : QVariantList{it.value()};
        const QVariant value = row.value(it.key());
        if (std::none_of(wanted.cbegin(), wanted.cend(),
                         [&](const QVariant &one) { return Json::equivalent(one, value); }))
            return false;
    }
    return true;
}

QVariantMap withColumns(const TableConfig &table, const QVariantMap &row, const QStringList &columns)
{
    if (columns.isEmpty())
        return row;
    QVariantMap some;
    for (const QString &column : table.key + columns + QStringList(table.updatedAt)) {
        if (row.contains(column))
            some.insert(column, row.value(column));
    }
    return some;
}

} // namespace

/*!
    \class Tideline::MemoryServer
    \inmodule Tideline
    \inheaderfile tideline/stores/memoryremotestore.h
    \brief A server in memory for an application's tests.

    It sets the version of every row itself, as a trigger on a real server does, and knows neither users nor soft
    deletion. All members may be called on any thread.
*/

/*!
    \typedef Tideline::MemoryServer::Fault
    What a request meets: called on the worker's thread for each item of a push, with its entry, and for each pull,
    listing of ids and fetch, with null. A failure is the answer; an empty optional lets it pass. It must not call the
    server.
*/

/*!
    An empty server whose versions are times of \a clock.
*/
MemoryServer::MemoryServer(const Clock &clock)
    : m_clock(clock)
{
}

/*!
    Stores \a values in \a table as another client would: columns that are not named stay. Answers the row as it is now.
*/
QVariantMap MemoryServer::put(const TableConfig &table, const QVariantMap &values)
{
    const QMutexLocker lock(&m_mutex);
    return store(table, table.recordIdOf(values), values);
}

QVariantMap MemoryServer::store(const TableConfig &table, const QString &recordId, QVariantMap values)
{
    Row &row = m_tables[table.name][recordId];
    row.change = ++m_change;
    if (row.isDeleted)
        row.values.clear();
    row.isDeleted = false;
    // Six digits after the second, the last three counting: two changes in one millisecond have different versions.
    values.insert(table.updatedAt, m_clock().toUTC().toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz"))
                                       + QStringLiteral("%1+00:00").arg(m_change % 1000, 3, 10, QLatin1Char('0')));
    row.values.insert(withKey(table, recordId, values));
    return row.values;
}

/*!
    Deletes the record \a recordId of \a table for good, as another client would; fine where it is absent.
*/
void MemoryServer::erase(const TableConfig &table, const QString &recordId)
{
    const QMutexLocker lock(&m_mutex);
    QMap<QString, Row> &rows = m_tables[table.name];
    const auto row = rows.find(recordId);
    if (row == rows.end() || row->isDeleted)
        return;
    row->change = ++m_change;
    row->isDeleted = true;
    row->values = withKey(table, recordId, {});
}

/*!
    The row of \a recordId in \a table; empty where there is none.
*/
std::optional<QVariantMap> MemoryServer::row(const QString &table, const QString &recordId) const
{
    const QMutexLocker lock(&m_mutex);
    const QMap<QString, Row> rows = m_tables.value(table);
    const auto row = rows.constFind(recordId);
    if (row == rows.cend() || row->isDeleted)
        return std::nullopt;
    return row->values;
}

/*!
    How many rows \a table has.
*/
qint64 MemoryServer::rowCount(const QString &table) const
{
    const QMutexLocker lock(&m_mutex);
    const QMap<QString, Row> rows = m_tables.value(table);
    return std::count_if(rows.cbegin(), rows.cend(), [](const Row &row) { return !row.isDeleted; });
}

/*!
    How many requests have come, those that met a fault included. A refreshed sign-in is none.
*/
int MemoryServer::requestCount() const
{
    const QMutexLocker lock(&m_mutex);
    return m_requests;
}

/*!
    From now on \a fault is asked what the requests meet; null: none meets anything.
*/
void MemoryServer::setFault(const Fault &fault)
{
    const QMutexLocker lock(&m_mutex);
    m_fault = fault;
}

/*!
    The next push is done, but its answer is a Network failure.
*/
void MemoryServer::loseNextReply()
{
    const QMutexLocker lock(&m_mutex);
    m_losesNextReply = true;
}

/*!
    Whether RemoteStore::changes() is served, as it is by a server with the server kit; at first it is not.
*/
void MemoryServer::setServesChanges(bool servesChanges)
{
    const QMutexLocker lock(&m_mutex);
    m_servesChanges = servesChanges;
}

/*!
    Whether RemoteStore::remoteTimestamps() tells of every table; at first it tells of none.
*/
void MemoryServer::setTellsTimestamps(bool tellsTimestamps)
{
    const QMutexLocker lock(&m_mutex);
    m_tellsTimestamps = tellsTimestamps;
}

/*!
    Makes all cursors from before meaningless, as those of a database are that was replaced, and forgets deletions.
*/
void MemoryServer::forgetHistory()
{
    const QMutexLocker lock(&m_mutex);
    ++m_history;
    for (QMap<QString, Row> &rows : m_tables)
        rows.removeIf([](const std::pair<const QString &, Row &> &row) { return row.second.isDeleted; });
}

// The last change that a cursor covers; none: it is of another history.
std::optional<qint64> MemoryServer::position(const QString &cursor) const
{
    if (cursor.isEmpty())
        return 0;
    const QStringList parts = cursor.split(QLatin1Char('.'));
    if (parts.size() != 2 || parts.constFirst() != QString::number(m_history))
        return {};
    return parts.constLast().toLongLong();
}

QString MemoryServer::cursor(qint64 change) const
{
    return QStringLiteral("%1.%2").arg(m_history).arg(change);
}

QList<MemoryServer::Row> MemoryServer::changedSince(const QString &table, qint64 change)
{
    QList<Row> changed;
    for (const Row &row : std::as_const(m_tables[table])) {
        if (row.change > change)
            changed.append(row);
    }
    std::sort(changed.begin(), changed.end(),
              [](const Row &left, const Row &right) { return left.change < right.change; });
    return changed;
}

qint64 MemoryServer::matchingRows(const TableConfig &table)
{
    const QMap<QString, Row> &rows = m_tables[table.name];
    return std::count_if(rows.cbegin(), rows.cend(),
                         [&](const Row &row) { return !row.isDeleted && matches(table.filter, row.values); });
}

TableChanges MemoryServer::changes(const TableCursor &wanted, int *left)
{
    TableChanges changes;
    changes.table = wanted.table.name;
    changes.cursor = wanted.cursor;
    changes.isServed = m_servesChanges;
    const std::optional<qint64> since = position(wanted.cursor);
    changes.isReset = !since;
    const bool isFirst = since.value_or(0) == 0;
    if (wanted.wantsRowCount)
        changes.rowCount = matchingRows(wanted.table);
    const QList<Row> changed = changedSince(changes.table, since.value_or(0));
    for (const Row &row : changed) {
        changes.hasMore = *left == 0;
        if (changes.hasMore)
            break;
        --*left;
        changes.cursor = cursor(row.change);
        const QString recordId = wanted.table.recordIdOf(row.values);
        if (!row.isDeleted && matches(wanted.table.filter, row.values))
            changes.rows.append(RemoteRow{recordId, row.values, false});
        else if (!isFirst)
            changes.removedIds.append(recordId);
    }
    if (changes.isReset && changed.isEmpty())
        changes.cursor = cursor(0);
    return changes;
}

std::optional<Failure> MemoryServer::fault(const SyncEntry *entry)
{
    return m_fault ? m_fault(entry) : std::nullopt;
}

/*!
    \class Tideline::MemoryRemoteStore
    \inmodule Tideline
    \inheaderfile tideline/stores/memoryremotestore.h
    \brief The remote store in front of a MemoryServer.

    Lives on the engine's worker thread; make it in a RemoteFactory.
*/

/*!
    A store in front of \a server, which it shares.
*/
MemoryRemoteStore::MemoryRemoteStore(std::shared_ptr<MemoryServer> server)
    : m_server(std::move(server))
{
}

PushOutcome MemoryRemoteStore::pushOne(const PushItem &item)
{
    const SyncEntry &entry = item.entry;
    QMap<QString, MemoryServer::Row> &rows = m_server->m_tables[item.table.name];
    const auto found = rows.find(entry.recordId);
    const bool isThere = found != rows.end() && !found->isDeleted;
    const QString &version = item.table.updatedAt;
    const bool isBase = isThere && entry.base && found->values.value(version) == entry.base->value(version);
    PushOutcome outcome;
    outcome.kind = PushOutcome::Kind::Applied;
    if (entry.operation == SyncOperation::Delete && (isBase || !isThere)) {
        if (isThere) {
            found->change = ++m_server->m_change;
            found->isDeleted = true;
            found->values = withKey(item.table, entry.recordId, {});
        }
        return outcome;
    }
    const bool isInsert = entry.operation == SyncOperation::Upsert && !entry.base && !isThere;
    if (entry.operation != SyncOperation::Delete && (isBase || isInsert)) {
        outcome.serverRow = m_server->store(item.table, entry.recordId, entry.payload);
        return outcome;
    }
    outcome.kind = PushOutcome::Kind::Differs;
    if (isThere)
        outcome.serverRow = found->values;
    return outcome;
}

/*! \reimp */
QFuture<PushReply> MemoryRemoteStore::push(const QList<PushItem> &items, bool stopOnFirstError)
{
    const QMutexLocker lock(&m_server->m_mutex);
    ++m_server->m_requests;
    PushReply reply;
    reply.requests = 1;
    bool isStopped = false;
    for (const PushItem &item : items) {
        PushOutcome outcome;
        if (isStopped) {
            reply.outcomes.append(outcome);
            continue;
        }
        if (const std::optional<Failure> fault = m_server->fault(&item.entry)) {
            outcome.kind = PushOutcome::Kind::Failed;
            outcome.failure = *fault;
            const bool isTransport = fault->code == Failure::Code::Network || fault->code == Failure::Code::Timeout;
            isStopped = fault->code == Failure::Code::AuthExpired || (isTransport && stopOnFirstError);
        } else {
            outcome = pushOne(item);
        }
        if (m_server->m_losesNextReply) {
            outcome.kind = PushOutcome::Kind::Failed;
            outcome.serverRow.reset();
            outcome.failure = Failure(Failure::Code::Network, QStringLiteral("The reply was lost."));
        }
        reply.outcomes.append(outcome);
    }
    m_server->m_losesNextReply = false;
    return later(reply);
}

/*! \reimp */
QFuture<Result<PullPage>> MemoryRemoteStore::pull(const PullRequest &request)
{
    const QMutexLocker lock(&m_server->m_mutex);
    ++m_server->m_requests;
    if (const std::optional<Failure> fault = m_server->fault(nullptr))
        return later(Result<PullPage>(*fault));
    const std::optional<qint64> since = m_server->position(request.cursor);
    const QList<MemoryServer::Row> changed = m_server->changedSince(request.table.name, since.value_or(0));
    PullPage page;
    page.requests = 1;
    page.hasMore = changed.size() > request.pageSize;
    page.isReset = !since;
    page.cursor = since ? request.cursor : m_server->cursor(0);
    if (request.wantsRowCount || (request.isFirstPage && request.cursor.isEmpty()))
        page.rowCount = m_server->matchingRows(request.table);
    for (const MemoryServer::Row &row : changed.mid(0, request.pageSize)) {
        page.cursor = m_server->cursor(row.change);
        if (row.isDeleted || matches(request.table.filter, row.values)) {
            page.rows.append(RemoteRow{request.table.recordIdOf(row.values),
                                       withColumns(request.table, row.values, request.columns), row.isDeleted});
        }
    }
    return later(Result<PullPage>(page));
}

/*! \reimp */
QFuture<Result<ChangesPage>> MemoryRemoteStore::changes(const QList<TableCursor> &tables, int pageSize)
{
    const QMutexLocker lock(&m_server->m_mutex);
    if (!m_server->m_servesChanges)
        return RemoteStore::changes(tables, pageSize);
    ++m_server->m_requests;
    if (const std::optional<Failure> fault = m_server->fault(nullptr))
        return later(Result<ChangesPage>(*fault));
    ChangesPage page;
    page.requests = 1;
    int left = pageSize;
    for (const TableCursor &wanted : tables) {
        const TableChanges changes = m_server->changes(wanted, &left);
        if (changes.cursor != wanted.cursor || changes.hasMore || changes.isReset || changes.rowCount)
            page.tables.append(changes);
    }
    return later(Result<ChangesPage>(page));
}

/*! \reimp */
QFuture<Result<QHash<QString, QString>>> MemoryRemoteStore::remoteTimestamps(const QList<TableConfig> &tables)
{
    const QMutexLocker lock(&m_server->m_mutex);
    QHash<QString, QString> timestamps;
    if (!m_server->m_tellsTimestamps)
        return later(Result<QHash<QString, QString>>(timestamps));
    ++m_server->m_requests;
    if (const std::optional<Failure> fault = m_server->fault(nullptr))
        return later(Result<QHash<QString, QString>>(*fault));
    for (const TableConfig &table : tables) {
        const QList<MemoryServer::Row> all = m_server->changedSince(table.name, 0);
        if (!all.isEmpty())
            timestamps.insert(table.name, m_server->cursor(all.constLast().change));
    }
    return later(Result<QHash<QString, QString>>(timestamps));
}

/*! \reimp */
QFuture<Result<IdentityPage>> MemoryRemoteStore::identities(const TableConfig &table, const QString &)
{
    const QMutexLocker lock(&m_server->m_mutex);
    ++m_server->m_requests;
    if (const std::optional<Failure> fault = m_server->fault(nullptr))
        return later(Result<IdentityPage>(*fault));
    IdentityPage page;
    page.requests = 1;
    for (const MemoryServer::Row &row : std::as_const(m_server->m_tables[table.name])) {
        if (row.isDeleted || !matches(table.filter, row.values))
            continue;
        page.recordIds.append(table.recordIdOf(row.values));
        page.versions.append(row.values.value(table.updatedAt).toString());
    }
    return later(Result<IdentityPage>(page));
}

/*! \reimp */
QFuture<Result<PullPage>> MemoryRemoteStore::fetch(const TableConfig &table, const QStringList &recordIds)
{
    const QMutexLocker lock(&m_server->m_mutex);
    ++m_server->m_requests;
    if (const std::optional<Failure> fault = m_server->fault(nullptr))
        return later(Result<PullPage>(*fault));
    PullPage page;
    page.requests = 1;
    const QMap<QString, MemoryServer::Row> rows = m_server->m_tables.value(table.name);
    for (const QString &recordId : recordIds) {
        if (const auto row = rows.constFind(recordId); row != rows.cend() && !row->isDeleted)
            page.rows.append(RemoteRow{recordId, row->values, false});
    }
    return later(Result<PullPage>(page));
}

/*!
    The key of \a table and the columns of the rows that are there, all of them text; a server in memory has no types.
*/
QFuture<Result<TableSchema>> MemoryRemoteStore::schema(const TableConfig &table)
{
    const QMutexLocker lock(&m_server->m_mutex);
    ++m_server->m_requests;
    TableSchema schema;
    schema.name = table.name;
    QStringList names = table.key;
    for (const MemoryServer::Row &row : std::as_const(m_server->m_tables[table.name])) {
        for (auto it = row.values.cbegin(); it != row.values.cend(); ++it) {
            if (!names.contains(it.key()))
                names.append(it.key());
        }
    }
    if (!names.contains(table.updatedAt))
        names.append(table.updatedAt);
    for (const QString &name : std::as_const(names))
        schema.columns.append(ColumnInfo{name, ColumnInfo::Type::Text, table.key.contains(name), false});
    return later(Result<TableSchema>(schema));
}

/*!
    Answers false: there is no token.
*/
QFuture<Result<bool>> MemoryRemoteStore::refreshAuthentication()
{
    return later(Result<bool>(false));
}

/*!
    There is nothing to drop: what was asked is answered already.
*/
void MemoryRemoteStore::reset() {}

} // namespace Tideline
