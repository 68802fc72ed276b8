// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "logserver.h"

#include <QtCore/QMap>
#include <QtCore/QStringList>

struct sqlite3;

namespace Tideline {

// An entry as it stands in the file.
class StoredEntry
{
public:
    qint64 sequence = 0;
    QString id;
    QString recordId;
    SyncOperation operation = SyncOperation::Upsert;
    QVariantMap payload;
    EntryState state = EntryState::Pending;
    bool hasError = false;
    bool isHeld = false;
    QString mergedInto;
};

// What must hold of the file of a database with the table "notes", whatever happened to those who wrote it, in any
// order of writes without another client: read with plain SQLite, past a FaultyVfs, and left as it is. The functions
// answer the first thing that does not hold, and an empty text when all does.
class DatabaseCheck
{
public:
    explicit DatabaseCheck(const QString &path);

    // Whole; every row has its entries and every entry its effect on the row; the numbers are right.
    QString problem() const;
    // The same where rows come from elsewhere too: nothing about them.
    QString storageProblem() const;
    // What the program was told to be durable is there.
    QString lost(const QStringList &acknowledgedIds) const;
    // Each record's effects are those of its entries, in their order, none twice; what is done is there.
    QString disorder(const QList<ServerEffect> &history) const;

    QList<StoredEntry> entries() const { return m_entries; }
    QMap<QString, QVariantMap> rows() const { return m_rows; }
    qint64 count(EntryState state) const;
    QStringList eventNames() const { return m_eventNames; } // oldest first
    qint64 cursorCount() const { return m_cursors; }
    qint64 quarantinedCount() const { return m_quarantined; }
    qint64 schemaVersion() const { return m_schemaVersion; }

    // Makes "notes", without any table of Tideline's, or with those of an earlier schema, which a file of statements
    // makes; empty.
    static void makeNotes(const QString &path, const QString &earlier = {});

private:
    void read(sqlite3 *database);
    QString countProblem() const;
    QString rowProblem() const;

    QString m_readProblem;
    qint64 m_schemaVersion = 0;
    QList<StoredEntry> m_entries;
    QMap<QString, QVariantMap> m_rows;
    qint64 m_enqueued = 0; // what the sequence has given out
    qint64 m_conflicts = 0;
    qint64 m_cursors = 0;
    qint64 m_quarantined = 0;
    QStringList m_eventNames;
    QList<qint64> m_counts; // pending, failed, dead, held
};

} // namespace Tideline
