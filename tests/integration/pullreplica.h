// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "fakeclock.h"
#include "faultproxy.h"

#include <tideline/engine/syncengine.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>

#include <memory>

namespace Tideline {

// One client that pulls: a database on disk and an engine on it, with a clock that a test moves. What an application
// does with its own SQL goes over the same file.
class PullReplica
{
public:
    class Options
    {
    public:
        SupabaseOptions server; // its url is the proxy's
        SyncConfig config;
        QList<TableConfig> tables;
        QString userId;
        QString localSchema; // empty: as createTables() makes the tables
        QString path;        // empty: a new file
        QDateTime start = QDateTime::currentDateTimeUtc();
        // The engine works on a connection of the application, for which foreign keys count.
        bool enforcesForeignKeys = false;
    };

    PullReplica(FaultProxy &proxy, const Options &options);
    ~PullReplica();
    Q_DISABLE_COPY_MOVE(PullReplica)

    // Ends the engine and begins another one on the same database, as another process would.
    void reopen(const QList<TableConfig> &tables);
    void reopen() { reopen(m_options.tables); }
    void close() { m_engine.reset(); }
    QString path() const { return m_options.path; }

    SyncEngine *operator->() const { return m_engine.get(); }
    SyncEngine *engine() const { return m_engine.get(); }
    FakeClock &clock() { return m_clock; }

    SyncReport pull() { return wait(beginPull()); }
    SyncReport drain() { return wait(m_engine->drain(SyncEngine::Urgency::Now)); }
    SyncReport sync() { return wait(m_engine->syncAll(SyncEngine::Urgency::Now)); }
    // Until a round brings nothing any more, conflicts settled included.
    void settle();
    QFuture<SyncReport> beginPull() { return m_engine->pullAll(SyncEngine::Urgency::Now); }
    static SyncReport wait(const QFuture<SyncReport> &future);

    // On a connection of its own: the rows, columns by "|", one a line.
    QString sql(const QString &text);
    // The row as the application sees it; empty when it is not there.
    QVariantMap row(const QString &table, const QString &id) const;
    QList<ConflictRecord> conflicts() const;
    QList<SyncEntry> openEntries() const;

    // From now on each insertion, update and deletion of a row of the table is counted, by a trigger.
    void countChanges(const QString &table);
    int changes() { return sql(QStringLiteral("SELECT count(*) FROM applied")).toInt(); }

    // What the engine told since it was opened.
    class Told
    {
    public:
        QList<SyncPullComplete> pulls;
        QList<SyncError> errors;
        QList<SyncConflict> conflicts;
        QStringList changedTables;
        QList<std::pair<qint64, qint64>> progress;
    };
    Told told() const { return *m_told; }

private:
    void open();

    FaultProxy &m_proxy;
    Options m_options;
    QTemporaryDir m_directory;
    QString m_ownConnection;
    QString m_engineConnection;
    FakeClock m_clock;
    std::shared_ptr<Told> m_told;
    std::unique_ptr<SyncEngine> m_engine;
};

} // namespace Tideline
