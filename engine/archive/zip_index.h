// SPDX-License-Identifier: Apache-2.0
// The central directory of a ZIP file (with zip64), and its entries' bytes: stored ones as views, deflated
// ones expanded.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fathom::archive {

struct ZipEntry {
    std::string name{};
    int method = 0; ///< 0 stored, 8 deflated
    std::uint64_t packedBytes = 0;
    std::uint64_t bytes = 0;
    std::uint64_t headerOffset = 0;
    std::uint64_t dataOffset = 0; ///< of the packed bytes
    std::uint32_t crc = 0;
};

/// Bytes with what keeps them alive; `owner` is null where they lie in the ZIP itself.
struct ZipBytes {
    std::span<const std::byte> bytes{};
    std::shared_ptr<const void> owner{};
};

/// Views the bytes given to `open`, which must outlive it. Immutable; any thread may read.
class ZipIndex {
public:
    /// Errors are BadInput with `label` as file: cut, damaged, two headers of a record that disagree, records
    /// that overlap one another or the directory (each byte of a file belongs to one tensor, or a small file
    /// could be a large one in disguise).
    [[nodiscard]] static Result<ZipIndex> open(std::span<const std::byte> zip, const std::string& label);

    ZipIndex(ZipIndex&&) noexcept = default;
    ZipIndex(const ZipIndex&) = delete; // the lookup table views the names
    ZipIndex& operator=(const ZipIndex&) = delete;

    [[nodiscard]] const std::vector<ZipEntry>& entries() const { return m_entries; }
    [[nodiscard]] const ZipEntry* find(std::string_view name) const;
    /// The expanded content; its CRC is checked for deflated entries only (see verify).
    [[nodiscard]] Result<ZipBytes> read(const ZipEntry& entry) const;
    /// Reads every byte of an entry and compares its CRC-32.
    [[nodiscard]] Status verify(const ZipEntry& entry) const;

private:
    ZipIndex() = default;
    std::span<const std::byte> m_zip;
    std::string m_label;
    std::vector<ZipEntry> m_entries;
    std::unordered_map<std::string_view, std::size_t> m_byName;

    [[nodiscard]] Status readDirectory(std::uint64_t offset, std::uint64_t count);
    [[nodiscard]] Status locate(ZipEntry& entry) const;
    [[nodiscard]] Status checkOverlaps(std::uint64_t directoryOffset) const;
};

[[nodiscard]] bool isZip(std::span<const std::byte> bytes);

} // namespace fathom::archive
