// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqliteturnstile.h>

namespace Tideline {

std::unique_ptr<SqliteTurnstile::Pass> SqliteTurnstile::enter(std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_mutex);
    const quint64 ticket = m_nextTicket++;
    m_queue.insert(m_queue.end(), ticket);
    if (m_hasMoved.wait_for(lock, patience, [&] { return *m_queue.cbegin() == ticket; }))
        return std::make_unique<Pass>(this);
    m_queue.erase(ticket);
    return nullptr;
}

int SqliteTurnstile::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_queue.empty() ? 0 : static_cast<int>(m_queue.size()) - 1;
}

void SqliteTurnstile::leave()
{
    const std::lock_guard lock(m_mutex);
    m_queue.erase(m_queue.cbegin());
    m_hasMoved.notify_all();
}

} // namespace Tideline
