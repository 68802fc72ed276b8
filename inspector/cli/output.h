// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QFile>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

namespace Tideline::Cli {

// Standard output, unbuffered: what was printed was handed to the reader. Fails with Cancelled when nobody can read it
// any more, with LocalStore when a value cannot be shown.
class Output
{
public:
    Output();

    Result<void> json(const QVariant &value);          // one line
    Result<void> document(const QVariantMap &content); // with "schema"
    Result<void> text(const QString &text);            // as it is, with a line break

private:
    Result<void> print(const QByteArray &line);

    QFile m_file;
};

// Standard error, as "tideline: <text>". Characters that could steer a terminal are shown as \uXXXX.
void complain(const QString &text);

// The same for a text from a row or a server; line breaks too.
QString printable(const QString &text);

// Lines of aligned columns; empty without rows.
QString alignedTable(const QStringList &header, const QList<QStringList> &rows);

} // namespace Tideline::Cli
