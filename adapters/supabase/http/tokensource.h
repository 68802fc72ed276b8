// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/supabase/supabaseremotestore.h>

#include "async/task.h"

#include <QtCore/QFutureWatcher>

#include <memory>
#include <optional>

namespace Tideline::Rest {

// The bearer token of a session of requests. However many requests wait for it, the provider is asked once at a time.
class TokenSource : public QObject
{
    Q_OBJECT

public:
    explicit TokenSource(const TokenProvider &provider);

    bool hasProvider() const { return m_provider != nullptr; }
    // An empty token means anonymous.
    Task<Result<QString>> token();
    // Whether the provider has another token than the last one.
    Task<Result<bool>> refresh();
    // Forgets the token, and drops an answer that is on its way.
    void reset();

Q_SIGNALS:
    void settled();

private:
    void ask(bool refresh);
    void takeAnswer();
    bool isAsking() const { return m_watcher != nullptr; }

    TokenProvider m_provider;
    std::unique_ptr<QFutureWatcher<Result<QString>>> m_watcher;
    bool m_isRefreshing = false;
    std::optional<QString> m_token;
    Failure m_failure; // of the last question
};

} // namespace Tideline::Rest
