// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/tableproxy.h"

#include "views/formats.h"

#include <tideline/core/json.h>
#include <tideline/models/storagemodel.h>

#include <QtGui/QFontDatabase>

#include <algorithm>

namespace Tideline::Inspector {

namespace {

bool isNumber(const QVariant &value)
{
    return value.typeId() == QMetaType::LongLong || value.typeId() == QMetaType::Int;
}

} // namespace

TableProxy::TableProxy(QObject *parent)
    : QSortFilterProxyModel(parent)
{
    setSortRole(StorageModel::SortRole);
    setSortCaseSensitivity(Qt::CaseInsensitive);
    setDynamicSortFilter(true);
}

void TableProxy::setFormat(int column, const ColumnFormat &format)
{
    m_formats.insert(column, format);
}

void TableProxy::setFilterText(const QString &text)
{
    m_words = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool TableProxy::hasFilter() const
{
    return !m_words.isEmpty();
}

QVariant TableProxy::data(const QModelIndex &index, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return cellText(index.column(), index.data(StorageModel::SortRole));
    case Qt::ToolTipRole: {
        const QVariant value = index.data(StorageModel::SortRole);
        return value.typeId() == QMetaType::QDateTime ? Formats::absoluteTime(value.toDateTime())
                                                      : cellText(index.column(), value);
    }
    case Qt::DecorationRole: {
        const ColumnFormat format = m_formats.value(index.column());
        return format.icon ? QVariant(format.icon(index.data(StorageModel::SortRole))) : QVariant();
    }
    case Qt::FontRole:
        return m_formats.value(index.column()).isFixedPitch ? QFontDatabase::systemFont(QFontDatabase::FixedFont)
                                                            : QVariant();
    case Qt::TextAlignmentRole:
        return static_cast<int>(Qt::AlignVCenter
                                | (isNumber(index.data(StorageModel::SortRole)) ? Qt::AlignRight : Qt::AlignLeft));
    default:
        return QSortFilterProxyModel::data(index, role);
    }
}

bool TableProxy::filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const
{
    if (m_words.isEmpty())
        return true;
    QString text;
    for (int column = 0; column < sourceModel()->columnCount(sourceParent); ++column) {
        const QModelIndex cell = sourceModel()->index(sourceRow, column, sourceParent);
        text += cellText(column, cell.data(StorageModel::SortRole)) + QLatin1Char('\n');
    }
    const QModelIndex row = sourceModel()->index(sourceRow, 0, sourceParent);
    text += QString::fromUtf8(Json::toText(row.data(StorageModel::DocumentRole)));
    return std::all_of(m_words.cbegin(), m_words.cend(),
                       [&](const QString &word) { return text.contains(word, Qt::CaseInsensitive); });
}

QString TableProxy::cellText(int column, const QVariant &value) const
{
    if (const auto format = m_formats.constFind(column); format != m_formats.cend() && format->text)
        return format->text(value);
    if (value.typeId() == QMetaType::QDateTime)
        return Formats::relativeTime(value.toDateTime(), systemClock());
    return isNumber(value) ? Formats::number(value.toLongLong()) : value.toString();
}

} // namespace Tideline::Inspector
