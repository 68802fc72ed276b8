// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "curldownload.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QProcess>

namespace {

// As curl reads it from a configuration file.
QByteArray quoted(QByteArray text)
{
    return '"' + text.replace('\\', "\\\\").replace('"', "\\\"") + '"';
}

void write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write what curl is to read");
}

} // namespace

CurlDownload::CurlDownload(const QList<NetworkLog::Request> &requests)
{
    QByteArray config;
    for (const NetworkLog::Request &request : requests) {
        const QString number = QString::number(m_files.size());
        m_files.append(m_directory.filePath(number));
        if (!config.isEmpty())
            config += "next\n";
        config += "silent\nfail\ngloboff\nurl = " + quoted(request.url.toEncoded()) + "\noutput = "
                  + quoted(QFile::encodeName(m_files.constLast())) + "\nrequest = " + quoted(request.method) + '\n';
        for (const auto &[name, value] : request.headers)
            config += "header = " + quoted(name + ": " + value) + '\n';
        if (request.body.isEmpty())
            continue;
        const QString body = m_directory.filePath(number + QStringLiteral(".body"));
        write(body, request.body);
        config += "data-binary = " + quoted('@' + QFile::encodeName(body)) + '\n';
    }
    write(m_directory.filePath(QStringLiteral("config")), config);
}

double CurlDownload::run()
{
    QElapsedTimer timer;
    timer.start();
    QProcess curl;
    curl.start(QStringLiteral("curl"), {QStringLiteral("--config"), m_directory.filePath(QStringLiteral("config"))});
    if (!curl.waitForFinished(600000) || curl.exitCode() != 0)
        qFatal("curl failed: %s", curl.readAllStandardError().constData());
    return static_cast<double>(timer.nsecsElapsed());
}
