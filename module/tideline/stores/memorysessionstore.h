// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/memorydatabase.h>
#include <tideline/stores/sessionstore.h>

namespace Tideline {

class MemorySessionStore final : public SessionStore
{
public:
    explicit MemorySessionStore(MemoryView &view);

    Result<QVariant> value(const QString &name) override;
    Result<QStringList> enrolledTables() override;
    Result<QString> leaseHolder(const QDateTime &now) override;

    Result<void> setValue(StoreTransaction &transaction, const QString &name, const QVariant &value) override;
    Result<void> enrol(StoreTransaction &transaction, const QString &table) override;
    Result<bool> acquireLease(StoreTransaction &transaction, const QString &holder, const QDateTime &now,
                              const QDateTime &until) override;
    Result<bool> renewLease(StoreTransaction &transaction, const QString &holder, const QDateTime &until) override;
    Result<void> releaseLease(StoreTransaction &transaction, const QString &holder) override;
    Result<void> clear(StoreTransaction &transaction) override;

private:
    MemoryView &m_view;
};

} // namespace Tideline
