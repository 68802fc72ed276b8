// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/memorysessionstore.h>

#include <tideline/core/json.h>

namespace Tideline {

MemorySessionStore::MemorySessionStore(MemoryView &view)
    : m_view(view)
{
}

Result<QVariant> MemorySessionStore::value(const QString &name)
{
    return m_view.read().session.value(name);
}

Result<QStringList> MemorySessionStore::enrolledTables()
{
    return QStringList(m_view.read().enrolled.keys());
}

Result<QString> MemorySessionStore::leaseHolder(const QDateTime &now)
{
    const MemoryData data = m_view.read();
    return data.leaseUntil.isValid() && data.leaseUntil > now ? data.leaseHolder : QString();
}

Result<void> MemorySessionStore::setValue(StoreTransaction &transaction, const QString &name, const QVariant &value)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    if (!value.isValid()) {
        data->session.remove(name);
        return {};
    }
    const Result<QByteArray> json = Json::serialize(value);
    if (!json)
        return json.failure();
    data->session.insert(name, value);
    return {};
}

Result<void> MemorySessionStore::enrol(StoreTransaction &transaction, const QString &table)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->enrolled.insert(table, true);
    return {};
}

Result<bool> MemorySessionStore::acquireLease(StoreTransaction &transaction, const QString &holder,
                                              const QDateTime &now, const QDateTime &until)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    // One that ends later than anybody's can was taken before the clock was set back.
    const bool isTaken = data->leaseUntil.isValid() && data->leaseUntil > now && data->leaseUntil <= until
                         && data->leaseHolder != holder;
    if (isTaken)
        return false;
    data->leaseHolder = holder;
    data->leaseUntil = until;
    return true;
}

Result<bool> MemorySessionStore::renewLease(StoreTransaction &transaction, const QString &holder,
                                            const QDateTime &until)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    if (data->leaseHolder != holder)
        return false;
    data->leaseUntil = until;
    return true;
}

Result<void> MemorySessionStore::releaseLease(StoreTransaction &transaction, const QString &holder)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    if (data->leaseHolder == holder) {
        data->leaseHolder.clear();
        data->leaseUntil = QDateTime();
    }
    return {};
}

Result<void> MemorySessionStore::clear(StoreTransaction &transaction)
{
    MemoryData *data = m_view.change(transaction);
    if (data == nullptr)
        return MemoryView::noTransaction();
    data->session.clear();
    data->enrolled.clear();
    data->leaseHolder.clear();
    data->leaseUntil = QDateTime();
    return {};
}

} // namespace Tideline
