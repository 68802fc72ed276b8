// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QStringList>

class QSettings;

namespace Tideline::Inspector {

// The files opened last, newest first. Without settings it remembers nothing.
class RecentFiles
{
public:
    explicit RecentFiles(QSettings *settings);

    QStringList paths() const; // those that still exist
    void add(const QString &path);
    void clear();

private:
    QSettings *m_settings;
};

} // namespace Tideline::Inspector
