// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "faultyvfs.h"

#include <sqlite3.h>

#include <atomic>
#include <csignal>
#include <unistd.h>

namespace Tideline {

namespace {

constexpr char vfsName[] = "tideline-faulty";

enum class Call {
    Read,      // reads, looks, asks for a size
    Write,     // also makes files and lets them grow
    HalfWrite, // is in the middle of it
    Other,     // flushes, deletes, cuts
    Lock,      // waits for nobody: busy is an answer
    Release,   // closes, unlocks
    Statement, // not a call of SQLite's: begins or ends
};

} // namespace

class FaultyVfs::State
{
public:
    sqlite3_vfs vfs = {};
    sqlite3_vfs *base = nullptr;
    sqlite3_io_methods methods = {};

    std::atomic<Fault> fault = Fault::None;
    std::atomic<qint64> number = 0;
    std::atomic<Repeat> repeat = Repeat::Once;
    std::atomic<qint64> count = 0;
    std::atomic<bool> hasStruck = false;

    static bool meets(Fault fault, Call call)
    {
        switch (fault) {
        case Fault::None:
            return false;
        case Fault::Kill:
            return true;
        case Fault::IoError:
            return call != Call::HalfWrite && call != Call::Release && call != Call::Statement;
        case Fault::Full:
            return call == Call::Write;
        case Fault::Busy:
            return call == Call::Lock;
        }
        return false;
    }

    // Whether the call that is about to be made fails. Does not return where the process ends there.
    bool strikes(Call call)
    {
        const Fault current = fault;
        if (!meets(current, call))
            return false;
        const qint64 now = ++count;
        if (now < number || (now > number && repeat == Repeat::Once))
            return false;
        hasStruck = true;
        if (current == Fault::Kill) {
            ::kill(::getpid(), SIGKILL);
            for (;;)
                ::pause();
        }
        return true;
    }

