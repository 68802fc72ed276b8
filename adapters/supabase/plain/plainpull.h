// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"
#include "pagesizes.h"
#include "plain/pullcursor.h"
#include "plain/restquery.h"

namespace Tideline::Rest {

// One page of a table in the order (updatedAt, key).
class PlainPull
{
public:
    PlainPull(RestClient &client, PageSizes &sizes, const PullRequest &request);

    Task<Result<PullPage>> run();

private:
    // Looks at the newest row only. Whether there is something to read.
    Task<Result<bool>> probe();
    Task<Result<bool>> readPage();
    Task<Result<bool>> countRows();
    QByteArray query(int size) const;
    bool follows(const QList<PullPosition> &rows) const;
    bool hasNews(const QVariantList &newest) const;

    RestClient &m_client;
    PageSizes &m_sizes;
    PullRequest m_request;
    PullCursor m_cursor;
    RestQuery m_filter;
    PullPage m_page;
};

} // namespace Tideline::Rest
