// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/stores/inventory.h>

namespace Tideline {

/*!
    \class Tideline::Inventory
    \inmodule Tideline
    \inheaderfile tideline/stores/inventory.h
    \brief The records of a table as they were at one moment.

    A comparison with the server strikes off what the server names; what is left then is here alone. Made by
    LocalStore::inventory(), which it must not outlive; used on the thread of its Storage, outside of transactions. It
    is to take no more memory for a large table than for a small one, where the store can do that.
*/

/*!
    \fn Result<QHash<QString, QString>> Tideline::Inventory::strike(const QStringList &recordIds)
    Takes \a recordIds off the list. Answers those that were on it, each with the text of its \c updatedAt column, empty
    where that is null or missing. Fails with LocalStore where the database fails.
*/

/*!
    \fn Result<QStringList> Tideline::Inventory::next(qsizetype limit)
    The ids of the next records that are left, at most \a limit; empty after the last. No record comes twice. Fails with
    LocalStore where the database fails.
*/

// Out of line, so that the interface has its vtable in this library.
Inventory::~Inventory() = default;

} // namespace Tideline
