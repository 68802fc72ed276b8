// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QtGlobal>

#include <memory>

namespace Tideline {

// Stands between SQLite and the operating system, for every database that this process opens while it lives, through
// QSqlDatabase too. It counts what SQLite asks for and lets a fault happen at the n-th time. At most one in a process;
// no database may be open when it comes or goes. Thread-safe.
class FaultyVfs
{
public:
    enum class Fault {
        None,
        Kill,    // SIGKILL: at any call, in the middle of a write, and before and after any statement
        IoError, // any call fails, but for those that close or unlock, whose errors SQLite cannot know
        Full,    // a write fails half-way, as does any other call that needs room
        Busy,    // another process has the lock
    };
    enum class Repeat { Once, FromThenOn };

    FaultyVfs();
    ~FaultyVfs();
    Q_DISABLE_COPY_MOVE(FaultyVfs)

    // Counts from zero, and only what this fault can meet; the first has the number 1.
    void arm(Fault fault, qint64 number, Repeat repeat = Repeat::Once);
    void disarm();
    qint64 count() const;   // since arm()
    bool hasStruck() const; // since arm()

    class State;

private:
    std::unique_ptr<State> d;
};

} // namespace Tideline
