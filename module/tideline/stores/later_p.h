// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QFuture>
#include <QtCore/QPromise>
#include <QtCore/QTimer>

#include <memory>

namespace Tideline {

// An answer from the event loop, never inline.
template <typename T>
QFuture<T> later(const T &answer)
{
    auto promise = std::make_shared<QPromise<T>>();
    promise->start();
    QTimer::singleShot(0, [promise, answer] {
        promise->addResult(answer);
        promise->finish();
    });
    return promise->future();
}

} // namespace Tideline
