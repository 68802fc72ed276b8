// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncentry.h>
#include <tideline/models/storagemodel.h>
#include <tideline/stores/queuestore.h>

namespace Tideline {

// The queue, the dead letters, or any other entries that a filter names.
class TIDELINE_EXPORT EntryModel final : public StorageModel
{
    Q_OBJECT

public:
    enum Column {
        SequenceColumn,
        StateColumn,
        TableColumn,
        RecordIdColumn,
        OperationColumn,
        AttemptsColumn,
        CreatedAtColumn,
        NextRetryAtColumn,
        FinishedAtColumn,
        SizeColumn,
        ErrorColumn,
        ColumnCount,
    };
    Q_ENUM(Column)
    enum EntryRole {
        IdRole = FirstOwnRole,
        SequenceRole,
        StateRole,
        TableRole,
        RecordIdRole,
        OperationRole,
        PayloadRole,
        BaseRole,
        RetryCountRole,
        CreatedAtRole,
        NextRetryAtRole,
        FinishedAtRole,
        SizeRole,
        HeldByRole,
        ErrorRole,
    };
    Q_ENUM(EntryRole)

    explicit EntryModel(QObject *parent = nullptr);
    ~EntryModel() override;

    EntryFilter filter() const;
    void setFilter(const EntryFilter &filter);

    SyncEntry entry(int row) const;
    Result<QList<SyncAttempt>> attempts(int row) const;

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
