// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memorydatabase.h>

namespace Tideline {

namespace {

constexpr int lockTimeout = 5000; // milliseconds, as for an SQLite file

} // namespace

MemoryData MemoryDatabase::committed() const
{
    const QMutexLocker locker(&m_dataMutex);
    return m_data;
}

qint64 MemoryDatabase::version() const
{
    const QMutexLocker locker(&m_dataMutex);
    return m_version;
}

bool MemoryDatabase::lock()
{
    return m_writeMutex.tryLock(lockTimeout);
}

void MemoryDatabase::commit(const MemoryData &data)
{
    const QMutexLocker locker(&m_dataMutex);
    m_data = data;
    ++m_version;
}

void MemoryDatabase::unlock()
{
    m_writeMutex.unlock();
}

MemoryView::MemoryView(std::shared_ptr<MemoryDatabase> database)
    : m_database(std::move(database))
{
}

Result<std::unique_ptr<StoreTransaction>> MemoryView::begin()
{
    if (m_transaction != nullptr) {
        return Failure(Failure::Code::LocalStore,
                       QStringLiteral("A transaction is open on this storage already. End it first."));
    }
    if (!m_database->lock()) {
        return Failure(
            Failure::Code::LocalStore,
            QStringLiteral("The database is in use: another storage did not end its transaction in time. Try "
                           "again."));
    }
    return std::unique_ptr<StoreTransaction>(std::make_unique<MemoryTransaction>(*this));
}

MemoryData MemoryView::read() const
{
    return m_changed ? *m_changed : m_database->committed();
}

MemoryData *MemoryView::change(const StoreTransaction &transaction)
{
    return m_transaction == &transaction ? m_changed.get() : nullptr;
}

qint64 MemoryView::foreignVersion() const
{
    return m_database->version() - m_ownCommits;
}

Failure MemoryView::noTransaction()
{
    return {Failure::Code::LocalStore,
            QStringLiteral("The transaction has ended or belongs to another storage. Begin a new one.")};
}

MemoryTransaction::MemoryTransaction(MemoryView &view)
    : m_view(view)
{
    m_view.m_changed = std::make_unique<MemoryData>(m_view.m_database->committed());
    m_view.m_transaction = this;
}

MemoryTransaction::~MemoryTransaction()
{
    if (m_isOpen)
        end();
}

Result<void> MemoryTransaction::commit()
{
    if (!m_isOpen)
        return MemoryView::noTransaction();
    m_view.m_database->commit(*m_view.m_changed);
    ++m_view.m_ownCommits;
    end();
    return {};
}

void MemoryTransaction::end()
{
    m_isOpen = false;
    m_view.m_changed.reset();
    m_view.m_transaction = nullptr;
    m_view.m_database->unlock();
}

} // namespace Tideline
