// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>

#include <QtCore/QVariantMap>

#include <optional>

namespace Tideline::Rest {

// What the kit's pull is asked about one table, as JSON. A cursor that is not the kit's is none.
Result<QByteArray> kitWish(const TableCursor &wanted);
// The table is asked for from its beginning, though it has a cursor.
bool isForeignCursor(const QString &cursor);

// The kit's word of why it does not serve the table, where it does not.
std::optional<QString> untrackedReason(const QVariantMap &answer);
// What the answer tells of the table; its failure is a Deserialization where it is none to what was wanted.
TableChanges kitChanges(const TableCursor &wanted, const QVariantMap &answer);

} // namespace Tideline::Rest
