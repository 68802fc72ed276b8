// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/models/recorddiff.h>

#include <tideline/core/json.h>
#include <tideline/core/syncevent.h>

#include <algorithm>

namespace Tideline {

namespace {

using Version = std::optional<QVariantMap>;

std::optional<QVariant> cell(const Version &version, const QString &key)
{
    if (!version || !version->contains(key))
        return std::nullopt;
    return version->value(key);
}

// A version may hold only some of the columns (a patch): what it does not name it did not change. A row that is gone
// changed all that there was.
bool isChange(const Version &version, const std::optional<QVariant> &value, const std::optional<QVariant> &before)
{
    if (!version)
        return before.has_value();
    if (!value)
        return false;
    return !before || !Json::equivalent(*value, *before);
}

int rank(const FieldDifference &field)
{
    if (field.isChangedLocally && field.isChangedRemotely)
        return 0;
    return field.isChanged() ? 1 : 2;
}

} // namespace

/*!
    \class Tideline::FieldDifference
    \inmodule Tideline
    \inheaderfile tideline/models/recorddiff.h
    \brief One column of a conflict's versions; a value.

    \c key is the column's name; \c base, \c local, \c remote and \c resolved are its values, empty where a version does
    not hold the column or the row does not exist in it. \c isChangedLocally and \c isChangedRemotely tell which side
    has changed it.

    \sa differences()
*/

/*!
    \fn bool Tideline::FieldDifference::isChanged() const
    Returns whether either side has changed it.
*/

/*!
    Compares the versions of \a conflict column by column: those that both sides have changed first, then those that
    one side has, then the others. Where the base was not recorded, a column counts as changed on both sides when the
    local and the remote value differ.

    \relates Tideline::ConflictModel
*/
QList<FieldDifference> differences(const ConflictRecord &conflict)
{
    QStringList keys;
    for (const Version *version : {&conflict.base, &conflict.local, &conflict.remote, &conflict.resolved}) {
        if (*version)
            keys += (*version)->keys();
    }
    keys.sort();
    keys.removeDuplicates();

    QList<FieldDifference> fields;
    fields.reserve(keys.size());
    for (const QString &key : keys) {
        FieldDifference field;
        field.key = key;
        field.base = cell(conflict.base, key);
        field.local = cell(conflict.local, key);
        field.remote = cell(conflict.remote, key);
        field.resolved = cell(conflict.resolved, key);
        if (conflict.base) {
            field.isChangedLocally = isChange(conflict.local, field.local, field.base);
            field.isChangedRemotely = isChange(conflict.remote, field.remote, field.base);
        } else {
            const bool isSame = field.local && field.remote && Json::equivalent(*field.local, *field.remote);
            field.isChangedLocally = field.local.has_value() && !isSame;
            field.isChangedRemotely = field.remote.has_value() && !isSame;
        }
        fields.append(field);
    }
    std::stable_sort(fields.begin(), fields.end(),
                     [](const FieldDifference &a, const FieldDifference &b) { return rank(a) < rank(b); });
    return fields;
}

/*!
    \a fields with \c{***} for the values of those that \a sensitiveFields name, at any depth.

    \relates Tideline::ConflictModel
*/
QList<FieldDifference> masked(QList<FieldDifference> fields, const QStringList &sensitiveFields)
{
    for (FieldDifference &field : fields) {
        for (std::optional<QVariant> *value : {&field.base, &field.local, &field.remote, &field.resolved}) {
            if (*value)
                *value = masked(QVariantMap{{field.key, **value}}, sensitiveFields).value(field.key);
        }
    }
    return fields;
}

} // namespace Tideline
