// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/repairs.h>
#include <tideline/engine/syncreport.h>
#include <tideline/stores/remotestore.h>

#include <QtCore/QObject>

#include <functional>
#include <memory>
#include <optional>

namespace Tideline {

// What the rounds on the worker thread work with. Nothing of it is touched from another thread.
class SyncContext
{
public:
    std::unique_ptr<Storage> storage;
    std::unique_ptr<RemoteStore> remote;
    SyncConfig config;
    TableCatalog tables;
    QString userId;
    Clock clock;
    RandomSource random;
    WorkListener *listener = nullptr;
    QString session;          // of the round that runs: its fence
    QString leaseHolder;      // while a round runs: nobody else may be syncing; empty: not asked for
    QSet<QString> heldTables; // that the server did not know; told once
    // Entries that, alone in their requests, met what looked like trouble of the server time and again. They go last:
    // perhaps it is they that the server cannot bear, and others must not wait behind them for ever.
    QSet<QString> suspects;

    QDateTime now() const { return clock(); }
    // A unit of work within the round's session and its lease, which it renews. Fails with Cancelled where either is
    // gone, or was for a while: whatever this process believes, somebody else has been at work.
    Result<void> inTransaction(const std::function<Result<void>(UnitOfWork &work)> &step);
    // From now on the transactions take the lease, and once they have it need to have kept it.
    void beginLease(const QString &holder);

    int entriesPerPush() const;
    // A push met trouble of the server with these entries. A large request may be too much for a slow way to the
    // server, and one of its entries too much for the server itself: pushes get smaller until one passes.
    void noteTrouble(const Failure &failure, const QStringList &entryIds);
    void growPushes();

    // Notes what an answer tells about the way to the server: reachable, signed in, its clock.
    Result<void> noteReply(const RemoteReply &reply);
    // Notes a failure that concerns everything: offline, a pause until a later time. Reports entry as what will be
    // retried.
    Result<QDateTime> pause(const Failure &failure, const std::optional<SyncEntry> &waiting);
    // Ends a pause that began because the server could not be reached; false where there is none.
    Result<bool> endOfflinePause();
    // The server does not take the sign-in; one event until a request succeeds.
    Result<void> noteAuthRequired(const Failure &failure);
    // Until when no request may be made; invalid: now.
    Result<QDateTime> pausedUntil();

private:
    Result<void> keepLease(UnitOfWork &work);

    QDateTime m_leaseRenewedAt;
    int m_pushDivisor = 1;
    QString m_troubled; // the entry that met trouble alone most lately
    int m_troubleCount = 0;
};

} // namespace Tideline
