// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "linesplitter.h"

#include <utility>

namespace Tideline::Cli {

LineSplitter::LineSplitter(qsizetype maximum)
    : m_maximum(maximum)
{
}

void LineSplitter::add(const QByteArray &bytes)
{
    m_bytes = bytes;
    m_position = 0;
}

std::optional<LineSplitter::Line> LineSplitter::next()
{
    const qsizetype end = m_bytes.indexOf('\n', m_position);
    keep(m_bytes.mid(m_position, end < 0 ? -1 : end - m_position));
    m_position = end < 0 ? m_bytes.size() : end + 1;
    if (end < 0)
        return std::nullopt;
    return taken();
}

std::optional<LineSplitter::Line> LineSplitter::last()
{
    if (m_line.text.isEmpty() && !m_line.isTooLong)
        return std::nullopt;
    return taken();
}

void LineSplitter::keep(const QByteArray &bytes)
{
    if (m_line.isTooLong || m_line.text.size() + bytes.size() > m_maximum)
        m_line = Line{QByteArray(), true};
    else
        m_line.text += bytes;
}

LineSplitter::Line LineSplitter::taken()
{
    return std::exchange(m_line, Line());
}

} // namespace Tideline::Cli
