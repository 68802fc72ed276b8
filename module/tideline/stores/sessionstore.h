// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>
#include <tideline/stores/storetransaction.h>

#include <QtCore/QDateTime>
#include <QtCore/QStringList>
#include <QtCore/QVariant>

namespace Tideline {

// What all processes on one database must agree on: the session, who syncs now, which tables were ever enrolled.
class TIDELINE_EXPORT SessionStore
{
public:
    SessionStore() = default;
    virtual ~SessionStore();
    Q_DISABLE_COPY_MOVE(SessionStore)

    // Small JSON values under a name; invalid when unset.
    virtual Result<QVariant> value(const QString &name) = 0;
    virtual Result<QStringList> enrolledTables() = 0;
    // Who holds the lease at this time; empty when nobody does.
    virtual Result<QString> leaseHolder(const QDateTime &now) = 0;

    virtual Result<void> setValue(StoreTransaction &transaction, const QString &name, const QVariant &value) = 0;
    virtual Result<void> enrol(StoreTransaction &transaction, const QString &table) = 0;
    // True when the holder has it until then. False: somebody else's has not run out at this time. One that would end
    // later than until does not count: all leases are equally long, so that the clock was set back.
    virtual Result<bool> acquireLease(StoreTransaction &transaction, const QString &holder, const QDateTime &now,
                                      const QDateTime &until) = 0;
    // The same for one that has it. False: it was given back, or somebody else has had it, though perhaps no longer.
    virtual Result<bool> renewLease(StoreTransaction &transaction, const QString &holder, const QDateTime &until) = 0;
    virtual Result<void> releaseLease(StoreTransaction &transaction, const QString &holder) = 0;
    virtual Result<void> clear(StoreTransaction &transaction) = 0;
};

} // namespace Tideline
