// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteconnection.h>

#include <tideline/sqlite/sqlitefailure.h>

#include <QtCore/QUuid>
#include <QtSql/QSqlError>

namespace Tideline {

namespace {

// Statements with changing column sets must not fill the memory.
constexpr std::size_t maximumStatements = 128;

// What SQLite can hold. Anything else would be bound as '' with success.
bool isBindable(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::UnknownType:
    case QMetaType::Bool:
    case QMetaType::Int:
    case QMetaType::LongLong:
    case QMetaType::Double:
    case QMetaType::QString:
    case QMetaType::QByteArray:
        return true;
    default:
        return false;
    }
}

QVariant bound(const QVariant &value)
{
    if (value.typeId() == QMetaType::Bool)
        return value.toBool() ? 1 : 0;
    return value;
}

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
        m_errorCode = sqliteCode(m_database.lastError());
        return sqliteFailure(m_database.lastError());
    }
    return {};
}

void SqliteConnection::close()
{
    Q_ASSERT(QThread::currentThread() == m_thread);
    m_statements.clear();
    m_database.close();
}

Result<qint64> SqliteConnection::execute(const QString &sql, const QVariantList &values)
{
    const Result<QSqlQuery *> query = run(sql, values);
    if (!query)
        return query.failure();
    const qint64 changed = (*query)->numRowsAffected();
    (*query)->finish();
    return changed;
}

Result<qint64> SqliteConnection::insert(const QString &sql, const QVariantList &values)
{
    const Result<QSqlQuery *> query = run(sql, values);
    if (!query)
        return query.failure();
    const qint64 rowId = (*query)->lastInsertId().toLongLong();
    (*query)->finish();
    return rowId;
}

Result<void> SqliteConnection::select(const QString &sql, const QVariantList &values, const RowVisitor &visit)
{
    const Result<QSqlQuery *> result = run(sql, values);
    if (!result)
        return result.failure();
    QSqlQuery &query = **result;
    while (query.next())
        visit(query);
    if (query.lastError().isValid())
        return failed(query);
    query.finish();
    return {};
}

Result<QVariant> SqliteConnection::selectValue(const QString &sql, const QVariantList &values)
{
    QVariant value;
    bool isFirst = true;
    const Result<void> selected = select(sql, values, [&](const QSqlQuery &row) {
        if (isFirst && !row.isNull(0))
            value = row.value(0);
        isFirst = false;
    });
    if (!selected)
        return selected.failure();
    return value;
}

void SqliteConnection::setTransaction(const StoreTransaction *transaction)
{
    m_transaction = transaction;
    m_hasLostTransaction = false;
}

Result<void> SqliteConnection::check(const StoreTransaction &transaction) const
{
    if (m_transaction == &transaction)
        return {};
    return localFailure(QStringLiteral("The transaction has ended or belongs to another storage. Begin a new one."));
}

Result<QSqlQuery *> SqliteConnection::run(const QString &sql, const QVariantList &values)
{
    Q_ASSERT(QThread::currentThread() == m_thread);
    if (m_hasLostTransaction) {
        return localFailure(
            QStringLiteral("The transaction was taken back after an earlier failure. Begin a new one."));
    }
    const Result<QSqlQuery *> statement = prepared(sql);
    if (!statement)
        return statement.failure();
    QSqlQuery &query = **statement;
    for (qsizetype i = 0; i < values.size(); ++i) {
        Q_ASSERT_X(isBindable(values.at(i)), "SqliteConnection", "a value that SQLite cannot hold");
        query.bindValue(static_cast<int>(i), bound(values.at(i)));
    }
    if (!query.exec())
        return failed(query);
    return &query;
}

Result<QSqlQuery *> SqliteConnection::prepared(const QString &sql)
{
    if (const auto known = m_statements.find(sql); known != m_statements.end())
        return known->second.get();
    if (m_statements.size() >= maximumStatements)
        m_statements.clear();
    auto query = std::make_unique<QSqlQuery>(m_database);
    query->setForwardOnly(true);
    if (!query->prepare(sql))
        return failed(*query);
    return m_statements.emplace(sql, std::move(query)).first->second.get();
}

Failure SqliteConnection::failed(QSqlQuery &query)
{
    const QSqlError error = query.lastError();
    query.finish();
    noticeLostTransaction();
    m_errorCode = sqliteCode(error);
    return sqliteFailure(error);
}

// A full disk, an I/O error or a constraint with ON CONFLICT ROLLBACK ends the whole transaction. What followed would
// then be stored on its own, without the part that was taken back.
void SqliteConnection::noticeLostTransaction()
{
    if (m_transaction == nullptr)
        return;
    // Inside a transaction a BEGIN fails; that it succeeds tells that there was none any more.
    QSqlQuery probe(m_database);
    if (!probe.exec(QStringLiteral("BEGIN")))
        return;
    m_hasLostTransaction = true;
    if (!probe.exec(QStringLiteral("ROLLBACK"))) // an empty transaction has nothing that could keep it open
        m_errorCode = sqliteCode(probe.lastError());
}

} // namespace Tideline
