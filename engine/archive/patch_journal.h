// SPDX-License-Identifier: Apache-2.0
// Changes a few bytes of a file in their place so that a crash at any moment can be undone.
//
// Before the file is touched its old bytes go into `.<name>.fathom-undo` beside it, complete or not at all;
// afterwards that is removed. Whoever opens the file and finds it puts the old bytes back. Layout, all
// numbers little-endian: "FATHOM-UNDO 1\n", u64 size of the file, u64 number of patches, for each u64 offset,
// u64 count, old bytes, new bytes; then the SHA-256 of all that as 64 hex digits.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fathom::archive {

struct Patch {
    std::uint64_t offset = 0;
    std::string bytes{}; ///< new ones; as many old ones are replaced
};

/// An exclusive lock on a file among programs that ask for it, held until destroyed.
class FileLock {
public:
    /// Waits for at most two seconds. Errors: someone else holds it (Failed); the file cannot be opened.
    [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& file, bool forWriting);
    ~FileLock();
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    [[nodiscard]] int descriptor() const { return m_fd; }

private:
    explicit FileLock(int fd) : m_fd(fd) {}
    int m_fd;
};

/// Writes the patches, which must not overlap, and makes them durable. `lock` is for writing, on `file`.
[[nodiscard]] Status patchFile(const std::filesystem::path& file, const FileLock& lock,
                               const std::vector<Patch>& patches);

/// Puts `file` back to what it was where a patch was cut off; costs one failed system call where none was. A
/// journal that does not belong to the file as it is now is left alone. Error: it cannot be put back now
/// (someone is saving, no right to write).
[[nodiscard]] Status recoverPatch(const std::filesystem::path& file);

} // namespace fathom::archive
