// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncconfig.h>
#include <tideline/core/tableconfig.h>

#include <QtCore/QList>

#include <optional>

// Decisions about versions of one record: pure functions over values, with no store and no clock. An empty optional is
// "the row does not exist".
namespace Tideline {

using RowVersion = std::optional<QVariantMap>;

// Everything that a decision about one record needs.
class ConflictCase
{
public:
    TableConfig table;
    QList<SyncEntry> pending; // unsynced entries of the record, oldest first; never empty
    RowVersion local;         // the row in the local store, with all its columns
    RowVersion remote;
    qint64 clockOffset = 0; // milliseconds from this machine's clock to the server's
};

class Decision
{
public:
    bool isParked = false; // a person or the application's resolver has to choose
    RowVersion resolved;
};

TIDELINE_EXPORT Decision decide(const ConflictCase &conflict, ConflictStrategy strategy,
                                ConflictStrategy mergeFallback);

// A choice on top of what it leaves out: the server's columns and, with fieldMerge, those that only this side changed.
// Where the server has no row, the local one's. The row's version is always the server's.
TIDELINE_EXPORT RowVersion completed(const ConflictCase &conflict, ConflictStrategy strategy, const RowVersion &choice);

// How many of the pending entries a local version shows; the others were made after it was recorded.
TIDELINE_EXPORT qsizetype shownCount(const TableConfig &table, const QList<SyncEntry> &pending,
                                     const RowVersion &local);

// Whether both tell of the same versions, whatever became of them.
TIDELINE_EXPORT bool isSameQuestion(const ConflictRecord &left, const ConflictRecord &right);

// Whether the server's row is the version that the entry was made on.
TIDELINE_EXPORT bool isSameVersion(const TableConfig &table, const RowVersion &left, const RowVersion &right);

// Whether a row holds what the entry wants to have there already: an echo of an own push whose reply was lost.
TIDELINE_EXPORT bool isFulfilled(const TableConfig &table, const SyncEntry &entry, const RowVersion &remote);

TIDELINE_EXPORT bool isDeleted(const TableConfig &table, const RowVersion &row);

// What a user must see when the server's row is this and these entries are open (oldest first): unsynced edits lie on
// top; a dead letter's columns only where the server has not changed them since.
TIDELINE_EXPORT RowVersion localView(const TableConfig &table, const RowVersion &remote, const QList<SyncEntry> &open);

// The columns of wanted that a push has to send to make remote equal to it: without key and version.
TIDELINE_EXPORT QVariantMap difference(const TableConfig &table, const QVariantMap &wanted, const QVariantMap &remote);

} // namespace Tideline
