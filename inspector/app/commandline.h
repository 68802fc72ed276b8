// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QCommandLineParser>
#include <QtCore/QStringList>

namespace Tideline::Inspector {

// What the program was asked to do.
class CommandLine
{
    Q_DECLARE_TR_FUNCTIONS(Tideline::Inspector::CommandLine)

public:
    explicit CommandLine(const QStringList &arguments);

    QString error() const; // empty: the arguments can be followed
    bool wantsHelp() const;
    bool wantsVersion() const;
    QString helpText() const;

    QString file() const;
    QString screenshot() const; // where to save it; empty: none is wanted
    QString view() const;
    QStringList sensitiveFields() const;

private:
    QCommandLineParser m_parser;
    QString m_error;
};

} // namespace Tideline::Inspector
