// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/core/syncentry.h>
#include <tideline/core/tableconfig.h>

#include <QtCore/QFuture>
#include <QtCore/QHash>
#include <QtCore/QList>

#include <functional>
#include <memory>
#include <optional>

namespace Tideline {

class PushItem
{
public:
    SyncEntry entry;
    TableConfig table;
};

// What became of one item.
class PushOutcome
{
public:
    enum class Kind {
        Applied, // serverRow: the row as the server has it now (empty after a hard delete)
        Differs, // nothing was done: the server's row is not the entry's base. serverRow: what is there, empty when
                 // absent
        Failed,  // failure says why; the server has not taken it, or (Network, Timeout) it is not known
        NotSent, // an earlier failure ended the request
    };
    Kind kind = Kind::NotSent;
    std::optional<QVariantMap> serverRow;
    Failure failure;
};

class RemoteReply
{
public:
    int requests = 0;                  // HTTP requests that this answer cost
    std::optional<qint64> clockOffset; // milliseconds to add to this machine's clock to have the server's
};

class PushReply : public RemoteReply
{
public:
    QList<PushOutcome> outcomes; // one an item, in their order
};

class PullRequest
{
public:
    TableConfig table;
    QString cursor; // empty: from the beginning
    int pageSize = 1000;
    bool wantsRowCount = false; // ask how many rows the user sees in the whole table, within its filter
    bool isFirstPage = true;    // of this pull
    QStringList columns;        // besides key and updatedAt; empty: all
};

class RemoteRow
{
public:
    QString recordId; // empty when the row has no key: it goes to the quarantine
    QVariantMap values;
    bool isDeleted = false; // a tombstone: values may hold only the key

    friend bool operator==(const RemoteRow &, const RemoteRow &) = default;
};

class PullPage : public RemoteReply
{
public:
    QList<RemoteRow> rows;
    QString cursor; // to save together with these rows
    bool hasMore = false;
    std::optional<qint64> rowCount; // of the whole table, within its filter; may be absent though it was asked for
    bool isReset = false;           // the cursor meant nothing to the server: these are rows from the beginning
    bool isSettled = true;          // nothing that the cursor covers has to be looked at again
};

// What is asked of one table.
class TableCursor
{
public:
    TableConfig table;
    QString cursor; // empty: from the beginning
    bool wantsRowCount = false;
};

// What has changed in one table.
class TableChanges
{
public:
    QString table;
    QList<RemoteRow> rows;
    QStringList removedIds; // gone, no longer to be seen by the user, or outside the filter
    QString cursor;         // to save together with these
    bool hasMore = false;   // ask again with this cursor, now
    bool isReset = false;   // the former cursor meant nothing to the server: the table comes from its beginning
    bool isServed = true;   // false: it has to be pulled by itself
    std::optional<qint64> rowCount;
    Failure failure; // then nothing else counts
};

class ChangesPage : public RemoteReply
{
public:
    QList<TableChanges> tables; // those with news only
};

class IdentityPage : public RemoteReply
{
public:
    QStringList recordIds;
    QStringList versions; // same length
    QString next;         // pass to the next call; empty: the end
};

// The server, conditionally: a push is applied only on top of the base that its entry names, so that nobody's newer
// value is overwritten. An item is Applied when
//  - upsert, patch: entry.base is set and the server's row still has that base's version;
//  - upsert without a base: no row was there;
//  - delete: the row had the base's version, or no row was there;
// anything else is Differs. Items are applied in their order. A batch holds one record at most once.
// An object lives on the engine's worker thread; every future is fulfilled there and never inline.
class TIDELINE_EXPORT RemoteStore
{
public:
    RemoteStore() = default;
    virtual ~RemoteStore();
    Q_DISABLE_COPY_MOVE(RemoteStore)

    virtual QFuture<PushReply> push(const QList<PushItem> &items, bool stopOnFirstError) = 0;
    // How many items one push may carry where the application wants batches of this size.
    virtual int entriesPerPush(int batchSize) const { return batchSize; }
    virtual QFuture<Result<PullPage>> pull(const PullRequest &request) = 0;
    // What has changed in many tables at once, at most so many records. A store that has no such way answers that it
    // serves none of them; it is asked anew at every pull.
    virtual QFuture<Result<ChangesPage>> changes(const QList<TableCursor> &tables, int pageSize);
    // A text for each table that changes with every commit to it. Tables that are missing have none.
    virtual QFuture<Result<QHash<QString, QString>>> remoteTimestamps(const QList<TableConfig> &tables);
    // Ids and versions of all rows that the user sees within the table's filter, page by page.
    virtual QFuture<Result<IdentityPage>> identities(const TableConfig &table, const QString &next) = 0;
    // Named rows, whatever the table's filter; those that the user cannot see are absent from the answer.
    virtual QFuture<Result<PullPage>> fetch(const TableConfig &table, const QStringList &recordIds) = 0;
    virtual QFuture<Result<TableSchema>> schema(const TableConfig &table) = 0;
    // Asks the token provider for a fresh token; false: it has none but the one that was refused.
    virtual QFuture<Result<bool>> refreshAuthentication() = 0;
    // Drops every request in flight (their futures end with Cancelled) and every token and cookie.
    virtual void reset() = 0;
};

// Called once, on the worker thread.
using RemoteFactory = std::function<std::unique_ptr<RemoteStore>()>;

} // namespace Tideline
