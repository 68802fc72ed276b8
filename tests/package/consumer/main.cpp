// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QTemporaryDir>

using namespace Tideline;

namespace {

int fail(const Failure &failure)
{
    qCritical("%s: %s", qPrintable(Failure::codeName(failure.code)), qPrintable(failure.detail));
    return 1;
}

// The local table is made without a server.
Result<void> createTable(const StorageFactory &factory)
{
    Result<std::unique_ptr<Storage>> storage = factory();
    if (!storage)
        return storage.failure();
    const TableSchema tasks{"tasks", {{"id", ColumnInfo::Type::Text, true, true}, {"title"}, {"updated_at"}}};
    const Result<bool> created = (*storage)->local().createTable(tasks);
    return created ? Result<void>() : created.failure();
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const QTemporaryDir directory;

    SupabaseOptions server;
    server.url = QUrl("http://127.0.0.1:9");
    SqliteOptions database;
    database.path = directory.filePath("tasks.db");

    SyncSetup setup;
    setup.storage = SqliteStorage::factory(database);
    setup.remote = SupabaseRemoteStore::factory(server);
    setup.tables = {TableConfig("tasks")};
    if (const Result<void> created = createTable(setup.storage); !created)
        return fail(created.failure());

    SyncEngine engine(setup);
    if (const Result<void> opened = engine.open(); !opened)
        return fail(opened.failure());
    if (const WriteResult written = engine.write("tasks", "1", {{"title", "Water the plants"}}); !written)
        return fail(written.failure);
    const Result<std::optional<QVariantMap>> row = engine.row("tasks", "1");
    if (!row)
        return fail(row.failure());
    const Result<qint64> unsynced = engine.unsyncedCount();
    if (!unsynced)
        return fail(unsynced.failure());
    const bool isQueued = *unsynced == 1 && row->has_value() && row->value()["title"] == "Water the plants";
    return isQueued ? 0 : fail({Failure::Code::LocalStore, "The change is not in the queue or not in the table."});
}
