// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QAbstractTableModel>
#include <QtCore/QStringList>

#include <memory>

namespace Tideline {

class Storage;

// What the models of the queue, the conflicts, the cursors and the event log have in common.
class TIDELINE_EXPORT StorageModel : public QAbstractTableModel
{
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(qint64 totalCount READ totalCount NOTIFY countChanged)
    Q_PROPERTY(QStringList sensitiveFields READ sensitiveFields WRITE setSensitiveFields NOTIFY sensitiveFieldsChanged)
    Q_PROPERTY(Tideline::Failure failure READ failure NOTIFY refreshed)

public:
    static constexpr int maximumRows = 10'000;

    enum Role {
        SortRole = Qt::UserRole, // the cell's raw value: a QDateTime, a number or a text
        DocumentRole,            // the row in the shape of the command line's JSON
        FirstOwnRole,
    };
    Q_ENUM(Role)

    ~StorageModel() override;

    Storage *storage() const;
    void setStorage(Storage *storage);
    Q_INVOKABLE bool refresh();

    int count() const;
    qint64 totalCount() const;
    Failure failure() const;
    QStringList sensitiveFields() const;
    void setSensitiveFields(const QStringList &fields);

    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void countChanged();
    void sensitiveFieldsChanged();
    void refreshed();

protected:
    explicit StorageModel(QObject *parent);

    // Reads the rows and hands them to synchronize(); answers how many there are in all, -1 when that is not counted.
    virtual Result<qint64> read(Storage &source) = 0;
    virtual void dropRows() = 0;
    virtual QString columnTitle(int column) const = 0;
    virtual QVariant value(int row, int column) const = 0;
    virtual QVariant field(int row, int role) const = 0;

    // Turns the rows that are shown into the fresh ones by removals, insertions and changes.
    template <typename Row>
    void synchronize(QList<Row> &rows, const QList<Row> &fresh);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Tideline
