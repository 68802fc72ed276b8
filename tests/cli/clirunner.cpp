// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "clirunner.h"

#include <tideline/core/json.h>

#include <QtCore/QFile>
#include <QtCore/QProcessEnvironment>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>

namespace Tideline {

namespace {

constexpr int processTimeout = 60'000;

const QString connectionName = QStringLiteral("clirunner");

// For one use; gone when it ends.
class Connection
{
public:
    explicit Connection(const QString &path)
        : m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), connectionName))
    {
        m_database.setDatabaseName(path);
        m_database.open();
    }
    ~Connection()
    {
        m_database = QSqlDatabase();
        QSqlDatabase::removeDatabase(connectionName);
    }
    Q_DISABLE_COPY_MOVE(Connection)

    const QSqlDatabase &database() const { return m_database; }

private:
    QSqlDatabase m_database;
};

} // namespace

QVariantMap CliResult::document() const
{
    const QList<QVariantMap> all = lines();
    return all.isEmpty() ? QVariantMap() : all.constLast();
}

QList<QVariantMap> CliResult::lines() const
{
    QList<QVariantMap> documents;
    for (const QByteArray &line : out.split('\n')) {
        if (const Result<QVariantMap> document = Json::parseObject(line); document)
            documents.append(*document);
    }
    return documents;
}

CliRunner::CliRunner()
{
    configure();
}

void CliRunner::configure(const QVariantMap &keys)
{
    QVariantMap config{{QStringLiteral("database"), QStringLiteral("app.db")},
                       {QStringLiteral("url"), QStringLiteral("http://127.0.0.1:9")},
                       {QStringLiteral("tables"), QStringList{QStringLiteral("tasks")}}};
    config.insert(keys);
    writeConfig(Json::toText(config));
}

void CliRunner::writeConfig(const QByteArray &text)
{
    QFile file(path(QStringLiteral("sync.json")));
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("the configuration cannot be written");
}

QString CliRunner::path(const QString &name) const
{
    return m_directory.filePath(name);
}

bool CliRunner::runSql(const QStringList &statements)
{
    const Connection connection(databasePath());
    QSqlQuery query(connection.database());
    for (const QString &statement : statements) {
        if (!query.exec(statement)) {
            qInfo("%s", qPrintable(query.lastError().text()));
            return false;
        }
    }
    return true;
}

QVariant CliRunner::sqlValue(const QString &text)
{
    const Connection connection(databasePath());
    QSqlQuery query(connection.database());
    return query.exec(text) && query.next() ? query.value(0) : QVariant();
}

std::unique_ptr<QProcess> CliRunner::start(const QStringList &arguments)
{
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    process->setProcessEnvironment(environment);
    process->start(QStringLiteral(TIDELINE_EXECUTABLE),
                   QStringList{QStringLiteral("--config"), path(QStringLiteral("sync.json"))} + arguments);
    return process;
}

CliResult CliRunner::run(const QStringList &arguments, const QByteArray &input)
{
    const std::unique_ptr<QProcess> process = start(arguments);
    process->write(input);
    process->closeWriteChannel();
    CliResult result;
    if (process->waitForFinished(processTimeout) && process->exitStatus() == QProcess::NormalExit)
        result.exitCode = process->exitCode();
    result.out = process->readAllStandardOutput();
    result.err = process->readAllStandardError();
    return result;
}

CliResult CliRunner::json(const QStringList &arguments)
{
    return run(QStringList{QStringLiteral("--json")} + arguments);
}

} // namespace Tideline
