// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/sqlite/sqlitestatement.h>

#include <QtCore/QList>
#include <QtCore/QThread>
#include <QtSql/QSqlDatabase>

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>

namespace Tideline {

class StoreTransaction;

// One connection and its prepared statements. Qt opens it, so that it can be the application's own; statements go to
// SQLite itself. Every statement of the stores goes through here: none is unchecked, and none stays active.
class SqliteConnection
{
public:
    enum class Ownership {
        Own,         // removed by the destructor
        Application, // somebody else's: left open and registered
    };
    SqliteConnection(const QSqlDatabase &database, Ownership ownership);
    ~SqliteConnection();
    Q_DISABLE_COPY_MOVE(SqliteConnection)

    static QString uniqueName();
    const QSqlDatabase &database() const { return m_database; }
    Ownership ownership() const { return m_ownership; }

    // Closes what is open, then opens this file.
    Result<void> open(const QString &path, const QString &connectOptions);
    // Uses the connection as the application has opened it.
    Result<void> attach();
    void close();

    using Values = std::initializer_list<SqliteValue>;
    using ValueList = QList<SqliteValue>;
    // For a PRAGMA that takes effect when it is compiled, as some do: it is compiled at every call.
    Result<void> configure(const QString &pragma);
    // BEGIN IMMEDIATE.
    Result<void> begin();
    // After how many pages in the log a commit writes them back into the file.
    void setCheckpointSize(int pages);
    // None does: it is left to writeBackLog(), which does it where the last commit has left as many pages, and makes
    // nobody wait for the write lock. What cannot be written back stays in the log.
    void leaveCheckpoints();
    void writeBackLog(int pages);
    // How long another writer is waited for.
    std::chrono::milliseconds busyTimeout() const { return m_busyTimeout; }
    // Answers how many rows changed.
    Result<qint64> execute(const QString &sql, Values values = {}) { return executeWith(sql, values); }
    Result<qint64> execute(const QString &sql, const ValueList &values) { return executeWith(sql, values); }
    // Answers the new row's rowid.
    Result<qint64> insert(const QString &sql, Values values);
    // The visitor must not run another statement.
    using RowVisitor = std::function<void(const SqliteRow &row)>;
    Result<void> select(const QString &sql, Values values, const RowVisitor &visit)
    {
        return selectWith(sql, values, visit);
    }
    Result<void> select(const QString &sql, const ValueList &values, const RowVisitor &visit)
    {
        return selectWith(sql, values, visit);
    }
    // The first column of the first row; invalid when there is no row.
    Result<QVariant> selectValue(const QString &sql, Values values = {}) { return selectValueWith(sql, values); }
    Result<QVariant> selectValue(const QString &sql, const ValueList &values) { return selectValueWith(sql, values); }

    // Of the last statement that failed: the extended code.
    int errorCode() const { return m_errorCode; }
    // Whether a transaction is open here, ours or the application's.
    bool isInTransaction() const;

    bool isWritable() const { return m_isWritable; }
    void setWritable(bool isWritable) { m_isWritable = isWritable; }

    // The transaction that is open here, null when none is.
    void setTransaction(const StoreTransaction *transaction);
    const StoreTransaction *transaction() const { return m_transaction; }
    qint64 transactionCount() const { return m_transactionCount; } // those that have begun here
    // Fails unless the transaction is the one that is open here: mutators ask this first.
    Result<void> check(const StoreTransaction &transaction) const;

private:
    using Span = std::span<const SqliteValue>;
    Result<qint64> executeWith(const QString &sql, Span values);
    Result<void> selectWith(const QString &sql, Span values, const RowVisitor &visit);
    Result<QVariant> selectValueWith(const QString &sql, Span values);

    // Bound and not yet begun.
    Result<SqliteStatement *> ready(const QString &sql, Span values);
    Result<SqliteStatement *> prepared(const QString &sql);
    Result<void> checkLibrary() const;
    Failure failed();
    Result<void> readBusyTimeout();
    static int onBusy(void *connection, int attempt);
    static int onLogged(void *connection, sqlite3 *handle, const char *database, int pages);

    QSqlDatabase m_database;
    Ownership m_ownership;
    QThread *m_thread = QThread::currentThread();
    sqlite3 *m_handle = nullptr; // Qt's
    std::unordered_map<QString, SqliteStatement> m_statements;
    const StoreTransaction *m_transaction = nullptr;
    qint64 m_transactionCount = 0;
    bool m_hasLostTransaction = false;
    bool m_isWritable = true;
    std::chrono::milliseconds m_busyTimeout{0};
    int m_checkpointSize = 0; // 0: as it was opened; < 0: left to writeBackLog()
    int m_logPages = 0;       // after the last commit, where it is
    int m_errorCode = 0;
};

// "name", with quotes doubled.
QString quoted(const QString &identifier);

} // namespace Tideline
