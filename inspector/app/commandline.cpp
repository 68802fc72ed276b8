// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "app/commandline.h"

#include "views/pages.h"

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

CommandLine::CommandLine(const QStringList &arguments)
{
    m_parser.setApplicationDescription(
        tr("Shows what waits in the sync queue of a database, and why. The file is only read."));
    m_parser.addHelpOption();
    m_parser.addVersionOption();
    m_parser.addPositionalArgument(u"file"_s, tr("The SQLite file of an application that syncs with Tideline."),
                                   u"[FILE]"_s);
    m_parser.addOptions({
        {u"screenshot"_s, tr("Save a picture of the window that shows FILE to <png>, then quit."), u"png"_s},
        {u"view"_s, tr("Begin with this view: %1.").arg(Pages::names().join(u", "_s)), u"name"_s, u"queue"_s},
        {u"sensitive-fields"_s, tr("Hide the values of these fields (names, separated by commas)."), u"names"_s},
    });
    if (!m_parser.parse(arguments))
        m_error = m_parser.errorText();
    else if (m_parser.positionalArguments().size() > 1)
        m_error = tr("Name one file only.");
    else if (!Pages::names().contains(view()))
        m_error = tr("There is no view “%1”. Use one of: %2.").arg(view(), Pages::names().join(u", "_s));
    else if (m_parser.isSet(u"screenshot"_s) && file().isEmpty())
        m_error = tr("--screenshot needs the file to show.");
    else if (m_parser.isSet(u"screenshot"_s) && screenshot().isEmpty())
        m_error = tr("--screenshot needs the name of the picture.");
}

QString CommandLine::error() const
{
    return m_error;
}

bool CommandLine::wantsHelp() const
{
    return m_parser.isSet(u"help"_s);
}

bool CommandLine::wantsVersion() const
{
    return m_parser.isSet(u"version"_s);
}

QString CommandLine::helpText() const
{
    return m_parser.helpText();
}

QString CommandLine::file() const
{
    return m_parser.positionalArguments().value(0);
}

QString CommandLine::screenshot() const
{
    return m_parser.value(u"screenshot"_s);
}

QString CommandLine::view() const
{
    return m_parser.value(u"view"_s);
}

QStringList CommandLine::sensitiveFields() const
{
    return m_parser.value(u"sensitive-fields"_s).split(u',', Qt::SkipEmptyParts);
}

} // namespace Tideline::Inspector
