// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QtGlobal>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

namespace Tideline {

// Lets the writers of one database file in as they come. SQLite's own lock goes to whoever looks at the right moment,
// and who waits for it looks but now and then: beside a thread that begins its next transaction as soon as it has
// committed one, another would wait for many of them. The storages of one factory share a turnstile. It only orders
// them: SQLite's lock, which other processes take too, stays what keeps writers apart.
class SqliteTurnstile
{
public:
    // The right to write; leaves when it is destroyed.
    class Pass
    {
    public:
        explicit Pass(SqliteTurnstile *turnstile)
            : m_turnstile(turnstile)
        {
        }
        ~Pass() { m_turnstile->leave(); }
        Pass(const Pass &) = delete;
        Pass &operator=(const Pass &) = delete;

    private:
        SqliteTurnstile *m_turnstile;
    };

    // Null when those before did not leave in time.
    std::unique_ptr<Pass> enter(std::chrono::milliseconds patience);
    // Those that stand before it.
    int waiting() const;

private:
    void leave();

    mutable std::mutex m_mutex;
    std::condition_variable m_hasMoved;
    std::set<quint64> m_queue; // tickets, the one that is in first
    quint64 m_nextTicket = 0;
};

} // namespace Tideline
