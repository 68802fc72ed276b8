// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/sessionstore.h>

namespace Tideline {

/*!
    \class Tideline::SessionStore
    \inmodule Tideline
    \inheaderfile tideline/stores/sessionstore.h
    \brief What all processes on one database must agree on: the session, who syncs now, which tables were ever
    enrolled.

    Used on the thread of its Storage. All functions fail with LocalStore where the database fails; mutators also unless
    their transaction is the one that is open on the same storage.

    The lease lets one process at a time sync a database. It ends by itself at a time, so that a crash releases it; the
    times are those of this machine's clock.
*/

/*!
    \fn Result<QVariant> Tideline::SessionStore::value(const QString &name)
    The value under \a name, in the types of Tideline::Json; invalid where none is set.
*/

/*!
    \fn Result<QStringList> Tideline::SessionStore::enrolledTables()
    The tables that were ever enrolled in this session, by name: those that a logout empties.
*/

/*!
    \fn Result<QString> Tideline::SessionStore::leaseHolder(const QDateTime &now)
    Who holds the lease at the time \a now; empty where nobody does.
*/

/*!
    \fn Result<void> Tideline::SessionStore::setValue(StoreTransaction &transaction, const QString &name, const QVariant &value)
    Sets a small \a value under \a name, or removes it where that is invalid. Fails with Invalid where JSON cannot hold
    it. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::SessionStore::enrol(StoreTransaction &transaction, const QString &table)
    Adds \a table to the enrolled ones; fine where it is one. Part of \a transaction.
*/

/*!
    \fn Result<bool> Tideline::SessionStore::acquireLease(StoreTransaction &transaction, const QString &holder, const QDateTime &now, const QDateTime &until)
    Gives the lease to \a holder until the time \a until and answers true; answers false where another one's has not run
    out at the time \a now. All leases are equally long: one that would end after \a until was taken before the clock
    was set back, and does not count. Part of \a transaction.
*/

/*!
    \fn Result<bool> Tideline::SessionStore::renewLease(StoreTransaction &transaction, const QString &holder, const QDateTime &until)
    Extends the lease of \a holder to the time \a until and answers true, also where it has run out but nobody else has
    taken it since. Answers false where it was released or another one has had it: what \a holder knows of the data may
    be out of date then. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::SessionStore::releaseLease(StoreTransaction &transaction, const QString &holder)
    Ends the lease of \a holder; fine where it has none. Part of \a transaction.
*/

/*!
    \fn Result<void> Tideline::SessionStore::clear(StoreTransaction &transaction)
    Removes all values, the enrolled tables and the lease. Part of \a transaction.
*/

// Out of line, so that the interface has its vtable in this library.
SessionStore::~SessionStore() = default;

} // namespace Tideline
