// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtCore/QVariantMap>

#include <memory>

namespace Tideline {

// What a run of the command line left.
class CliResult
{
public:
    int exitCode = -1; // negative: it crashed or did not end
    QByteArray out;
    QByteArray err;

    QVariantMap document() const;     // the last line
    QList<QVariantMap> lines() const; // all of them
    QVariantList list(const char *key) const { return document().value(QString::fromLatin1(key)).toList(); }
};

// Runs the built executable on a database and a configuration in a directory of its own.
class CliRunner
{
public:
    CliRunner();

    // The configuration's keys; what is absent gets a default with which everything but the network works.
    void configure(const QVariantMap &keys = {});
    void writeConfig(const QByteArray &text);
    QString path(const QString &name) const;
    QString databasePath() const { return path(QStringLiteral("app.db")); }
    // As the application would, before the first run.
    bool runSql(const QStringList &statements);
    QVariant sqlValue(const QString &query);

    CliResult run(const QStringList &arguments, const QByteArray &input = {});
    CliResult json(const QStringList &arguments); // with --json
    std::unique_ptr<QProcess> start(const QStringList &arguments);

private:
    QTemporaryDir m_directory;
};

} // namespace Tideline
