// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/storage.h>

#include <memory>

namespace Tideline {

// A database as an application would leave it, written through the stores of a connection of its own.
class SampleDatabase
{
public:
    // Makes the file when it is missing. A failure ends the test: isOpen() tells.
    explicit SampleDatabase(const QString &path);

    bool isOpen() const;
    Storage &storage();

    // Each is one transaction; false when it failed.
    bool addEntry(const SyncEntry &entry, const QList<SyncAttempt> &attempts = {});
    bool updateEntry(const SyncEntry &entry);
    bool removeFinished();
    bool saveConflict(const ConflictRecord &conflict);
    bool setCursor(const SyncCursor &cursor);
    bool appendEvent(const LoggedEvent &event);
    bool enrol(const QString &table);
    bool setValue(const QString &name, const QVariant &value);

    // Four weeks of a field service: waiting changes, refused ones, conflicts, cursors and a log.
    bool fillWithFieldService(const QDateTime &now);

    static SyncEntry entry(const QString &id, const QString &table = QStringLiteral("tasks"),
                           EntryState state = EntryState::Pending);

private:
    template <typename Change>
    bool change(Change change);

    std::unique_ptr<Storage> m_storage;
};

} // namespace Tideline
