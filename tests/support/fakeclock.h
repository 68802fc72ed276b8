// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/synctypes.h>

#include <QtCore/QDateTime>

#include <atomic>
#include <memory>

// A clock that stands until a test moves it; copies show the same time, on every thread.
class FakeClock
{
public:
    explicit FakeClock(const QDateTime &start = QDateTime::currentDateTimeUtc())
        : m_milliseconds(std::make_shared<std::atomic<qint64>>(start.toMSecsSinceEpoch()))
    {
    }

    QDateTime now() const { return QDateTime::fromMSecsSinceEpoch(*m_milliseconds, Qt::UTC); }
    void advance(std::chrono::milliseconds time) { *m_milliseconds += time.count(); }
    Tideline::Clock clock() const
    {
        return [copy = *this] { return copy.now(); };
    }

private:
    std::shared_ptr<std::atomic<qint64>> m_milliseconds;
};
