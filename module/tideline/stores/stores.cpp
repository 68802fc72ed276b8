// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

// Out-of-line destructors, so that each interface has its vtable in this library.
#include <tideline/stores/remotestore.h>
#include <tideline/stores/storage.h>

namespace Tideline {

StoreTransaction::~StoreTransaction() = default;
LocalStore::~LocalStore() = default;
QueueStore::~QueueStore() = default;
TimestampStore::~TimestampStore() = default;
JournalStore::~JournalStore() = default;
SessionStore::~SessionStore() = default;
Storage::~Storage() = default;
RemoteStore::~RemoteStore() = default;

} // namespace Tideline
