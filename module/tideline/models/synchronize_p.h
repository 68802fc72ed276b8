// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/models/storagemodel.h>

#include <QtCore/QHash>

#include <algorithm>
#include <vector>

namespace Tideline {

// Row needs key(), unique and stable, and operator==. Rows that stay keep their QPersistentModelIndex; one that changed
// its place against the others goes and comes again.
template <typename Row>
void StorageModel::synchronize(QList<Row> &rows, const QList<Row> &fresh)
{
    using Key = std::decay_t<decltype(std::declval<const Row &>().key())>;
    QHash<Key, qsizetype> places;
    places.reserve(fresh.size());
    for (qsizetype i = 0; i < fresh.size(); ++i)
        places.insert(fresh.at(i).key(), i);

    std::vector<bool> stays(static_cast<std::size_t>(rows.size()));
    qsizetype lastPlace = -1;
    for (qsizetype i = 0; i < rows.size(); ++i) {
        const qsizetype place = places.value(rows.at(i).key(), -1);
        if (place > lastPlace) {
            stays[static_cast<std::size_t>(i)] = true;
            lastPlace = place;
        }
    }

    for (qsizetype last = rows.size() - 1; last >= 0; --last) {
        if (stays[static_cast<std::size_t>(last)])
            continue;
        qsizetype first = last;
        while (first > 0 && !stays[static_cast<std::size_t>(first - 1)])
            --first;
        beginRemoveRows({}, static_cast<int>(first), static_cast<int>(last));
        rows.remove(first, last - first + 1);
        endRemoveRows();
        last = first;
    }

    for (qsizetype i = 0; i < fresh.size();) {
        if (i < rows.size() && rows.at(i).key() == fresh.at(i).key()) {
            if (!(rows.at(i) == fresh.at(i))) {
                rows[i] = fresh.at(i);
                Q_EMIT dataChanged(index(static_cast<int>(i), 0), index(static_cast<int>(i), columnCount() - 1));
            }
            ++i;
            continue;
        }
        const qsizetype end = i < rows.size() ? places.value(rows.at(i).key()) : fresh.size();
        beginInsertRows({}, static_cast<int>(i), static_cast<int>(end - 1));
        if (i == rows.size()) {
            rows.append(fresh.mid(i, end - i));
        } else {
            rows.insert(i, end - i, Row());
            std::copy(fresh.cbegin() + i, fresh.cbegin() + end, rows.begin() + i);
        }
        endInsertRows();
        i = end;
    }
}

} // namespace Tideline
