// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/remotestore.h>

#include <tideline/stores/later_p.h>

namespace Tideline {

/*!
    \class Tideline::RemoteStore
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief The server, conditionally: nobody's newer value is overwritten.

    It is made, used and destroyed on the engine's worker thread. Its functions return at once; every future is
    fulfilled on that thread, from the event loop and never inline. A future that is open when the store is destroyed is
    cancelled.

    A store pushes a change only on top of the base that its entry names. It tells of an entry that it is Applied when
    \list
    \li of an upsert or a patch, the base is set and the server's row still has that base's version;
    \li of an upsert without a base, no row was there;
    \li of a deletion, the row had the base's version, or no row was there.
    \endlist
    It may also say so where the server has what the entry asks for already, because the reply to an earlier attempt was
    lost. In any other case nothing is done and the outcome is Differs, or Failed where the server refuses the change.

    The version of a row is the text of its \c updatedAt column. Rows are QVariantMaps in the types of Tideline::Json.
*/

/*!
    \class Tideline::PushItem
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief One change to push: \c entry, and the configuration of its \c table.
*/

/*!
    \class Tideline::PushOutcome
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief What became of one PushItem.
*/

/*!
    \enum Tideline::PushOutcome::Kind
    What became of it.

    \value Applied The server has it.
    \value Differs Nothing was done: the server's row is not the entry's base.
    \value Failed \c failure says why. The server has not taken it; of Network, Timeout and Cancelled that is not known.
    \value NotSent It did not leave, because of an earlier item's failure.
*/

/*!
    \variable Tideline::PushOutcome::kind
    What became of it.
*/

/*!
    \variable Tideline::PushOutcome::serverRow
    The row as the server has it now, with what its triggers and defaults made of it. Empty where there is none: after a
    deletion for good, or where it differs because it is absent or hidden.
*/

/*!
    \variable Tideline::PushOutcome::failure
    The reason, of an item that Failed.
*/

/*!
    \class Tideline::RemoteReply
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief What every answer of a RemoteStore tells beside its content.

    \c requests is how many HTTP requests it cost; \c clockOffset, where it is known, how many milliseconds to add to
    this machine's clock to have the server's.
*/

/*!
    \class Tideline::PushReply
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief The answer to RemoteStore::push(): one of \c outcomes for each item, in their order.
*/

/*!
    \class Tideline::PullRequest
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief Which page to pull.
*/

/*!
    \variable Tideline::PullRequest::table
    The table.
*/

/*!
    \variable Tideline::PullRequest::cursor
    The cursor of the page before, or the one that was saved; empty: from the beginning.
*/

/*!
    \variable Tideline::PullRequest::pageSize
    How many rows at most. The server may give fewer.
*/

/*!
    \variable Tideline::PullRequest::wantsRowCount
    Whether to find out how many rows the user sees in the whole table.
*/

/*!
    \variable Tideline::PullRequest::isFirstPage
    Whether it is the first page of this pull.
*/

/*!
    \variable Tideline::PullRequest::columns
    The columns to send besides the key and \c updatedAt; empty: all.
*/

/*!
    \class Tideline::RemoteRow
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief A row of the server's.

    \c recordId is empty where the row has no key; such a row is set aside. Where \c isDeleted is set it is a tombstone,
    and \c values may hold the key alone.
*/

/*!
    \class Tideline::PullPage
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief The answer to RemoteStore::pull() and RemoteStore::fetch().
*/

/*!
    \variable Tideline::PullPage::rows
    The rows, in the order in which they are to be applied.
*/

/*!
    \variable Tideline::PullPage::cursor
    To be saved together with these rows. A page with more to come must have another cursor than the one that was asked
    for, else the pull fails. Means nothing in the answer to fetch().
*/

/*!
    \variable Tideline::PullPage::hasMore
    Whether to pull again with this cursor now.
*/

/*!
    \variable Tideline::PullPage::rowCount
    How many rows the user sees in the whole table; may be missing though it was asked for, and come though it was not.
*/

/*!
    \variable Tideline::PullPage::isReset
    The server could not make anything of the cursor, which came from another way of pulling or from a database that has
    been replaced: the rows are the table's from its beginning, and what is not among them has to go.
*/

/*!
    \variable Tideline::PullPage::isSettled
    False while a later pull has to look at something again that the cursor covers already. As long as it is, a
    timestamp of RemoteStore::remoteTimestamps() that has not changed is no reason to leave the table out.
*/

/*!
    \class Tideline::TableCursor
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief What RemoteStore::changes() is asked about one table.

    \c cursor is the one that was saved, empty: from the beginning; with \c wantsRowCount the number of rows that the
    user sees within the table's filter is asked for too.
*/

/*!
    \class Tideline::TableChanges
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief What has changed in one table since its cursor.
*/

/*!
    \variable Tideline::TableChanges::table
    The name of the table.
*/

/*!
    \variable Tideline::TableChanges::rows
    The rows that were made or changed, each once.
*/

/*!
    \variable Tideline::TableChanges::removedIds
    Ids of records that are gone, that the user may no longer see, or that have left the table's filter. They need not
   be known here.
*/

/*!
    \variable Tideline::TableChanges::cursor
    To be saved together with these changes.
*/

/*!
    \variable Tideline::TableChanges::hasMore
    Whether to ask again with this cursor at once. A page with more to come must have another cursor than the one that
    was asked for, else the pull fails.
*/

/*!
    \variable Tideline::TableChanges::isReset
    The server could not make anything of the cursor: the table comes from its beginning, and what is not in it has to
   go.
*/

/*!
    \variable Tideline::TableChanges::isServed
    False: the table is not served in this way and has to be pulled with RemoteStore::pull().
*/

/*!
    \variable Tideline::TableChanges::rowCount
    How many rows the user sees within the table's filter, where that was asked for.
*/

/*!
    \variable Tideline::TableChanges::failure
    Why this table could not be read; then nothing else counts.
*/

/*!
    \class Tideline::ChangesPage
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief The answer to RemoteStore::changes(): \c tables, those with news only.
*/

/*!
    \class Tideline::IdentityPage
    \inmodule Tideline
    \inheaderfile tideline/stores/remotestore.h
    \brief The answer to RemoteStore::identities().

    \c recordIds and \c versions, of the same length, are ids of rows and the texts of their \c updatedAt columns, empty
    for null; \c next is to be passed to the next call and is empty at the end.
*/

/*!
    \fn QFuture<PushReply> Tideline::RemoteStore::push(const QList<PushItem> &items, bool stopOnFirstError)
    Pushes \a items in their order; there is at most one of each record among them. A failure of transport ends the push
    where \a stopOnFirstError is set, else at most that table's part of it; a refused sign-in ends it; the refusal of a
    record ends nothing. Each failure is told in its item's outcome.
*/

/*!
    \fn int Tideline::RemoteStore::entriesPerPush(int batchSize) const
    How many items a push() may carry where the application wants batches of \a batchSize; that number itself, unless
    the store takes many in one request and answers each.
*/

/*!
    \fn QFuture<Result<PullPage>> Tideline::RemoteStore::pull(const PullRequest &request)
    The page that follows \a request's cursor.
*/

/*!
    What has changed in \a tables since their cursors, in the order of the tables, \a pageSize records at most in all.
    Tables without news are missing from the answer, except where a row count was asked for. A failure of one table is
    told there and ends nothing; one that concerns them all is the future's.

    A store without a way to do so need not implement it: this answers that it serves none of them, and costs no
   request.
*/
QFuture<Result<ChangesPage>> RemoteStore::changes(const QList<TableCursor> &tables, int pageSize)
{
    Q_UNUSED(pageSize)
    ChangesPage page;
    for (const TableCursor &wanted : tables) {
        TableChanges none;
        none.table = wanted.table.name;
        none.isServed = false;
        page.tables.append(none);
    }
    return later(Result<ChangesPage>(page));
}

/*!
    For each of \a tables that has one, a text that changes with every commit to the table: one that is the same as at
    the last pull, whatever its form, saves the table's requests. It must be read before the table is.

    A store that knows of no such texts need not implement it: this answers none, and costs no request.
*/
QFuture<Result<QHash<QString, QString>>> RemoteStore::remoteTimestamps(const QList<TableConfig> &tables)
{
    Q_UNUSED(tables)
    return later(Result<QHash<QString, QString>>(QHash<QString, QString>()));
}

/*!
    \fn QFuture<Result<IdentityPage>> Tideline::RemoteStore::identities(const TableConfig &table, const QString &next)
    Ids and versions of all rows of \a table that the user sees within its filter, page by page: \a next is empty at
   first, then what the page before had.
*/

/*!
    \fn QFuture<Result<PullPage>> Tideline::RemoteStore::fetch(const TableConfig &table, const QStringList &recordIds)
    The rows of \a table with these \a recordIds, whatever its filter. Those that the user cannot see are missing from
    the answer.
*/

/*!
    \fn QFuture<Result<TableSchema>> Tideline::RemoteStore::schema(const TableConfig &table)
    The columns of \a table.
*/

/*!
    \fn QFuture<Result<bool>> Tideline::RemoteStore::refreshAuthentication()
    Asks the token provider for a fresh token. Answers false where it has none but the one that was refused.
*/

/*!
    \fn void Tideline::RemoteStore::reset()
    Ends the session: drops every request in flight, whose futures end with Cancelled, and every token and cookie.
*/

// Out of line, so that the interface has its vtable in this library.
RemoteStore::~RemoteStore() = default;

/*!
    \typedef Tideline::RemoteFactory
    Makes the store; called on the worker's thread, once, when it is first needed. Where it gives null every round fails
    with Invalid.
*/

} // namespace Tideline
