// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "output.h"

#include <tideline/core/json.h>

#include <algorithm>
#include <cstdio>

namespace Tideline::Cli {

namespace {
constexpr qsizetype widestCell = 60;
}

Output::Output()
{
    // A failure shows at the first print.
    m_file.open(stdout, QIODevice::WriteOnly | QIODevice::Unbuffered);
}

Result<void> Output::print(const QByteArray &line)
{
    const QByteArray bytes = line + '\n';
    if (!m_file.isOpen() || m_file.write(bytes) != bytes.size() || !m_file.flush())
        return Failure(
            Failure::Code::Cancelled,
            QStringLiteral(
                "The answer could not be written to standard output: the disk is full or the reader is gone."));
    return {};
}

Result<void> Output::json(const QVariant &value)
{
    const Result<QByteArray> text = Json::serialize(value);
    if (!text)
        return Failure(Failure::Code::LocalStore,
                       QStringLiteral("A stored value cannot be shown as JSON: %1").arg(text.failure().detail));
    return print(*text);
}

Result<void> Output::document(const QVariantMap &content)
{
    QVariantMap document = content;
    document.insert(QStringLiteral("schema"), 1);
    return json(document);
}

Result<void> Output::text(const QString &text)
{
    return print(text.toUtf8());
}

void complain(const QString &text)
{
    QFile file;
    if (file.open(stderr, QIODevice::WriteOnly | QIODevice::Unbuffered))
        file.write(QStringLiteral("tideline: %1\n").arg(printable(text)).toUtf8());
}

QString printable(const QString &text)
{
    QString result;
    result.reserve(text.size());
    for (const QChar c : text) {
        if (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format)
            result += QStringLiteral("\\u%1").arg(c.unicode(), 4, 16, QLatin1Char('0'));
        else
            result += c;
    }
    return result;
}

QString alignedTable(const QStringList &header, const QList<QStringList> &rows)
{
    if (rows.isEmpty())
        return {};
    QList<QStringList> cells{header};
    for (const QStringList &row : rows) {
        QStringList line;
        for (const QString &cell : row) {
            const QString shown = printable(cell);
            const bool isCut = line.size() + 1 < row.size() && shown.size() > widestCell;
            line.append(isCut ? shown.left(widestCell - 1) + QChar(0x2026) : shown);
        }
        cells.append(line);
    }
    QStringList lines;
    for (const QStringList &row : cells) {
        QString line;
        for (qsizetype column = 0; column < row.size(); ++column) {
            const auto wider = [column](const QStringList &a, const QStringList &b) {
                return a.at(column).size() < b.at(column).size();
            };
            const qsizetype width = std::max_element(cells.cbegin(), cells.cend(), wider)->at(column).size();
            const bool isLast = column + 1 == row.size();
            line += isLast ? row.at(column) : row.at(column).leftJustified(width + 2);
        }
        lines.append(line);
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace Tideline::Cli
