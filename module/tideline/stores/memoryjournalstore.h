// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/journalstore.h>
#include <tideline/stores/memorydatabase.h>

namespace Tideline {

class MemoryJournalStore final : public JournalStore
{
public:
    explicit MemoryJournalStore(MemoryView &view);

    Result<ConflictRecord> conflict(const QString &conflictId) override;
    Result<QList<ConflictRecord>> conflicts(const JournalFilter &filter) override;
    Result<qint64> openConflictCount() override;
    Result<QList<LoggedEvent>> events(const JournalFilter &filter) override;
    Result<qint64> quarantinedCount() override;
    Result<QStringList> quarantinedRecords(const QString &table) override;

    Result<void> saveConflict(StoreTransaction &transaction, const ConflictRecord &conflict) override;
    Result<void> appendEvent(StoreTransaction &transaction, const LoggedEvent &event) override;
    Result<void> quarantine(StoreTransaction &transaction, const QString &table, const QString &recordId,
                            const QVariantMap &row, const Failure &reason, const QDateTime &at) override;
    Result<void> release(StoreTransaction &transaction, const QString &table, const QString &recordId) override;
    Result<void> clear(StoreTransaction &transaction) override;

private:
    MemoryView &m_view;
};

} // namespace Tideline
