// SPDX-License-Identifier: Apache-2.0
// Files: read whole, mapped read-only, and replaced so that a crash leaves the old or the new one.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace fathom {

/// The whole file as bytes. Errors (BadInput) name the file.
[[nodiscard]] Result<std::string> readFile(const std::filesystem::path& path);

/// Tells whether a path still holds the same, untouched file. The times are nanoseconds since the epoch.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t bytes = 0;
    std::int64_t modified = 0;
    std::int64_t changed = 0; ///< of the inode: a program can set `modified`, but not this

    friend bool operator==(const FileIdentity& a, const FileIdentity& b) = default;
};

[[nodiscard]] Result<FileIdentity> identify(const std::filesystem::path& path);

/// A file mapped read-only for its lifetime. Immutable, so any thread may read. Empty files map to an empty
/// span. The mapping is private: made writable, it keeps what is written from the file.
class MappedFile {
public:
    [[nodiscard]] static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::span<const std::byte> bytes() const { return m_bytes; }
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    /// When it was opened.
    [[nodiscard]] const FileIdentity& identity() const { return m_identity; }

private:
    MappedFile(std::filesystem::path path, const FileIdentity& identity, std::span<const std::byte> bytes);
    std::filesystem::path m_path;
    FileIdentity m_identity;
    std::span<const std::byte> m_bytes;
};

/// Writes a temporary file in the target's folder; commit() makes it durable and renames it over the target.
/// Without commit() the target is untouched and nothing is left, not even when the process is killed: the
/// file has no name before commit(), where the file system can do that.
class AtomicFile {
public:
    [[nodiscard]] static Result<AtomicFile> create(const std::filesystem::path& target);
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    [[nodiscard]] Status write(std::span<const std::byte> bytes);
    [[nodiscard]] Status write(std::string_view text);
    /// fsync, rename, fsync of the folder; Volatile: only rename, so that a power cut may damage the file.
    enum class Durability { Durable, Volatile };
    [[nodiscard]] Status commit(Durability durability = Durability::Durable);
    /// For callers that copy in the kernel; the offset is shared with write().
    [[nodiscard]] int descriptor() const { return m_fd; }
    /// By which this process can read what was written so far.
    [[nodiscard]] std::filesystem::path temporaryPath() const;

private:
    AtomicFile(std::filesystem::path target, std::filesystem::path temporary, int fd);
    [[nodiscard]] Status giveName();

    std::filesystem::path m_target;
    std::filesystem::path m_temporary; ///< empty while it has no name
    int m_fd = -1;
};

/// create, write, commit in one call.
[[nodiscard]] Status writeFileAtomically(const std::filesystem::path& path, std::string_view content);

} // namespace fathom