    int code(int ioError) const
    {
        switch (fault) {
        case Fault::Full:
            return SQLITE_FULL;
        case Fault::Busy:
            return SQLITE_BUSY;
        default: // disarmed meanwhile
            return ioError;
        }
    }
};

namespace {

using State = FaultyVfs::State;

// The file of the VFS below follows in the same memory.
struct File
{
    sqlite3_file base;
    State *state;
};

State *stateOf(sqlite3_file *file)
{
    return reinterpret_cast<File *>(file)->state;
}

sqlite3_file *below(sqlite3_file *file)
{
    return reinterpret_cast<sqlite3_file *>(reinterpret_cast<File *>(file) + 1);
}

State *stateOf(sqlite3_vfs *vfs)
{
    return static_cast<State *>(vfs->pAppData);
}

int closeFile(sqlite3_file *file)
{
    stateOf(file)->strikes(Call::Release);
    return below(file)->pMethods->xClose(below(file));
}

int readFile(sqlite3_file *file, void *buffer, int size, sqlite3_int64 offset)
{
    if (stateOf(file)->strikes(Call::Read))
        return stateOf(file)->code(SQLITE_IOERR_READ);
    return below(file)->pMethods->xRead(below(file), buffer, size, offset);
}

int writeFile(sqlite3_file *file, const void *buffer, int size, sqlite3_int64 offset)
{
    State *state = stateOf(file);
    const sqlite3_io_methods *methods = below(file)->pMethods;
    if (state->strikes(Call::Write)) {
        (void)methods->xWrite(below(file), buffer, size / 2, offset);
        return state->code(SQLITE_IOERR_WRITE);
    }
    if (state->fault == FaultyVfs::Fault::Kill) {
        (void)methods->xWrite(below(file), buffer, size / 2, offset);
        state->strikes(Call::HalfWrite);
    }
    return methods->xWrite(below(file), buffer, size, offset);
}

int truncateFile(sqlite3_file *file, sqlite3_int64 size)
{
    if (stateOf(file)->strikes(Call::Other))
        return stateOf(file)->code(SQLITE_IOERR_TRUNCATE);
    return below(file)->pMethods->xTruncate(below(file), size);
}

int syncFile(sqlite3_file *file, int flags)
{
    if (stateOf(file)->strikes(Call::Other))
        return stateOf(file)->code(SQLITE_IOERR_FSYNC);
    return below(file)->pMethods->xSync(below(file), flags);
}

int fileSize(sqlite3_file *file, sqlite3_int64 *size)
{
    if (stateOf(file)->strikes(Call::Read))
        return stateOf(file)->code(SQLITE_IOERR_FSTAT);
    return below(file)->pMethods->xFileSize(below(file), size);
}

int lockFile(sqlite3_file *file, int level)
{
    if (stateOf(file)->strikes(Call::Lock))
        return stateOf(file)->code(SQLITE_IOERR_LOCK);
    return below(file)->pMethods->xLock(below(file), level);
}

int unlockFile(sqlite3_file *file, int level)
{
    stateOf(file)->strikes(Call::Release);
    return below(file)->pMethods->xUnlock(below(file), level);
}

int checkReservedLock(sqlite3_file *file, int *isReserved)
{
    if (stateOf(file)->strikes(Call::Read))
        return stateOf(file)->code(SQLITE_IOERR_CHECKRESERVEDLOCK);
    return below(file)->pMethods->xCheckReservedLock(below(file), isReserved);
}

int controlFile(sqlite3_file *file, int operation, void *argument)
{
    return below(file)->pMethods->xFileControl(below(file), operation, argument);
}

int sectorSize(sqlite3_file *file)
{
    return below(file)->pMethods->xSectorSize(below(file));
}

int deviceCharacteristics(sqlite3_file *file)
{
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

int mapSharedMemory(sqlite3_file *file, int region, int size, int canExtend, void volatile **memory)
{
    if (stateOf(file)->strikes(canExtend != 0 ? Call::Write : Call::Read)) {
        *memory = nullptr;
        return stateOf(file)->code(SQLITE_IOERR_SHMMAP);
    }
    return below(file)->pMethods->xShmMap(below(file), region, size, canExtend, memory);
}

int lockSharedMemory(sqlite3_file *file, int offset, int count, int flags)
{
    if (stateOf(file)->strikes((flags & SQLITE_SHM_UNLOCK) != 0 ? Call::Release : Call::Lock))
        return stateOf(file)->code(SQLITE_IOERR_SHMLOCK);
    return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}

void orderSharedMemory(sqlite3_file *file)
{
    below(file)->pMethods->xShmBarrier(below(file));
}

int unmapSharedMemory(sqlite3_file *file, int isDeleted)
{
    stateOf(file)->strikes(Call::Release);
    return below(file)->pMethods->xShmUnmap(below(file), isDeleted);
}

int openFile(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *openedFlags)
{
    State *state = stateOf(vfs);
    file->pMethods = nullptr;
    if (state->strikes((flags & SQLITE_OPEN_CREATE) != 0 ? Call::Write : Call::Read))
        return state->code(SQLITE_CANTOPEN);
    reinterpret_cast<File *>(file)->state = state;
    const int opened = state->base->xOpen(state->base, name, below(file), flags, openedFlags);
    if (below(file)->pMethods != nullptr)
        file->pMethods = &state->methods;
    return opened;
}

int deleteFile(sqlite3_vfs *vfs, const char *name, int syncsDirectory)
{
    if (stateOf(vfs)->strikes(Call::Other))
        return stateOf(vfs)->code(SQLITE_IOERR_DELETE);
    return stateOf(vfs)->base->xDelete(stateOf(vfs)->base, name, syncsDirectory);
}

int accessFile(sqlite3_vfs *vfs, const char *name, int flags, int *answer)
{
    if (stateOf(vfs)->strikes(Call::Read))
        return stateOf(vfs)->code(SQLITE_IOERR_ACCESS);
    return stateOf(vfs)->base->xAccess(stateOf(vfs)->base, name, flags, answer);
}

int fullPathname(sqlite3_vfs *vfs, const char *name, int size, char *path)
{
    return stateOf(vfs)->base->xFullPathname(stateOf(vfs)->base, name, size, path);
}

// Time that SQLite waits for a lock that a fault denies would not help.
int sleepFor(sqlite3_vfs *vfs, int microseconds)
{
    if (stateOf(vfs)->fault == FaultyVfs::Fault::Busy)
        return microseconds;
    return stateOf(vfs)->base->xSleep(stateOf(vfs)->base, microseconds);
}

int traceStatement(unsigned, void *context, void *, void *)
{
    static_cast<State *>(context)->strikes(Call::Statement);
    return 0;
}

// SQLite calls it for every connection that is opened.
int watchStatements(sqlite3 *database, char **, const void *)
{
    sqlite3_vfs *vfs = nullptr;
    if (sqlite3_file_control(database, "main", SQLITE_FCNTL_VFS_POINTER, &vfs) != SQLITE_OK || vfs == nullptr
        || vfs->xOpen != openFile)
        return SQLITE_OK; // one that was opened past us
    return sqlite3_trace_v2(database, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, traceStatement, stateOf(vfs));
}

} // namespace

FaultyVfs::FaultyVfs()
    : d(std::make_unique<State>())
{
    d->base = sqlite3_vfs_find(nullptr);
    d->methods.iVersion = 2; // without memory-mapped reading, which could not fail
    d->methods.xClose = closeFile;
    d->methods.xRead = readFile;
    d->methods.xWrite = writeFile;
    d->methods.xTruncate = truncateFile;
    d->methods.xSync = syncFile;
    d->methods.xFileSize = fileSize;
    d->methods.xLock = lockFile;
    d->methods.xUnlock = unlockFile;
    d->methods.xCheckReservedLock = checkReservedLock;
    d->methods.xFileControl = controlFile;
    d->methods.xSectorSize = sectorSize;
    d->methods.xDeviceCharacteristics = deviceCharacteristics;
    d->methods.xShmMap = mapSharedMemory;
    d->methods.xShmLock = lockSharedMemory;
    d->methods.xShmBarrier = orderSharedMemory;
    d->methods.xShmUnmap = unmapSharedMemory;
    d->vfs = *d->base;
    d->vfs.szOsFile = static_cast<int>(sizeof(File)) + d->base->szOsFile;
    d->vfs.pNext = nullptr;
    d->vfs.zName = vfsName;
    d->vfs.pAppData = d.get();
    d->vfs.xOpen = openFile;
    d->vfs.xDelete = deleteFile;
    d->vfs.xAccess = accessFile;
    d->vfs.xFullPathname = fullPathname;
    d->vfs.xSleep = sleepFor;
    const bool isReady = sqlite3_vfs_register(&d->vfs, 1) == SQLITE_OK
                         && sqlite3_auto_extension(reinterpret_cast<void (*)()>(watchStatements)) == SQLITE_OK;
    if (!isReady)
        qFatal("SQLite does not take the VFS");
}

FaultyVfs::~FaultyVfs()
{
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watchStatements));
    sqlite3_vfs_unregister(&d->vfs);
    sqlite3_vfs_register(d->base, 1);
}

void FaultyVfs::arm(Fault fault, qint64 number, Repeat repeat)
{
    disarm();
    d->number = number;
    d->repeat = repeat;
    d->count = 0;
    d->hasStruck = false;
    d->fault = fault;
}

void FaultyVfs::disarm()
{
    d->fault = Fault::None;
}

qint64 FaultyVfs::count() const
{
    return d->count;
}

bool FaultyVfs::hasStruck() const
{
    return d->hasStruck;
}

} // namespace Tideline
