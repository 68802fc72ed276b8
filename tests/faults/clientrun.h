// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "notesclient.h"

#include <faultyvfs.h>

#include <QtCore/QVariantMap>

#include <optional>

namespace Tideline {

// One life of a client's process, until it is killed or its work is done. It tells on standard output what was
// acknowledged to it, as soon as that was.
class ClientRun
{
public:
    explicit ClientRun(const QVariantMap &order);
    // The exit code; 1 when something failed that nobody had broken.
    int run();

private:
    bool open();
    bool acknowledge(const WriteResult &written);
    bool acknowledge(const Result<QList<SyncEntry>> &written);
    void armKiller();

    bool runOpen();
    bool runWrites();
    bool runDrain();
    bool runPull();
    bool runRepairs();
    bool runLogout();
    bool runStream();

    QVariantMap m_order;
    FaultyVfs m_vfs;
    std::optional<NotesClient> m_client;
};

} // namespace Tideline
