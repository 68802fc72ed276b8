// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"
#include "pagesizes.h"

#include <functional>
#include <optional>

namespace Tideline::Rest {

// The request for rows of a table.
RestRequest rowsRequest(const TableConfig &table, const QByteArray &query, bool counts = false);
// A row as it came; its id is empty when it is no object or lacks its key.
RemoteRow remoteRow(const TableConfig &table, const QVariant &value);
// When the server last changed the row, as text; none where that is null.
std::optional<QString> versionOf(const TableConfig &table, const QVariantMap &row);
// A page came that cannot be the one that was asked for.
Failure repetition(const TableConfig &table);

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

// The answer to the request for a page, and how many rows that asked for in the end.
class PageReply
{
public:
    RestReply reply;
    int size = 0;
};

// Asks for a page of a table, and for a smaller one where that is too much for the server or the limits; the sizes know
// the table by the name.
Task<PageReply> sendPage(RestClient *client, PageSizes *sizes, QString name, int wanted,
                         std::function<RestRequest(int size)> request, RemoteReply *account);

// Reads rows by their ids.
class RowReader
{
public:
    explicit RowReader(RestClient &client);

    // In no particular order; rows that the user cannot see are absent.
    Task<Result<QVariantList>> read(TableConfig table, QStringList recordIds, RemoteReply *account);
    // Every id and version within the filter, in the order of the key.
    Task<Result<IdentityPage>> identities(TableConfig table, QString next, PageSizes *sizes);

private:
    RestClient &m_client;
};

} // namespace Tideline::Rest
