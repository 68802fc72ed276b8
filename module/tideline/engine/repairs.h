// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/changewriter.h>
#include <tideline/engine/conflictpolicy.h>

#include <QtCore/QMap>

namespace Tideline {

using TableCatalog = QMap<QString, TableConfig>;

// What a person does about dead letters and conflicts. Each function works within the caller's unit of work and changes
// nothing when it fails, because the caller then does not commit.
class Repairs
{
public:
    Repairs(UnitOfWork &work, const TableCatalog &tables);

    // Fails with Invalid for an entry that is unknown or no dead letter.
    Result<SyncEntry> deadLetter(const QString &entryId) const;
    Result<void> retry(const QString &entryId);
    Result<void> discard(const QString &entryId);
    // serverRow: as it was fetched just now.
    Result<void> discardAndRevert(const QString &entryId, const std::optional<QVariantMap> &serverRow);
    Result<SyncEntry> edit(const QString &entryId, const QVariantMap &payload, const ChangeWriter &writer);
    // Ends an open conflict; brings a version of a settled one back, as a new change.
    Result<ConflictRecord> resolve(const QString &conflictId, const std::optional<QVariantMap> &row,
                                   const ChangeWriter &writer);
    // The resolver's answer about a conflict as it was when it was asked. False, and nothing is changed, where that is
    // not the question any more: it has been settled or has newer versions.
    Result<bool> answer(const ConflictRecord &asked, const std::optional<QVariantMap> &row, const ChangeWriter &writer);

private:
    Result<void> choose(const ConflictRecord &conflict, const std::optional<QVariantMap> &row,
                        const ChangeWriter &writer);
    Result<void> restore(const ConflictRecord &conflict, const std::optional<QVariantMap> &row,
                         const ChangeWriter &writer);
    Result<QList<SyncEntry>> laterSent(const SyncEntry &entry) const;
    Result<RowVersion> knownServerRow(const TableConfig &config, const SyncEntry &entry) const;
    Result<void> rebase(SyncEntry *entry) const;
    Result<TableConfig> table(const QString &name) const;

    UnitOfWork &m_work;
    Storage &m_storage;
    const TableCatalog &m_tables;
};

} // namespace Tideline
