// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QFutureWatcher>

namespace Tideline {

// Calls take with the future's result, or cancelled where it has none, on the context's thread, and neither once the
// context is gone. QFuture::then() with a context asserts in Qt 6.4 when the future outlives it.
template <typename T, typename Take, typename Cancelled>
void whenFinished(const QFuture<T> &future, QObject *context, Take take, Cancelled cancelled)
{
    auto *watcher = new QFutureWatcher<T>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, take, cancelled] {
        watcher->deleteLater();
        const QFuture<T> done = watcher->future();
        if (done.isCanceled() || done.resultCount() == 0)
            cancelled();
        else
            take(done.result());
    });
    watcher->setFuture(future);
}

} // namespace Tideline
