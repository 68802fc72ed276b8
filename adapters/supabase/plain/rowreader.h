// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"

#include <optional>

namespace Tideline::Rest {

// The request for rows of a table.
RestRequest rowsRequest(const TableConfig &table, const QByteArray &query, bool counts = false);
// A row as it came; its id is empty when it is no object or lacks its key.
RemoteRow remoteRow(const TableConfig &table, const QVariant &value);
// When the server last changed the row, as text; none where that is null.
std::optional<QString> versionOf(const TableConfig &table, const QVariantMap &row);

// How many rows a server gives at once is its administrator's choice: a page that is shorter than what was asked for
// may not be the last. The first page counts what there is, which shows the cap.
class PageCap
{
public:
    explicit PageCap(qint64 rows = 0)
        : m_rows(rows)
    {
    }
    qint64 rows() const { return m_rows; } // 0: none that is known
    // Whether more follows; total is known for first pages only.
    bool hasMore(qint64 asked, qint64 received, std::optional<qint64> total);

private:
    qint64 m_rows = 0;
};

// Reads rows by their ids.
class RowReader
{
public:
    explicit RowReader(RestClient &client);

    // In no particular order; rows that the user cannot see are absent.
    Task<Result<QVariantList>> read(TableConfig table, QStringList recordIds, RemoteReply *account);
    // Every id and version in the order of the key.
    Task<Result<IdentityPage>> identities(TableConfig table, QString next);

private:
    RestClient &m_client;
};

} // namespace Tideline::Rest
