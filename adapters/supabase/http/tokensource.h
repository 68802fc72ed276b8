// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/supabase/supabaseremotestore.h>

#include "async/task.h"

#include <QtCore/QFutureWatcher>

#include <memory>
#include <optional>

namespace Tideline::Rest {

// The bearer tokens of requests. The provider is asked for each of them, and once at a time however many wait.
class TokenSource : public QObject
{
    Q_OBJECT

public:
    explicit TokenSource(const TokenProvider &provider);

    bool hasProvider() const { return m_provider != nullptr; }
    // For one request. An empty token means anonymous.
    Task<Result<QString>> token();
    // The server did not take it.
    void refuse(const QString &token);
    // Whether there is another token than the one that was refused last. The provider is asked unless somebody has
    // asked since then.
    Task<Result<bool>> refresh();
    // Forgets every token, and drops an answer that is on its way.
    void reset();

Q_SIGNALS:
    void settled();

private:
    void ask(bool refresh);
    void takeAnswer(const QFuture<Result<QString>> &answer, bool isFresh);
    bool isAsking() const { return m_watcher != nullptr; }

    TokenProvider m_provider;
    std::unique_ptr<QFutureWatcher<Result<QString>>> m_watcher;
    bool m_isRefreshing = false;
    std::optional<QString> m_token; // the last answer
    Failure m_failure;              // or why there is none
    std::optional<QString> m_refused;
    std::optional<QString> m_fresh; // the last answer to the question for a fresh one
};

} // namespace Tideline::Rest
