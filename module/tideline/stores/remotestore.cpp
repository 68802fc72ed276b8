// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/remotestore.h>

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
    \fn QFuture<Result<IdentityPage>> Tideline::RemoteStore::identities(const TableConfig &table, const QString &next)
    Ids and versions of all rows of \a table that the user sees, page by page: \a next is empty at first, then what the
    page before had.
*/

/*!
    \fn QFuture<Result<PullPage>> Tideline::RemoteStore::fetch(const TableConfig &table, const QStringList &recordIds)
    The rows of \a table with these \a recordIds. Those that the user cannot see are missing from the answer.
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
