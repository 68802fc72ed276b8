// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QUrl>

#include <memory>

namespace Tideline {

// Where a client keeps its table "notes", and with whom it syncs.
class NotesSetup
{
public:
    QString database;
    QString log; // of a LogServer
    QUrl url;    // of a PostgREST, where log is empty
    SupabaseOptions::Mode mode = SupabaseOptions::Mode::Auto;
    int pageSize = 1000;
    bool isReconciling = true;
    // Added to the clock: whoever held the lease of the file an hour ago is gone.
    std::chrono::seconds later{0};
    std::chrono::milliseconds busyTimeout = std::chrono::seconds(5);

    static SyncSetup engine(const NotesSetup &notes);
};

// An application on such a database.
class NotesClient
{
public:
    explicit NotesClient(const NotesSetup &setup);
    explicit NotesClient(const SyncSetup &setup);

    Result<void> open();
    WriteResult write(const QString &id, const QString &title);
    // All or nothing.
    Result<QList<SyncEntry>> writeBoth(const QString &id, const QString &otherId, const QString &title);
    WriteResult patch(const QString &id, const QString &title);
    WriteResult remove(const QString &id);
    // Waits for its end; however long entries would have to wait, they go now.
    SyncReport drain();
    SyncReport pull();
    QStringList deadLetters() const;

    SyncEngine *operator->() const { return m_engine.get(); }

private:
    static SyncReport wait(const QFuture<SyncReport> &future);

    std::unique_ptr<SyncEngine> m_engine;
};

} // namespace Tideline
