// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/sessionkeys.h>
#include <tideline/engine/unitofwork.h>

namespace Tideline {

namespace {

QVariant maskedVersion(const QVariant &version, const QStringList &sensitiveFields)
{
    return version.typeId() == QMetaType::QVariantMap ? QVariant(masked(version.toMap(), sensitiveFields)) : version;
}

void mask(SyncConflict &event, const QStringList &fields)
{
    for (QVariant *version : {&event.localVersion, &event.remoteVersion, &event.baseVersion, &event.resolvedVersion})
        *version = maskedVersion(*version, fields);
}

void mask(SyncPoisonPill &event, const QStringList &fields)
{
    event.entry = masked(event.entry, fields);
}

void mask(SyncRetryScheduled &event, const QStringList &fields)
{
    event.entry = masked(event.entry, fields);
}

template <typename Event>
void mask(Event &, const QStringList &)
{
    // holds no row
}

} // namespace

SyncEvent masked(SyncEvent event, const QStringList &sensitiveFields)
{
    std::visit([&](auto &detail) { mask(detail, sensitiveFields); }, event.detail);
    return event;
}

UnitOfWork::UnitOfWork(Storage &storage, const SyncConfig &config, const Clock &clock, WorkListener *listener)
    : m_storage(storage)
    , m_config(config)
    , m_now(clock())
    , m_listener(listener)
{
}

Result<void> UnitOfWork::begin(const QString &session)
{
    Result<std::unique_ptr<StoreTransaction>> transaction = m_storage.begin();
    if (!transaction)
        return transaction.failure();
    m_transaction = std::move(*transaction);
    if (session.isEmpty())
        return {};
    const Result<QVariant> current = m_storage.session().value(SessionKey::session);
    if (!current)
        return current.failure();
    if (current->toString() != session) {
        m_transaction.reset();
        return Failure(Failure::Code::Cancelled, QStringLiteral("The user has signed out. Sign in, then try again."));
    }
    return {};
}

void UnitOfWork::report(const SyncEvent::Detail &detail)
{
    SyncEvent event;
    event.timestamp = m_now;
    event.detail = detail;
    m_events.append(masked(event, m_config.sensitiveFields));
}

Result<void> UnitOfWork::commit()
{
    for (const SyncEvent &event : std::as_const(m_events)) {
        LoggedEvent logged;
        logged.at = event.timestamp;
        logged.name = event.name();
        logged.table = event.table();
        logged.recordId = event.recordId();
        logged.detail = event.toVariantMap();
        TIDELINE_TRY(m_storage.journal().appendEvent(*m_transaction, logged));
    }
    TIDELINE_TRY(m_transaction->commit());
    m_transaction.reset();
    if (m_listener)
        m_listener->workCommitted(m_events, m_changedTables);
    return {};
}

} // namespace Tideline
