// SPDX-License-Identifier: Apache-2.0
// The records of a TFRecord file (TensorBoard's event files), which may still grow.
//
//   Result<RecordReader> reader = RecordReader::open(path);
//   for (std::string_view record; reader->next(record);) use(record);
//   … the file has grown …
//   for (std::string_view record; reader->next(record);) use(record);
//
// A record is its length (8 bytes, little-endian), the masked CRC-32C of that, the bytes, and theirs. One
// whose bytes do not match is skipped; after a length that does not, the file is searched for the next that
// does. Memory stays below the longest record plus 2 MiB, whatever a length says.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace fathom::exchange {

/// What of a file could not be used.
struct RecordDamage {
    std::uint64_t records = 0; ///< whose bytes do not match their checksum, or that are too long
    std::uint64_t gaps = 0;  ///< stretches without a record, behind a length that does not match its checksum
    std::uint64_t bytes = 0; ///< of both
    std::uint64_t firstOffset = 0; ///< in the file, where there is any

    [[nodiscard]] bool any() const { return bytes != 0; }
};

class RecordReader {
public:
    /// Records over this length are skipped as damage.
    static constexpr std::uint64_t kLongestRecord = std::uint64_t{256} << 20;

    [[nodiscard]] static Result<RecordReader> open(const std::filesystem::path& path);
    RecordReader(RecordReader&& other) noexcept;
    RecordReader& operator=(RecordReader&&) = delete;
    ~RecordReader();

    /// False: there is no whole record more for now. The view holds until the next call.
    bool next(std::string_view& record);
    /// Whether reading failed (next() gave false for it); BadInput with file and offset.
    [[nodiscard]] const Status& status() const { return m_status; }
    /// Of the first byte that no record covers yet.
    [[nodiscard]] std::uint64_t offset() const { return m_base + m_begin; }
    /// Whether bytes lie behind the last whole record: one that is just being written, or was torn off.
    [[nodiscard]] bool hasTornTail() const { return m_end > m_begin || m_toSkip > 0; }
    /// Whether the file became shorter than what was read, or another file took its name.
    [[nodiscard]] bool isReplaced() const;
    /// Whether it has grown since next() gave false.
    [[nodiscard]] bool hasGrown() const;
    [[nodiscard]] const RecordDamage& damage() const { return m_damage; }
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    RecordReader(std::filesystem::path path, int fd);
    bool fill(std::uint64_t wanted);
    [[nodiscard]] std::uint64_t size() const { return m_end - m_begin; }
    [[nodiscard]] const std::byte* at(std::uint64_t place) const { return m_buffer.data() + m_begin + place; }
    bool skipPending();
    bool search();
    void note(std::uint64_t bytes);

    std::filesystem::path m_path;
    int m_fd = -1;
    std::uint64_t m_base = 0; ///< of the buffer in the file
    std::vector<std::byte> m_buffer{};
    std::size_t m_begin = 0; ///< what is left to read in the buffer
    std::size_t m_end = 0;
    std::uint64_t m_toSkip = 0; ///< of a record that is too long
    bool m_isSearching = false;
    RecordDamage m_damage{};
    Status m_status{};
};

} // namespace fathom::exchange
