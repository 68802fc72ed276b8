// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/syncentry.h>
#include <tideline/models/storagemodel.h>

namespace Tideline {

// How far each table was pulled.
class TIDELINE_EXPORT CursorModel final : public StorageModel
{
    Q_OBJECT

public:
    enum Column { TableColumn, PulledAtColumn, ReconciledAtColumn, ValueColumn, ColumnCount };
    Q_ENUM(Column)
    enum CursorRole { TableRole = FirstOwnRole, PulledAtRole, ReconciledAtRole, ValueRole };
    Q_ENUM(CursorRole)

    explicit CursorModel(QObject *parent = nullptr);
    ~CursorModel() override;

    SyncCursor cursor(int row) const;

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
