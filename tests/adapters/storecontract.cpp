// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "storecontract.h"

#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/stores/memorystorage.h>

namespace Tideline {

StorageFixture::StorageFixture(const QString &implementation)
{
    if (implementation == QStringLiteral("memory")) {
        m_factory = MemoryStorage::factory();
    } else {
        SqliteOptions options;
        options.path = m_directory.filePath(QStringLiteral("test.db"));
        options.busyTimeout = std::chrono::milliseconds(200);
        m_factory = SqliteStorage::factory(options);
    }
}

} // namespace Tideline
