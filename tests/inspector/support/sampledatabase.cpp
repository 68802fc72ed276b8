// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "sampledatabase.h"

#include <tideline/core/syncevent.h>
#include <tideline/sqlite/sqlitestorage.h>

using namespace Qt::StringLiterals;

namespace Tideline {

namespace {

SqliteOptions optionsOf(const QString &path)
{
    SqliteOptions options;
    options.path = path;
    options.synchronous = SqliteOptions::Synchronous::Normal;
    return options;
}

Failure refusal()
{
    Failure failure(
        Failure::Code::Remote,
        u"The server refused the record: a value breaks the check constraint tasks_priority_check. Edit the "
        "change or discard it."_s);
    failure.httpStatus = 400;
    failure.serverCode = u"23514"_s;
    return failure;
}

Failure forbidden()
{
    Failure failure(
        Failure::Code::Forbidden,
        u"The server's row-level security does not let this user write the record. Ask an administrator for "
        "the right, or discard the change."_s);
    failure.httpStatus = 403;
    failure.serverCode = u"42501"_s;
    return failure;
}

Failure unreachable()
{
    return {Failure::Code::Network, u"The server could not be reached: connection refused. It is tried again."_s};
}

QVariantMap task(int number, const QString &title, const QString &updatedAt)
{
    return {{u"id"_s, number},
            {u"title"_s, title},
            {u"status"_s, u"open"_s},
            {u"priority"_s, number % 5},
            {u"customer"_s, QVariantMap{{u"id"_s, 4200 + number}, {u"name"_s, u"Åse Müller & Söhne"_s}}},
            {u"tags"_s, QVariantList{u"pump"_s, u"warranty"_s}},
            {u"phone"_s, u"+47 555 01%1"_s.arg(number, 2, 10, QLatin1Char('0'))},
            {u"updated_at"_s, updatedAt}};
}

} // namespace

SampleDatabase::SampleDatabase(const QString &path)
{
    Result<std::unique_ptr<Storage>> storage = SqliteStorage::open(optionsOf(path));
    if (storage)
        m_storage = std::move(*storage);
    else
        qCritical().noquote() << storage.failure().detail;
}

bool SampleDatabase::isOpen() const
{
    return m_storage != nullptr;
}

Storage &SampleDatabase::storage()
{
    return *m_storage;
}

template <typename Change>
bool SampleDatabase::change(Change change)
{
    Result<std::unique_ptr<StoreTransaction>> transaction = m_storage->begin();
    return transaction && change(**transaction) && (*transaction)->commit();
}

bool SampleDatabase::addEntry(const SyncEntry &entry, const QList<SyncAttempt> &attempts)
{
    return change([&](StoreTransaction &transaction) {
        const Result<SyncEntry> queued = m_storage->queue().enqueue(transaction, entry);
        if (!queued)
            return false;
        SyncEntry stored = entry;
        stored.sequence = queued->sequence;
        bool isDone = m_storage->queue().update(transaction, stored).ok();
        for (const SyncAttempt &attempt : attempts)
            isDone = isDone && m_storage->queue().addAttempt(transaction, entry.id, attempt);
        return isDone;
    });
}

bool SampleDatabase::updateEntry(const SyncEntry &entry)
{
    return change([&](StoreTransaction &transaction) { return m_storage->queue().update(transaction, entry).ok(); });
}

bool SampleDatabase::removeFinished()
{
    return change([&](StoreTransaction &transaction) {
        return m_storage->queue().purge(transaction, systemClock().addYears(1)).ok();
    });
}

bool SampleDatabase::saveConflict(const ConflictRecord &conflict)
{
    return change(
        [&](StoreTransaction &transaction) { return m_storage->journal().saveConflict(transaction, conflict).ok(); });
}

bool SampleDatabase::setCursor(const SyncCursor &cursor)
{
    return change(
        [&](StoreTransaction &transaction) { return m_storage->timestamps().setCursor(transaction, cursor).ok(); });
}

bool SampleDatabase::appendEvent(const LoggedEvent &event)
{
    return change(
        [&](StoreTransaction &transaction) { return m_storage->journal().appendEvent(transaction, event).ok(); });
}

bool SampleDatabase::enrol(const QString &table)
{
    return change([&](StoreTransaction &transaction) { return m_storage->session().enrol(transaction, table).ok(); });
}

bool SampleDatabase::setValue(const QString &name, const QVariant &value)
{
    return change(
        [&](StoreTransaction &transaction) { return m_storage->session().setValue(transaction, name, value).ok(); });
}

SyncEntry SampleDatabase::entry(const QString &id, const QString &table, EntryState state)
{
    SyncEntry entry;
    entry.id = id;
    entry.table = table;
    entry.recordId = u"record-"_s + id;
    entry.payload = {{u"title"_s, u"Title of "_s + id}, {u"phone"_s, u"555-"_s + id}};
    entry.createdAt = QDateTime(QDate(2026, 3, 1), QTime(12, 0), Qt::UTC);
    entry.state = state;
    if (state == EntryState::Dead) {
        entry.error = refusal();
        entry.finishedAt = entry.createdAt.addSecs(60);
    }
    return entry;
}

bool SampleDatabase::fillWithFieldService(const QDateTime &now)
{
    const QStringList titles{u"Replace the seal of pump 4"_s,   u"Vedlikehold: kjølevannspumpe nr. 2"_s,
                             u"Überdruckventil prüfen"_s,       u"点検: ポンプ室の漏水センサー"_s,
                             u"Read the meter in the cellar"_s, u"Call back about the invoice"_s};
    bool isDone = true;
    for (const QString &table : {u"customers"_s, u"tasks"_s, u"visits"_s}) {
        TableSchema schema;
        schema.name = table;
        schema.columns = {{u"id"_s, ColumnInfo::Type::Integer, true, true}};
        isDone = isDone && m_storage->local().createTable(schema) && enrol(table)
                 && setCursor({table,
                               u"{\"after\":\"2026-11-22T13:58:07.184213+00:00\",\"key\":[\"%1\"]}"_s.arg(table.size()),
                               now.addSecs(-table.size() * 900), table == u"visits"_s ? now.addDays(-1) : QDateTime()});
    }
    isDone = isDone && setValue(u"lastSyncedAt"_s, toText(now.addSecs(-7500)));

    for (int i = 0; i < 41; ++i) {
        SyncEntry waiting;
        waiting.id = u"5f0c31%1-7c1e-4b52-9a3c-0d2f6a9be%2"_s.arg(i, 2, 16, QLatin1Char('0')).arg(100 + i);
        waiting.table = i % 7 == 3 ? u"visits"_s : i % 5 == 4 ? u"customers"_s : u"tasks"_s;
        waiting.recordId = QString::number(1200 + i * 17);
        waiting.operation = i % 9 == 8   ? SyncOperation::Delete
                            : i % 2 == 0 ? SyncOperation::Patch
                                         : SyncOperation::Upsert;
        waiting.createdAt = now.addSecs(-7200 + i * 150);
        if (waiting.operation != SyncOperation::Delete)
            waiting.payload = task(1200 + i * 17, titles.at(i % titles.size()), u"2026-11-20T08:15:30.123456+00:00"_s);
        if (waiting.operation == SyncOperation::Patch)
            waiting.payload = {{u"title"_s, titles.at(i % titles.size())}, {u"phone"_s, u"+47 555 0199"_s}};
        if (waiting.operation != SyncOperation::Upsert)
            waiting.base = task(1200 + i * 17, u"As it was before"_s, u"2026-11-19T07:00:00.000001+00:00"_s);
        QList<SyncAttempt> attempts;
        if (i < 12) {
            waiting.error = unreachable();
            waiting.sentAt = now.addSecs(-240);
            waiting.nextRetryAt = now.addSecs(48 + i);
            for (int attempt = 0; attempt < 4; ++attempt)
                attempts.append({now.addSecs(-3600 + attempt * 1100), unreachable()});
        }
        isDone = isDone && addEntry(waiting, attempts);
    }
    for (int i = 0; i < 3; ++i) {
        SyncEntry dead = entry(u"d1%1e7f0a-22c4-4f6e-8f5d-6a1c9e0b7d4%1"_s.arg(i), i == 2 ? u"visits"_s : u"tasks"_s,
                               EntryState::Dead);
        dead.recordId = QString::number(310 + i);
        dead.operation = i == 1 ? SyncOperation::Patch : SyncOperation::Upsert;
        dead.payload = task(310 + i, titles.at(i), u"2026-11-18T16:20:00.5+00:00"_s);
        dead.payload.insert(u"priority"_s, 99);
        dead.error = i == 2 ? forbidden() : refusal();
        dead.retryCount = i == 2 ? 1 : 3;
        dead.createdAt = now.addSecs(-274'000 + i * 5000);
        dead.finishedAt = dead.createdAt.addSecs(1300);
        QList<SyncAttempt> attempts;
        for (int attempt = 0; attempt < dead.retryCount; ++attempt)
            attempts.append({dead.createdAt.addSecs(400 * (attempt + 1)), dead.error});
        isDone = isDone && addEntry(dead, attempts);
    }
    for (int i = 0; i < 4; ++i) {
        ConflictRecord conflict;
        conflict.id = u"c%1"_s.arg(i);
        conflict.table = i == 3 ? u"visits"_s : u"tasks"_s;
        conflict.recordId = QString::number(500 + i);
        conflict.strategy = i == 0   ? ConflictStrategy::Manual
                            : i == 1 ? ConflictStrategy::FieldMerge
                                     : ConflictStrategy::LastWriteWins;
        conflict.isOpen = i == 0;
        conflict.base = task(500 + i, titles.at(i), u"2026-11-20T08:00:00+00:00"_s);
        conflict.local = conflict.base;
        conflict.local->insert(u"title"_s, titles.at(i) + u" (today)"_s);
        conflict.local->insert(u"priority"_s, 4);
        conflict.remote = conflict.base;
        conflict.remote->insert(u"title"_s, titles.at(i) + u" – moved to Friday"_s);
        conflict.remote->insert(u"status"_s, u"scheduled"_s);
        conflict.remote->insert(u"updated_at"_s, u"2026-11-21T10:00:00+00:00"_s);
        if (i == 3)
            conflict.remote.reset();
        conflict.resolved = i == 0 ? std::nullopt : i == 3 ? conflict.local : conflict.remote;
        conflict.at = now.addSecs(-90'000 + i * 21'000);
        isDone = isDone && saveConflict(conflict);
    }
    for (int i = 0; i < 60; ++i) {
        SyncEvent event;
        event.timestamp = now.addSecs(-86'400 + i * 1400);
        if (i % 6 == 5)
            event.detail = SyncError{unreachable(), u"push"_s, {}, {}};
        else if (i % 10 == 3)
            event.detail = SyncPullComplete{u"tasks"_s, i * 3};
        else if (i == 31)
            event.detail = SyncPoisonPill{entry(u"dead"_s, u"tasks"_s, EntryState::Dead), refusal()};
        else if (i % 15 == 7)
            event.detail = SyncConflict{
                u"tasks"_s, u"501"_s, QVariantMap{{u"title"_s, u"today"_s}}, QVariantMap{{u"title"_s, u"Friday"_s}},
                {},         {},       ConflictStrategy::FieldMerge};
        else
            event.detail = SyncDrainComplete{i % 4, 0};
        LoggedEvent logged;
        logged.at = event.timestamp;
        logged.name = event.name();
        logged.table = event.table();
        logged.recordId = event.recordId();
        logged.detail = event.toVariantMap();
        isDone = isDone && appendEvent(logged);
    }
    return isDone;
}

} // namespace Tideline
