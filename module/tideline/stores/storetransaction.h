// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QtGlobal>

namespace Tideline {

// The only way to a mutator of a store. It holds the write lock from the start (BEGIN IMMEDIATE); without a successful
// commit() its destructor takes everything back. A failed commit() has taken everything back too.
class TIDELINE_EXPORT StoreTransaction
{
public:
    StoreTransaction() = default;
    virtual ~StoreTransaction();
    Q_DISABLE_COPY_MOVE(StoreTransaction)

    virtual Result<void> commit() = 0;
    // Whether somebody waits for its end: long work had better be done in several transactions then. Not every storage
    // knows.
    virtual bool isAwaited() const;
};

} // namespace Tideline
