// SPDX-License-Identifier: Apache-2.0
// Which file system lies under the store: SQLite's locks and shared memory do not work across machines.
#pragma once

#include <filesystem>
#include <string_view>

namespace fathom::store {

/// "NFS", "SMB", … for a network file system's magic number (statfs(2)); empty for others.
[[nodiscard]] std::string_view networkFileSystemName(std::uint64_t magic);
/// The same for the file system that holds `path`; empty if it cannot be told.
[[nodiscard]] std::string_view networkFileSystem(const std::filesystem::path& path);

} // namespace fathom::store
