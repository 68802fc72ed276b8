// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "syncjson.h"

#include "configreader.h"
#include "tablejson.h"
#include "tokensource.h"

#include <tideline/core/json.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QProcess>

#include <limits>

namespace Tideline::Cli {

namespace {

using namespace std::chrono_literals;

constexpr qint64 maximumFileSize = 4LL * 1024 * 1024;
// What a timer of Qt can wait for.
constexpr auto longestTimer = std::chrono::milliseconds(24h * 24);
constexpr auto longestTime = std::chrono::milliseconds(24h * 36'500);

Failure refused(const QString &why)
{
    return {Failure::Code::Invalid, why};
}

// "not valid JSON at byte 12" is hard to find in an editor.
QString positionOf(const QByteArray &text, const QString &detail)
{
    const qsizetype at = detail.lastIndexOf(QStringLiteral("byte "));
    if (at < 0)
        return detail;
    const QByteArray before = text.left(detail.mid(at + 5).toLongLong());
    return QStringLiteral("%1 (line %2, column %3)")
        .arg(detail)
        .arg(before.count('\n') + 1)
        .arg(before.size() - before.lastIndexOf('\n'));
}

void readEngine(ConfigReader &reader, SyncConfig *config)
{
    reader.number(QStringLiteral("batchSize"), &config->batchSize, 1, 10'000);
    reader.flag(QStringLiteral("stopOnFirstError"), &config->stopOnFirstError);
    reader.number(QStringLiteral("maxRetries"), &config->maxRetries, 0, 1'000'000);
    reader.texts(QStringLiteral("sensitiveFields"), &config->sensitiveFields);
    reader.choice(QStringLiteral("sensitiveFieldPolicy"), &config->sensitiveFieldPolicy,
                  {{QStringLiteral("maskDiagnostics"), SensitiveFieldPolicy::MaskDiagnostics},
                   {QStringLiteral("maskEverywhere"), SensitiveFieldPolicy::MaskEverywhere}});
    reader.flag(QStringLiteral("useExponentialBackoff"), &config->useExponentialBackoff);
    reader.duration(QStringLiteral("backoffBase"), &config->backoffBase, 1ms, longestTimer);
    reader.duration(QStringLiteral("maxBackoff"), &config->maxBackoff, 1ms, longestTimer);
    reader.choice(QStringLiteral("conflictStrategy"), &config->conflictStrategy, namedStrategies());
    reader.number(QStringLiteral("maxPayloadBytes"), &config->maxPayloadBytes, qint64(1), qint64(1) << 30);
    reader.duration(QStringLiteral("queueRetention"), &config->queueRetention, 0ms, longestTime);
    reader.number(QStringLiteral("pageSize"), &config->pageSize, 1, 1'000'000);
    reader.duration(QStringLiteral("pollInterval"), &config->pollInterval, 1ms, longestTimer);
    reader.choice(
        QStringLiteral("reconcile"), &config->reconcile,
        {{QStringLiteral("auto"), ReconcilePolicy::Automatic}, {QStringLiteral("off"), ReconcilePolicy::Off}});
}

void readSqlite(ConfigReader &reader, const QDir &directory, SqliteOptions *options)
{
    QString path;
    reader.requireKey(QStringLiteral("database"));
    reader.text(QStringLiteral("database"), &path);
    options->path = QDir::cleanPath(directory.absoluteFilePath(path));
    reader.choice(QStringLiteral("synchronous"), &options->synchronous,
                  {{QStringLiteral("FULL"), SqliteOptions::Synchronous::Full},
                   {QStringLiteral("NORMAL"), SqliteOptions::Synchronous::Normal}});
}

void readSupabase(ConfigReader &reader, SupabaseOptions *options)
{
    QString url;
    reader.requireKey(QStringLiteral("url"));
    reader.text(QStringLiteral("url"), &url);
    reader.flag(QStringLiteral("allowInsecure"), &options->allowInsecure);
    reader.duration(QStringLiteral("requestTimeout"), &options->requestTimeout, 1ms, longestTimer);
    reader.number(QStringLiteral("maxResponseBytes"), &options->maxResponseBytes, qint64(1024), qint64(1) << 40);
    reader.duration(QStringLiteral("overlap"), &options->overlap, 0ms, longestTimer);
    reader.choice(QStringLiteral("mode"), &options->mode,
                  {{QStringLiteral("auto"), SupabaseOptions::Mode::Auto},
                   {QStringLiteral("plain"), SupabaseOptions::Mode::Plain},
                   {QStringLiteral("kit"), SupabaseOptions::Mode::Kit}});
    reader.text(QStringLiteral("apikey"), &options->apiKey);
    if (!options->apiKey.isEmpty() && !isHeaderText(options->apiKey))
        reader.refuse(QStringLiteral("apikey"), QStringLiteral("must hold printable ASCII characters only"));
    if (url.isEmpty())
        return;
    options->url = QUrl(url, QUrl::StrictMode);
    if (const Result<void> checked = SupabaseRemoteStore::check(*options); !checked)
        reader.refuse(QStringLiteral("url"), QStringLiteral("cannot be used: %1").arg(checked.failure().detail));
}

TokenProvider readToken(ConfigReader &reader, const QDir &directory)
{
    QString token;
    QString file;
    QString command;
    reader.text(QStringLiteral("token"), &token);
    reader.text(QStringLiteral("tokenFile"), &file);
    reader.text(QStringLiteral("tokenCommand"), &command);
    const QStringList words = QProcess::splitCommand(command);
    if (!token.isEmpty() && !isHeaderText(token))
        reader.refuse(QStringLiteral("token"), QStringLiteral("must hold printable ASCII characters only"));
    if (!command.isEmpty() && words.isEmpty())
        reader.refuse(QStringLiteral("tokenCommand"), QStringLiteral("names no program"));
    if (int(!token.isEmpty()) + int(!file.isEmpty()) + int(!command.isEmpty()) > 1)
        reader.refuse(
            !file.isEmpty() ? QStringLiteral("tokenFile") : QStringLiteral("tokenCommand"),
            QStringLiteral("stands beside another one of token, tokenFile and tokenCommand; keep one of them"));
    if (!token.isEmpty())
        return literalToken(token);
    if (!file.isEmpty())
        return tokenFromFile(directory.absoluteFilePath(file));
    if (!words.isEmpty())
        return tokenFromCommand(words);
    return nullptr;
}

} // namespace

Result<SyncJson> SyncJson::parse(const QByteArray &text, const QString &directory)
{
    const Result<QVariantMap> object = Json::parseObject(text, Json::DuplicateKeys::Refused);
    if (!object)
        return refused(QStringLiteral("%1.").arg(positionOf(text, object.failure().detail)));
    SyncJson result;
    ConfigReader reader(*object);
    readSqlite(reader, QDir(directory), &result.sqlite);
    readSupabase(reader, &result.supabase);
    result.supabase.tokenProvider = readToken(reader, QDir(directory));
    reader.text(QStringLiteral("userId"), &result.userId);
    reader.requireKey(QStringLiteral("tables"));
    if (reader.has(QStringLiteral("tables"))) {
        if (const Result<QList<TableConfig>> tables = parsedTables(reader.any(QStringLiteral("tables"))); tables)
            result.tables = *tables;
        else
            reader.refuse(tables.failure());
    }
    readEngine(reader, &result.config);
    if (const Result<void> finished = reader.finish(); !finished)
        return finished.failure();
    return result;
}

Result<SyncJson> SyncJson::load(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return refused(QStringLiteral("The configuration file %1 cannot be read: %2. Give its path with --config.")
                           .arg(path, file.errorString()));
    const QByteArray text = file.read(maximumFileSize + 1);
    if (text.size() > maximumFileSize)
        return refused(QStringLiteral("The configuration file %1 is larger than %2 bytes; is it the right one?")
                           .arg(path)
                           .arg(maximumFileSize));
    Result<SyncJson> result = parse(text, QFileInfo(path).absolutePath());
    if (!result)
        return refused(QStringLiteral("%1: %2").arg(path, result.failure().detail));
    const bool isReadByOthers = file.permissions() & (QFile::ReadGroup | QFile::ReadOther);
    // Parsed above, so that the key cannot be missed.
    if (isReadByOthers && Json::parseObject(text)->contains(QStringLiteral("token")))
        result->warnings.append(QStringLiteral("%1 holds a token and other users may read it: chmod 600 it, or use "
                                               "tokenFile or tokenCommand.")
                                    .arg(path));
    return result;
}

SyncSetup SyncJson::setup() const
{
    SyncSetup setup;
    setup.storage = SqliteStorage::factory(sqlite);
    setup.remote = SupabaseRemoteStore::factory(supabase);
    setup.config = config;
    setup.tables = tables;
    setup.userId = userId;
    return setup;
}

} // namespace Tideline::Cli
