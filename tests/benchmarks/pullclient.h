// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "networklog.h"

#include <tideline/engine/syncengine.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QTemporaryDir>

#include <atomic>
#include <chrono>
#include <memory>

// An engine with a database on disk, made for one measurement.
class PullClient
{
public:
    using Mode = Tideline::SupabaseOptions::Mode;
    PullClient(const QUrl &server, Mode mode, int tables = 1);

    Tideline::SyncEngine &engine() { return *m_engine; }
    // Of the last pull.
    const NetworkLog &log() const { return *m_log; }
    bool usesKit() const;

    QFuture<Tideline::SyncReport> startPull();
    // Answers how long it took, in nanoseconds.
    double pull(qsizetype expectedRows);
    // From now on it is so much later.
    void passTime(std::chrono::milliseconds time) { *m_ahead += time.count(); }
    static Tideline::SyncReport wait(const QFuture<Tideline::SyncReport> &pull);

    QString path() const { return m_directory.filePath(QStringLiteral("app.db")); }

private:
    QTemporaryDir m_directory;
    std::shared_ptr<NetworkLog> m_log = std::make_shared<NetworkLog>();
    std::shared_ptr<std::atomic<qint64>> m_ahead = std::make_shared<std::atomic<qint64>>(0); // milliseconds
    std::unique_ptr<Tideline::SyncEngine> m_engine;
};
