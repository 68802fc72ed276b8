// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

namespace Tideline {

// Where QTemporaryDir makes a directory for databases that are made and flushed by the thousand: in memory, where the
// system has that. A process that is killed leaves there what it would have left on a disk.
inline QString scratchTemplate()
{
    const QFileInfo memory(QStringLiteral("/dev/shm"));
    const QString base = memory.isDir() && memory.isWritable() ? memory.filePath() : QDir::tempPath();
    return base + QStringLiteral("/tideline-faults-XXXXXX");
}

} // namespace Tideline
