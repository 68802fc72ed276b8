// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "networklog.h"

#include <QtCore/QStringList>
#include <QtCore/QTemporaryDir>

// One curl that makes the same requests one after the other over one connection, and keeps the replies.
class CurlDownload
{
public:
    explicit CurlDownload(const QList<NetworkLog::Request> &requests);

    // Answers how long it took, in nanoseconds.
    double run();
    // The replies' bodies.
    QStringList files() const { return m_files; }

private:
    QTemporaryDir m_directory;
    QStringList m_files;
};
