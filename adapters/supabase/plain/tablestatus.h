// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"

#include <QtCore/QSet>

namespace Tideline::Rest {

// The one table that tells when each of the others has changed, where the server has such a table.
class TableStatus
{
public:
    explicit TableStatus(const SupabaseOptions &options);

    using Texts = QHash<QString, QString>;
    // One request for all tables, none where there is no such table. A table without a column, or with a null there,
    // has no text.
    Task<Result<Texts>> read(RestClient *client, QList<TableConfig> tables);

private:
    QString columnOf(const QString &table) const;
    QString textOf(const QString &table, const QVariantList &rows);
    void tell(const QString &about, const QString &what);

    QString m_table;
    QHash<QString, QString> m_columns;
    QSet<QString> m_told;
};

} // namespace Tideline::Rest
