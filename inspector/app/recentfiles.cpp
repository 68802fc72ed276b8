// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "app/recentfiles.h"

#include <QtCore/QFileInfo>
#include <QtCore/QSettings>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

namespace {

constexpr qsizetype maximumCount = 10;
const QString settingsKey = u"recentFiles"_s;

} // namespace

RecentFiles::RecentFiles(QSettings *settings)
    : m_settings(settings)
{
}

QStringList RecentFiles::paths() const
{
    if (!m_settings)
        return {};
    QStringList paths = m_settings->value(settingsKey).toStringList();
    paths.erase(
        std::remove_if(paths.begin(), paths.end(), [](const QString &path) { return !QFileInfo::exists(path); }),
        paths.end());
    return paths;
}

void RecentFiles::add(const QString &path)
{
    if (!m_settings)
        return;
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QStringList known = paths();
    known.removeAll(absolute);
    known.prepend(absolute);
    m_settings->setValue(settingsKey, known.mid(0, maximumCount));
}

void RecentFiles::clear()
{
    if (m_settings)
        m_settings->remove(settingsKey);
}

} // namespace Tideline::Inspector
