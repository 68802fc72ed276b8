// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QByteArray>

#include <optional>

namespace Tideline::Cli {

// Cuts a stream of bytes into lines at \n. Of a line that is longer than the maximum nothing is kept but the fact.
class LineSplitter
{
public:
    class Line
    {
    public:
        QByteArray text; // without \n
        bool isTooLong = false;
    };

    explicit LineSplitter(qsizetype maximum);

    void add(const QByteArray &bytes); // take all lines with next() before the next call
    std::optional<Line> next();
    // What stands behind the last \n, at the end of the stream.
    std::optional<Line> last();

private:
    void keep(const QByteArray &bytes);
    Line taken();

    qsizetype m_maximum;
    QByteArray m_bytes;
    qsizetype m_position = 0;
    Line m_line;
};

} // namespace Tideline::Cli
