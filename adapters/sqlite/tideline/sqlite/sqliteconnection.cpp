// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteconnection.h>

#include <tideline/sqlite/sqlitefailure.h>

#include <QtCore/QUuid>
#include <QtSql/QSqlDriver>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>

#include <sqlite3.h>

#include <thread>
#include <utility>

namespace Tideline {

namespace {

// Statements with changing column sets must not fill the memory.
constexpr std::size_t maximumStatements = 128;

constexpr std::chrono::milliseconds busyPause{1};

} // namespace

QString quoted(const QString &identifier)
{
    QString name = identifier;
    name.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + name + QLatin1Char('"');
}

QString SqliteConnection::uniqueName()
{
    return QStringLiteral("tideline-") + QUuid::createUuid().toString(QUuid::WithoutBraces);
}

SqliteConnection::SqliteConnection(const QSqlDatabase &database, Ownership ownership)
    : m_database(database)
    , m_ownership(ownership)
{
}

SqliteConnection::~SqliteConnection()
{
    Q_ASSERT(QThread::currentThread() == m_thread);
    m_statements.clear();
    if (m_ownership == Ownership::Application)
        return;
    const QString name = m_database.connectionName();
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(name);
}

Result<void> SqliteConnection::open(const QString &path, const QString &connectOptions)
{
    close();
    m_database.setDatabaseName(path);
    m_database.setConnectOptions(connectOptions);
    if (!m_database.open()) {
        const QSqlError error = m_database.lastError();
        m_errorCode = error.nativeErrorCode().toInt();
        return sqliteFailure(m_errorCode, error.databaseText());
    }
    return attach();
}

Result<void> SqliteConnection::attach()
{
    m_statements.clear();
    m_handle = nullptr;
    if (const auto checked = checkLibrary(); !checked)
        return checked;
    const QVariant handle = m_database.driver()->handle();
    if (qstrcmp(handle.typeName(), "sqlite3*") == 0)
        m_handle = *static_cast<sqlite3 *const *>(handle.constData());
    if (m_handle == nullptr) {
        return localFailure(
            QStringLiteral("Qt's SQLite driver does not give its connection away. Use the driver QSQLITE."));
    }
    return readBusyTimeout();
}

// A connection of one copy of SQLite must not be used by another.
Result<void> SqliteConnection::checkLibrary() const
{
    QSqlQuery query(m_database);
    if (!query.exec(QStringLiteral("SELECT sqlite_source_id(), sqlite_version()")) || !query.next())
        return sqliteFailure(query.lastError().nativeErrorCode().toInt(), query.lastError().databaseText());
    if (query.value(0).toString() == QString::fromUtf8(sqlite3_sourceid()))
        return {};
    return localFailure(QStringLiteral("Qt's SQLite driver holds SQLite %1, but Tideline uses SQLite %2. Install a Qt "
                                       "whose driver uses the system's SQLite (built with -system-sqlite), or build "
                                       "Tideline with the SQLite of that driver.")
                            .arg(query.value(1).toString(), QString::fromUtf8(sqlite3_libversion())));
}

void SqliteConnection::close()
{
    Q_ASSERT(QThread::currentThread() == m_thread);
    m_statements.clear();
    m_handle = nullptr;
    m_database.close();
}

Result<void> SqliteConnection::configure(const QString &pragma)
{
    Q_ASSERT(QThread::currentThread() == m_thread);
    SqliteStatement statement(m_handle, pragma);
    if (!statement.isValid())
        return failed();
    int code = statement.step();
    while (code == SQLITE_ROW)
        code = statement.step();
    return code == SQLITE_DONE ? Result<void>() : failed();
}

Result<void> SqliteConnection::begin()
{
    const QString sql = QStringLiteral("BEGIN IMMEDIATE");
    if (m_ownership == Ownership::Application) { // how its connection waits is the application's
        const Result<qint64> begun = executeWith(sql, {});
        return begun ? Result<void>() : begun.failure();
    }
    // SQLite's own way of waiting looks again after ever longer pauses, and would miss many a moment between two
    // transactions of another process.
    (void)sqlite3_busy_handler(m_handle, &SqliteConnection::onBusy, this);
    const Result<qint64> begun = executeWith(sql, {});
    (void)sqlite3_busy_timeout(m_handle, static_cast<int>(m_busyTimeout.count()));
    return begun ? Result<void>() : begun.failure();
}

void SqliteConnection::setCheckpointSize(int pages)
{
    if (std::exchange(m_checkpointSize, pages) != pages)
        (void)sqlite3_wal_autocheckpoint(m_handle, pages);
}

void SqliteConnection::leaveCheckpoints()
{
    if (std::exchange(m_checkpointSize, -1) != -1)
        (void)sqlite3_wal_hook(m_handle, &SqliteConnection::onLogged, this);
}

void SqliteConnection::writeBackLog(int pages)
{
    if (m_logPages < pages)
        return;
    m_logPages = 0;
    (void)sqlite3_wal_checkpoint_v2(m_handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

int SqliteConnection::onLogged(void *connection, sqlite3 *, const char *, int pages)
{
    static_cast<SqliteConnection *>(connection)->m_logPages = pages;
    return SQLITE_OK;
}

int SqliteConnection::onBusy(void *connection, int attempt)
{
    if (busyPause * attempt >= static_cast<SqliteConnection *>(connection)->m_busyTimeout)
        return 0;
    std::this_thread::sleep_for(busyPause);
    return 1;
}

// Kept, because a handler takes the place of the timeout.
Result<void> SqliteConnection::readBusyTimeout()
{
    const Result<QVariant> timeout = selectValue(QStringLiteral("PRAGMA busy_timeout"));
    if (!timeout)
        return timeout.failure();
    m_busyTimeout = std::chrono::milliseconds(timeout->toLongLong());
    return {};
}

Result<qint64> SqliteConnection::executeWith(const QString &sql, Span values)
{
    const Result<SqliteStatement *> statement = ready(sql, values);
    if (!statement)
        return statement.failure();
    const SqliteRun run(*statement);
    int code = (*statement)->step();
    while (code == SQLITE_ROW) // as some pragmas answer
        code = (*statement)->step();
    if (code != SQLITE_DONE)
        return failed();
    return static_cast<qint64>(sqlite3_changes64(m_handle));
}

Result<qint64> SqliteConnection::insert(const QString &sql, Values values)
{
    if (const auto inserted = executeWith(sql, values); !inserted)
        return inserted;
    return static_cast<qint64>(sqlite3_last_insert_rowid(m_handle));
}

Result<void> SqliteConnection::selectWith(const QString &sql, Span values, const RowVisitor &visit)
{
    const Result<SqliteStatement *> statement = ready(sql, values);
    if (!statement)
        return statement.failure();
    const SqliteRun run(*statement);
    int code = (*statement)->step();
    for (; code == SQLITE_ROW; code = (*statement)->step())
        visit((*statement)->row());
    if (code != SQLITE_DONE)
        return failed();
    return {};
}

Result<QVariant> SqliteConnection::selectValueWith(const QString &sql, Span values)
{
    const Result<SqliteStatement *> statement = ready(sql, values);
    if (!statement)
        return statement.failure();
    const SqliteRun run(*statement);
    QVariant value;
    int code = (*statement)->step();
    if (code == SQLITE_ROW)
        value = (*statement)->row().value(0);
    while (code == SQLITE_ROW) // to the end: a pragma that answers early has done nothing yet
        code = (*statement)->step();
    if (code != SQLITE_DONE)
        return failed();
    return value;
}

bool SqliteConnection::isInTransaction() const
{
    return sqlite3_get_autocommit(m_handle) == 0;
}

void SqliteConnection::setTransaction(const StoreTransaction *transaction)
{
    m_transaction = transaction;
    m_hasLostTransaction = false;
    if (transaction != nullptr)
        ++m_transactionCount;
}

Result<void> SqliteConnection::check(const StoreTransaction &transaction) const
{
    if (m_transaction == &transaction)
        return {};
    return localFailure(QStringLiteral("The transaction has ended or belongs to another storage. Begin a new one."));
}

Result<SqliteStatement *> SqliteConnection::ready(const QString &sql, Span values)
{
    Q_ASSERT(QThread::currentThread() == m_thread);
    if (m_hasLostTransaction) {
        return localFailure(
            QStringLiteral("The transaction was taken back after an earlier failure. Begin a new one."));
    }
    const Result<SqliteStatement *> statement = prepared(sql);
    if (!statement)
        return statement;
    if ((*statement)->bind(values) != SQLITE_OK) {
        (*statement)->reset();
        return failed();
    }
    return *statement;
}

Result<SqliteStatement *> SqliteConnection::prepared(const QString &sql)
{
    if (const auto known = m_statements.find(sql); known != m_statements.end())
        return &known->second;
    if (m_statements.size() >= maximumStatements)
        m_statements.clear();
    SqliteStatement statement(m_handle, sql);
    if (!statement.isValid())
        return failed();
    return &m_statements.emplace(sql, std::move(statement)).first->second;
}

Failure SqliteConnection::failed()
{
    m_errorCode = sqlite3_extended_errcode(m_handle);
    // A full disk, an I/O error or a constraint with ON CONFLICT ROLLBACK ends the whole transaction. What followed
    // would then be stored on its own, without the part that was taken back.
    if (m_transaction != nullptr && !isInTransaction())
        m_hasLostTransaction = true;
    return sqliteFailure(m_errorCode, QString::fromUtf8(sqlite3_errmsg(m_handle)));
}

} // namespace Tideline
