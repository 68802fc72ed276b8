// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"
#include "plain/pullcursor.h"

namespace Tideline::Rest {

// One page of a table in the order (updatedAt, key).
class PlainPull
{
public:
    PlainPull(RestClient &client, const PullRequest &request);

    Task<Result<PullPage>> run();

private:
    // Looks at the newest row only. Whether there is something to read.
    Task<Result<bool>> probe();
    Task<Result<bool>> readPage();
    Task<Result<bool>> countRows();
    QByteArray query() const;
    bool hasNews(const QVariantList &newest) const;

    RestClient &m_client;
    PullRequest m_request;
    PullCursor m_cursor;
    PullPage m_page;
};

} // namespace Tideline::Rest
