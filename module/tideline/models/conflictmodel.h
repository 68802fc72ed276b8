// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncentry.h>
#include <tideline/models/recorddiff.h>
#include <tideline/models/storagemodel.h>
#include <tideline/stores/journalstore.h>

namespace Tideline {

// The decisions between two versions of a record, and those that wait for a person.
class TIDELINE_EXPORT ConflictModel final : public StorageModel
{
    Q_OBJECT

public:
    enum Column { AtColumn, StateColumn, TableColumn, RecordIdColumn, StrategyColumn, ChangedKeysColumn, ColumnCount };
    Q_ENUM(Column)
    enum ConflictRole {
        IdRole = FirstOwnRole,
        AtRole,
        OpenRole,
        TableRole,
        RecordIdRole,
        StrategyRole,
        ChangedKeysRole,
        BaseRole,
        LocalRole,
        RemoteRole,
        ResolvedRole,
    };
    Q_ENUM(ConflictRole)

    explicit ConflictModel(QObject *parent = nullptr);
    ~ConflictModel() override;

    JournalFilter filter() const;
    void setFilter(const JournalFilter &filter);

    ConflictRecord conflict(int row) const;
    QList<FieldDifference> fields(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QHash<int, QByteArray> roleNames() const override;

protected:
    Result<qint64> read(Storage &source) override;
    void dropRows() override;
    QString columnTitle(int column) const override;
    QVariant value(int row, int column) const override;
    QVariant field(int row, int role) const override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Tideline
