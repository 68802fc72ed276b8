// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>

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
    WriteResult patch(const QString &id, const QString &title);
    WriteResult remove(const QString &id);
    // Waits for its end; however long entries would have to wait, they go now.
    SyncReport drain();
    QStringList deadLetters() const;

    SyncEngine *operator->() const { return m_engine.get(); }

private:
    std::unique_ptr<SyncEngine> m_engine;
};

} // namespace Tideline
