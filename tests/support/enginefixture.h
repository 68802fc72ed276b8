// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "fakeclock.h"

#include <tideline/engine/syncengine.h>
#include <tideline/stores/memoryremotestore.h>

#include <QtCore/QFutureWatcher>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

// An engine in front of a server in memory, with a clock that a test moves.
class EngineFixture
{
public:
    explicit EngineFixture(const Tideline::StorageFactory &storage,
                           const QDateTime &start = QDateTime::currentDateTimeUtc())
        : clock(start)
        , server(std::make_shared<Tideline::MemoryServer>(clock.clock()))
    {
        setup.storage = storage;
        setup.remote = [shared = server] { return std::make_unique<Tideline::MemoryRemoteStore>(shared); };
        setup.clock = clock.clock();
        setup.random = [] { return 0.0; };
        setup.tables = {table};
    }

    // After the setup was changed, or to come back as another process would.
    void open()
    {
        engine.reset();
        engine = std::make_unique<Tideline::SyncEngine>(setup);
        const Tideline::Result<void> opened = engine->open();
        QVERIFY2(opened, qPrintable(opened.failure().detail));
    }

    static Tideline::SyncReport wait(const QFuture<Tideline::SyncReport> &future)
    {
        // The watcher is told through the event queue, and so after every event that the round reported before.
        QFutureWatcher<Tideline::SyncReport> watcher;
        const QSignalSpy finished(&watcher, &QFutureWatcherBase::finished);
        watcher.setFuture(future);
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, 60000))
            qFatal("the round did not end");
        return future.result();
    }
    Tideline::SyncReport drain() { return wait(engine->drain(Tideline::SyncEngine::Urgency::Now)); }
    Tideline::SyncReport pull() { return wait(engine->pullAll(Tideline::SyncEngine::Urgency::Now)); }
    Tideline::SyncReport sync() { return wait(engine->syncAll(Tideline::SyncEngine::Urgency::Now)); }

    QList<Tideline::SyncEntry> entries(const QList<Tideline::EntryState> &states) const
    {
        Tideline::EntryFilter filter;
        filter.states = states;
        const auto found = engine->storage()->queue().entries(filter);
        return found ? *found : QList<Tideline::SyncEntry>();
    }
    QList<Tideline::SyncEntry> pending() const
    {
        return entries({Tideline::EntryState::Pending, Tideline::EntryState::InFlight});
    }
    QList<Tideline::SyncEntry> dead() const { return entries({Tideline::EntryState::Dead}); }
    QList<Tideline::ConflictRecord> conflicts() const
    {
        const auto found = engine->storage()->journal().conflicts({});
        return found ? *found : QList<Tideline::ConflictRecord>();
    }
    QString localTitle(const QString &id) const { return title(engine->row(table.name, id)); }
    QString serverTitle(const QString &id) const { return title(server->row(table.name, id)); }

    static QString title(const std::optional<QVariantMap> &row)
    {
        return row ? row->value(QStringLiteral("title")).toString() : QStringLiteral("(none)");
    }

    static Tideline::TableSchema notesSchema()
    {
        using Tideline::ColumnInfo;
        return {QStringLiteral("notes"),
                {{QStringLiteral("id"), ColumnInfo::Type::Text, true, true},
                 {QStringLiteral("title"), ColumnInfo::Type::Text, false, false},
                 {QStringLiteral("body"), ColumnInfo::Type::Text, false, false},
                 {QStringLiteral("user_id"), ColumnInfo::Type::Text, false, false},
                 {QStringLiteral("updated_at"), ColumnInfo::Type::Text, false, false},
                 {QStringLiteral("deleted_at"), ColumnInfo::Type::Text, false, false}}};
    }
    static QVariantMap titled(const QString &title) { return {{QStringLiteral("title"), title}}; }
    static QVariantMap titled(const QString &id, const QString &title)
    {
        return {{QStringLiteral("id"), id}, {QStringLiteral("title"), title}};
    }

    Tideline::TableConfig table{QStringLiteral("notes")};
    FakeClock clock;
    std::shared_ptr<Tideline::MemoryServer> server;
    Tideline::SyncSetup setup;
    std::unique_ptr<Tideline::SyncEngine> engine;

private:
    static QString title(const Tideline::Result<std::optional<QVariantMap>> &row)
    {
        return row ? title(*row) : row.failure().detail;
    }
};
