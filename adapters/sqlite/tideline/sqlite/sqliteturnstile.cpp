// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteturnstile.h>

namespace Tideline {

std::unique_ptr<SqliteTurnstile::Pass> SqliteTurnstile::enter(std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_mutex);
    const quint64 ticket = m_nextTicket++;
    m_queue.insert(m_queue.end(), ticket);
    ++m_waiting;
    const bool isIn = m_hasMoved.wait_for(lock, patience, [&] { return *m_queue.cbegin() == ticket; });
    --m_waiting;
    if (isIn)
        return std::make_unique<Pass>(this);
    m_queue.erase(ticket);
    return nullptr;
}

void SqliteTurnstile::leave()
{
    const std::lock_guard lock(m_mutex);
    m_queue.erase(m_queue.cbegin());
    m_hasMoved.notify_all();
}

} // namespace Tideline
