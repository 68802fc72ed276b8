// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/syncreport.h>
#include <tideline/models/conflictmodel.h>
#include <tideline/models/cursormodel.h>
#include <tideline/models/entrymodel.h>
#include <tideline/models/eventmodel.h>
#include <tideline/stores/storage.h>

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <memory>

namespace Tideline::Inspector {

// Where the open database stands.
class Overview
{
public:
    SyncStatus status;
    QDateTime oldest; // when the first of the waiting changes was queued; invalid when none waits
};

// The open database, read-only, and the models over it.
class Session final : public QObject
{
    Q_OBJECT

public:
    explicit Session(QObject *parent = nullptr);
    ~Session() override;

    Result<void> open(const QString &path);
    void close();
    bool isOpen() const;
    QString path() const; // of the last open(), also when that failed

    Result<Overview> overview(const QDateTime &now);
    QStringList sensitiveFields() const;
    void setSensitiveFields(const QStringList &fields);

    EntryModel &queue();
    EntryModel &deadLetters();
    ConflictModel &conflicts();
    CursorModel &cursors();
    EventModel &events();

Q_SIGNALS:
    void changed(); // another connection has committed: the models may be refreshed
    void unreadable(const Tideline::Failure &failure);

private:
    void poll();
    QList<StorageModel *> models();

    QString m_path;
    std::unique_ptr<Storage> m_storage;
    qint64 m_dataVersion = 0;
    QTimer m_poll;
    EntryModel m_queue;
    EntryModel m_deadLetters;
    ConflictModel m_conflicts;
    CursorModel m_cursors;
    EventModel m_events;
};

} // namespace Tideline::Inspector
