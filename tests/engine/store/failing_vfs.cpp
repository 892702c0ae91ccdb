// SPDX-License-Identifier: GPL-3.0-or-later
#include "failing_vfs.h"

#include <atomic>
#include <cstring>
#include <sqlite3.h>

namespace failing_vfs {

namespace {

std::atomic<int> g_operations{0};
std::atomic<int> g_from{-1}; // number of the first operation that fails; -1: none
std::atomic<int> g_to{-1};   // number of the first one that works again; -1: none
std::atomic<int> g_code{SQLITE_OK};
std::atomic<int> g_failures{0};

/// The code to fail with, or SQLITE_OK.
int nextOperation() {
    const int number = g_operations++;
    const int from = g_from;
    const int to = g_to;
    if (from < 0 || number < from || (to >= 0 && number >= to)) return SQLITE_OK;
    ++g_failures;
    return g_code;
}

/// SQLite allocates szOsFile bytes: ours first, the real file behind it.
struct File {
    sqlite3_file base;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* ours(sqlite3_file* file) {
    return reinterpret_cast<File*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
    return ours(file)->real();
}

const sqlite3_io_methods kMethods = {
    3,
    [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    [](sqlite3_file* f, void* data, int count, sqlite3_int64 at) {
        return real(f)->pMethods->xRead(real(f), data, count, at);
    },
    [](sqlite3_file* f, const void* data, int count, sqlite3_int64 at) {
        const int code = nextOperation();
        return code != SQLITE_OK ? code : real(f)->pMethods->xWrite(real(f), data, count, at);
    },
    [](sqlite3_file* f, sqlite3_int64 size) {
        const int code = nextOperation();
        return code != SQLITE_OK ? code : real(f)->pMethods->xTruncate(real(f), size);
    },
    [](sqlite3_file* f, int flags) {
        const int code = nextOperation();
        return code != SQLITE_OK ? code : real(f)->pMethods->xSync(real(f), flags);
    },
    [](sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); },
    [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); },
    [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); },
    [](sqlite3_file* f, int* held) { return real(f)->pMethods->xCheckReservedLock(real(f), held); },
    [](sqlite3_file* f, int operation, void* argument) {
        return real(f)->pMethods->xFileControl(real(f), operation, argument);
    },
    [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** memory) {
        return real(f)->pMethods->xShmMap(real(f), page, size, extend, memory);
    },
    [](sqlite3_file* f, int offset, int count, int flags) {
        return real(f)->pMethods->xShmLock(real(f), offset, count, flags);
    },
    [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
    [](sqlite3_file* f, sqlite3_int64 at, int count, void** data) {
        return real(f)->pMethods->xFetch(real(f), at, count, data);
    },
    [](sqlite3_file* f, sqlite3_int64 at, void* data) {
        return real(f)->pMethods->xUnfetch(real(f), at, data);
    },
};

sqlite3_vfs* g_real = nullptr;
sqlite3_vfs g_vfs;

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
    const int code = g_real->xOpen(g_real, name, real(file), flags, outFlags);
    file->pMethods = real(file)->pMethods != nullptr ? &kMethods : nullptr;
    return code;
}

} // namespace

void install() {
    g_real = sqlite3_vfs_find(nullptr);
    g_vfs = *g_real; // whatever is not about open files goes to the real one, whose data this copy shares
    g_vfs.pNext = nullptr;
    g_vfs.zName = "failing";
    g_vfs.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
    g_vfs.xOpen = open;
    sqlite3_vfs_register(&g_vfs, 1);
}

void failAfter(int after, int code, int times) {
    g_failures = 0;
    g_code = code;
    const int from = g_operations + after;
    g_to = times < 0 ? -1 : from + times;
    g_from = from;
}

void allow() {
    g_from = -1;
}
int failures() {
    return g_failures;
}
int operations() {
    return g_operations;
}

} // namespace failing_vfs
