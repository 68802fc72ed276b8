// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QThread>
#include <QtCore/QVariantList>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>

#include <functional>
#include <memory>
#include <unordered_map>

namespace Tideline {

class StoreTransaction;

// One connection and its prepared statements. Every statement of the stores goes through it: none is unchecked, and
// none stays active, so that no read transaction lingers and holds checkpoints back.
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
    void close();

    // Answers how many rows changed.
    Result<qint64> execute(const QString &sql, const QVariantList &values = {});
    // Answers the new row's rowid.
    Result<qint64> insert(const QString &sql, const QVariantList &values);
    using RowVisitor = std::function<void(const QSqlQuery &row)>;
    // The visitor must not run another statement.
    Result<void> select(const QString &sql, const QVariantList &values, const RowVisitor &visit);
    // The first column of the first row; invalid when there is no row.
    Result<QVariant> selectValue(const QString &sql, const QVariantList &values = {});

    // Of the last statement that failed.
    int errorCode() const { return m_errorCode; }

    bool isWritable() const { return m_isWritable; }
    void setWritable(bool isWritable) { m_isWritable = isWritable; }

    // The transaction that is open here, null when none is.
    void setTransaction(const StoreTransaction *transaction);
    const StoreTransaction *transaction() const { return m_transaction; }
    // Fails unless the transaction is the one that is open here: mutators ask this first.
    Result<void> check(const StoreTransaction &transaction) const;

private:
    Result<QSqlQuery *> run(const QString &sql, const QVariantList &values);
    Result<QSqlQuery *> prepared(const QString &sql);
    Failure failed(QSqlQuery &query);
    void noticeLostTransaction();

    QSqlDatabase m_database;
    Ownership m_ownership;
    QThread *m_thread = QThread::currentThread();
    std::unordered_map<QString, std::unique_ptr<QSqlQuery>> m_statements;
    const StoreTransaction *m_transaction = nullptr;
    bool m_hasLostTransaction = false;
    bool m_isWritable = true;
    int m_errorCode = 0;
};

// "name", with quotes doubled.
QString quoted(const QString &identifier);

} // namespace Tideline
