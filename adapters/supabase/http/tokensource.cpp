// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "http/tokensource.h"

#include <algorithm>

namespace Tideline::Rest {

namespace {

Failure noToken()
{
    return {Failure::Code::AuthExpired, QStringLiteral("The token provider gave no answer. Sign in again.")};
}

// A line break would end the header and begin another.
bool fitsHeader(const QString &token)
{
    return std::all_of(token.cbegin(), token.cend(), [](QChar c) { return c > QLatin1Char(' ') && c < QChar(0x7f); });
}

} // namespace

TokenSource::TokenSource(const TokenProvider &provider)
    : m_provider(provider)
{
}

Task<Result<QString>> TokenSource::token()
{
    if (!hasProvider())
        co_return Result<QString>(QString());
    if (!isAsking())
        ask(false);
    if (isAsking())
        co_await Emission(this, &TokenSource::settled);
    if (!m_token)
        co_return Result<QString>(m_failure);
    co_return Result<QString>(*m_token);
}

void TokenSource::refuse(const QString &token)
{
    m_refused = token;
}

Task<Result<bool>> TokenSource::refresh()
{
    if (!hasProvider())
        co_return Result<bool>(false);
    while (isAsking() && !m_isRefreshing)
        co_await Emission(this, &TokenSource::settled);
    const bool isRefreshed = m_token && m_refused && m_token != m_refused;
    if (!isAsking() && isRefreshed)
        co_return Result<bool>(true);
    const std::optional<QString> refused = m_refused ? m_refused : m_token;
    if (!isAsking())
        ask(true);
    if (isAsking())
        co_await Emission(this, &TokenSource::settled);
    if (!m_token)
        co_return Result<bool>(m_failure);
    co_return Result<bool>(m_token != refused);
}

void TokenSource::reset()
{
    m_watcher.reset();
    m_token.reset();
    m_refused.reset();
    m_fresh.reset();
    m_failure = {};
}

void TokenSource::ask(bool refresh)
{
    const QFuture<Result<QString>> answer = m_provider(refresh);
    if (answer.isFinished()) // a token at hand costs no turn of the event loop
        return takeAnswer(answer, refresh);
    m_isRefreshing = refresh;
    m_watcher = std::make_unique<QFutureWatcher<Result<QString>>>();
    connect(m_watcher.get(), &QFutureWatcherBase::finished, this, [this] {
        const QFuture<Result<QString>> future = m_watcher->future();
        m_watcher.release()->deleteLater(); // it is the sender
        takeAnswer(future, m_isRefreshing);
    });
    m_watcher->setFuture(answer);
}

void TokenSource::takeAnswer(const QFuture<Result<QString>> &answer, bool isFresh)
{
    const Result<QString> token = answer.resultCount() > 0 ? answer.result() : Result<QString>(noToken());
    m_token.reset();
    m_failure = token.failure();
    // Whatever ails the provider says nothing about the entries that wait for its token.
    if (!token && m_failure.code != Failure::Code::Network && m_failure.code != Failure::Code::Timeout)
        m_failure.code = Failure::Code::AuthExpired;
    if (token && fitsHeader(*token)) {
        m_token = *token;
    } else if (token) {
        m_failure = {
            Failure::Code::AuthExpired,
            QStringLiteral("The token holds spaces, line breaks or other characters that no token has. Correct "
                           "the token provider.")};
    }
    if (isFresh)
        m_fresh = m_token;
    else if (m_token && m_fresh && m_token == m_refused)
        m_token = m_fresh; // the provider has not noted its own last answer
    Q_EMIT settled();
}

} // namespace Tideline::Rest
