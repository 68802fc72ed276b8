// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "fakeclock.h"

#include <tideline/engine/syncengine.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QMap>
#include <QtCore/QTemporaryDir>

#include <memory>

namespace Tideline {

// One client with the tables "hard" and "soft" (with a deletion mark) and the children of both. Its tables are the
// application's: they have a column "local_note" that no server knows, and remove children with their parent.
class ConflictDevice
{
public:
    ConflictDevice(const QUrl &url, SupabaseOptions::Mode mode, const SyncConfig &config);

    static QList<TableConfig> tables();

    SyncEngine *operator->() const { return m_engine.get(); }
    FakeClock &clock() { return m_clock; }
    SyncReport sync() { return wait(m_engine->syncAll(SyncEngine::Urgency::Now)); }
    SyncReport pull() { return wait(m_engine->pullAll(SyncEngine::Urgency::Now)); }

    // As the application's own SQL would.
    bool execute(const QString &sql);
    // "table id": "title/body updated_at deleted_at", and "children id" for those of a table.
    QMap<QString, QString> rows() const;
    // "table id": title/body, "-" where there is no row or a marked one.
    QString outcome(const QString &table, const QString &id) const;
    QString localNote(const QString &table, const QString &id) const;

    QList<ConflictRecord> conflicts() const;
    int conflictEvents() const { return m_conflictEvents; }
    QList<SyncError> errors() const { return m_errors; }

private:
    static SyncReport wait(const QFuture<SyncReport> &future);

    QTemporaryDir m_directory;
    FakeClock m_clock;
    int m_conflictEvents = 0;
    QList<SyncError> m_errors;
    std::unique_ptr<SyncEngine> m_engine;
};

} // namespace Tideline
