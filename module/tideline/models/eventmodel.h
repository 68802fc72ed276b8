// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/models/storagemodel.h>
#include <tideline/stores/journalstore.h>

namespace Tideline {

// What happened: the log of the engine's events.
class TIDELINE_EXPORT EventModel final : public StorageModel
{
    Q_OBJECT

public:
    enum Column { SequenceColumn, AtColumn, NameColumn, TableColumn, RecordIdColumn, DetailColumn, ColumnCount };
    Q_ENUM(Column)
    enum EventRole { SequenceRole = FirstOwnRole, AtRole, NameRole, TableRole, RecordIdRole };
    Q_ENUM(EventRole)

    explicit EventModel(QObject *parent = nullptr);
    ~EventModel() override;

    JournalFilter filter() const;
    void setFilter(const JournalFilter &filter);

    LoggedEvent loggedEvent(int row) const;

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
