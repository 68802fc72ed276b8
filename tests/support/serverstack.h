// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QHash>
#include <QtCore/QTemporaryDir>
#include <QtCore/QUrl>
#include <QtCore/QVariantMap>

namespace Tideline {

// A PostgreSQL with a PostgREST in front of it, for one test class: the C++ face of the script "stack". The calls
// block; the servers end with the object, or with the process however that ends.
class ServerStack
{
public:
    struct SqlResult
    {
        bool ok = false;
        QString output; // unaligned, without headers; the error text when not ok
    };
    struct Options
    {
        int maxRows = 0; // 0: no page cap
        QString schema;  // SQL to run before PostgREST starts
    };

    ServerStack() = default;
    ~ServerStack();
    Q_DISABLE_COPY_MOVE(ServerStack)

    // False: error() says why.
    bool start(const Options &options);
    QString error() const { return m_error; }

    QUrl url() const;
    QString socketDirectory() const;
    SqlResult runSql(const QString &sql);
    // runSql() and waits until PostgREST has read the changed schema.
    SqlResult changeSchema(const QString &sql);
    // The network is gone: the port refuses connections.
    bool pauseRest();
    bool resumeRest();

    // A JSON Web Token that PostgREST of this stack accepts; {"role": "web_user"} makes a signed-in user.
    QString makeToken(const QVariantMap &claims) const;

private:
    bool run(const QStringList &arguments, const QByteArray &input, QString *output);

    QTemporaryDir m_directory;
    QHash<QString, QString> m_values;
    QString m_error;
};

} // namespace Tideline
