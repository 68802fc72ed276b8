// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "serverstack.h"

#include <tideline/core/json.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QMessageAuthenticationCode>
#include <QtCore/QProcess>

namespace Tideline {

namespace {

constexpr int scriptTimeout = 90000; // milliseconds; starting a cluster on a busy machine

} // namespace

ServerStack::~ServerStack()
{
    run({QStringLiteral("stop"), m_directory.path()}, {}, nullptr);
}

bool ServerStack::start(const Options &options)
{
    QStringList arguments{QStringLiteral("start"), m_directory.path(), QStringLiteral("--owner"),
                          QString::number(QCoreApplication::applicationPid())};
    if (options.maxRows > 0)
        arguments << QStringLiteral("--max-rows") << QString::number(options.maxRows);
    QString output;
    if (!run(arguments, {}, &output))
        return false;
    const QStringList lines = output.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &line : lines)
        m_values.insert(line.section(QLatin1Char('='), 0, 0), line.section(QLatin1Char('='), 1));
    if (options.schema.isEmpty())
        return true;
    const SqlResult schema = changeSchema(options.schema);
    m_error = schema.ok ? QString() : schema.output;
    return schema.ok;
}

QUrl ServerStack::url() const
{
    return QUrl(m_values.value(QStringLiteral("url")));
}

QString ServerStack::socketDirectory() const
{
    return m_values.value(QStringLiteral("socket"));
}

ServerStack::SqlResult ServerStack::runSql(const QString &sql)
{
    SqlResult result;
    result.ok = run({QStringLiteral("sql"), m_directory.path(), QStringLiteral("--tuples-only"),
                     QStringLiteral("--no-align"), QStringLiteral("--file=-")},
                    sql.toUtf8(), &result.output);
    if (!result.ok)
        result.output = m_error;
    return result;
}

ServerStack::SqlResult ServerStack::changeSchema(const QString &sql)
{
    SqlResult result = runSql(sql);
    // A restart reads the schema for certain; a notification only some time later.
    if (result.ok && (!pauseRest() || !resumeRest()))
        return {false, m_error};
    return result;
}

bool ServerStack::pauseRest()
{
    return run({QStringLiteral("pause-rest"), m_directory.path()}, {}, nullptr);
}

bool ServerStack::resumeRest()
{
    return run({QStringLiteral("resume-rest"), m_directory.path()}, {}, nullptr);
}

QString ServerStack::makeToken(const QVariantMap &claims) const
{
    constexpr auto options = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
    const QByteArray content = QByteArrayLiteral(R"({"alg":"HS256","typ":"JWT"})").toBase64(options) + '.'
                               + Json::toText(claims).toBase64(options);
    const QByteArray signature = QMessageAuthenticationCode::hash(
        content, m_values.value(QStringLiteral("jwt-secret")).toUtf8(), QCryptographicHash::Sha256);
    return QString::fromLatin1(content + '.' + signature.toBase64(options));
}

bool ServerStack::run(const QStringList &arguments, const QByteArray &input, QString *output)
{
    QProcess process;
    process.start(QStringLiteral(TIDELINE_STACK_SCRIPT), arguments);
    process.write(input);
    process.closeWriteChannel();
    const bool isDone = process.waitForFinished(scriptTimeout) && process.exitStatus() == QProcess::NormalExit
                        && process.exitCode() == 0;
    if (output)
        *output = QString::fromUtf8(process.readAllStandardOutput()).trimmed();
    if (!isDone) {
        m_error = QString::fromUtf8(process.readAllStandardError()).trimmed();
        if (m_error.isEmpty())
            m_error = process.errorString();
    }
    return isDone;
}

} // namespace Tideline
