// SPDX-License-Identifier: GPL-3.0-or-later
// A SQLite file system whose writes fail on demand. Becomes the default of this process.
#pragma once

namespace failing_vfs {

/// Registers it; call once, before any database is opened.
void install();
/// The next write, truncation or sync after `after` more of them fails with `code` (SQLITE_FULL,
/// SQLITE_IOERR_WRITE, …), and so do the `times - 1` after it; -1: all until allow().
void failAfter(int after, int code, int times = -1);
/// All is well again.
void allow();
/// How often something failed since failAfter().
int failures();
/// Writes, truncations and syncs so far.
int operations();

} // namespace failing_vfs
