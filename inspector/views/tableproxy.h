// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QDateTime>
#include <QtCore/QHash>
#include <QtCore/QSortFilterProxyModel>
#include <QtGui/QIcon>

#include <functional>

namespace Tideline::Inspector {

// How the raw values of a column are shown; without text, times, numbers and texts have a form of their own.
class ColumnFormat
{
public:
    std::function<QString(const QVariant &value)> text;
    std::function<QIcon(const QVariant &value)> icon;
    bool isFixedPitch = false;
};

// Between a model of the library and a view: sorts by raw values, filters by words, and says the values to a person.
class TableProxy : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit TableProxy(QObject *parent = nullptr);

    void setFormat(int column, const ColumnFormat &format);
    // A row stays when each word occurs in one of its cells, as shown, or in its document; case does not matter.
    void setFilterText(const QString &text);
    bool hasFilter() const;

    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

protected:
    bool filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const override;

private:
    QString cellText(int column, const QVariant &value) const;

    QHash<int, ColumnFormat> m_formats;
    QStringList m_words;
};

} // namespace Tideline::Inspector
