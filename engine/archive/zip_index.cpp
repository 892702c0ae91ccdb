// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/zip_index.h"

#include "engine/archive/byte_reader.h"
#include "engine/archive/inflate.h"
#include "engine/base/checksum.h"

#include <algorithm>
#include <optional>

namespace fathom::archive {

namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kEnd64Locator = 0x07064b50;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kCentralBytes = 46;
constexpr std::uint64_t kLocalBytes = 30;

Error damaged(const std::string& label, std::string why, std::string remedy = "Copy or download it again") {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the checkpoint",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = label};
}

struct Directory {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
};

/// From the end record, or from the zip64 one where there is one.
std::optional<Directory> findDirectory(std::span<const std::byte> zip) {
    if (zip.size() < kEndBytes) return std::nullopt;
    const std::uint64_t last = zip.size() - kEndBytes;
    const std::uint64_t first = last > 0xffff ? last - 0xffff : 0;
    for (std::uint64_t at = last + 1; at-- > first;) {
        if (readAs<std::uint32_t>(zip, at) != kEnd) continue;
        Directory directory{*readAs<std::uint32_t>(zip, at + 16), *readAs<std::uint16_t>(zip, at + 10)};
        if (at < 20 || readAs<std::uint32_t>(zip, at - 20) != kEnd64Locator) return directory;
        const std::uint64_t end64 = *readAs<std::uint64_t>(zip, at - 12);
        const auto record = slice(zip, end64, 56);
        if (!record || readAs<std::uint32_t>(*record, 0) != kEnd64) return std::nullopt;
        return Directory{*readAs<std::uint64_t>(*record, 48), *readAs<std::uint64_t>(*record, 32)};
    }
    return std::nullopt;
}

/// Replaces the fields that say 0xffffffff by the zip64 extra field's. False when it is needed and not there.
bool applyZip64(ZipEntry& entry, std::span<const std::byte> extra) {
    constexpr std::uint64_t kElsewhere = 0xffffffff;
    std::uint64_t* const fields[] = {&entry.bytes, &entry.packedBytes, &entry.headerOffset};
    if (std::none_of(std::begin(fields), std::end(fields),
                     [](const std::uint64_t* field) { return *field == kElsewhere; }))
        return true;
    for (std::uint64_t at = 0; at + 4 <= extra.size();) {
        const std::uint16_t length = *readAs<std::uint16_t>(extra, at + 2);
        const auto body = slice(extra, at + 4, length);
        if (!body) return false;
        if (readAs<std::uint16_t>(extra, at) == 1) {
            std::uint64_t next = 0;
            for (std::uint64_t* field : fields) {
                if (*field != kElsewhere) continue;
                const auto value = readAs<std::uint64_t>(*body, next);
                if (!value) return false;
                *field = *value;
                next += 8;
            }
            return true;
        }
        at += 4U + length;
    }
    return false;
}

} // namespace

bool isZip(std::span<const std::byte> bytes) {
    return readAs<std::uint32_t>(bytes, 0) == kLocalHeader;
}

Result<ZipIndex> ZipIndex::open(std::span<const std::byte> zip, const std::string& label) {
    const auto directory = findDirectory(zip);
    if (!directory)
        return fail(damaged(label, "its end with the list of records is missing, so it was cut short"));
    ZipIndex index;
    index.m_zip = zip;
    index.m_label = label;
    if (auto read = index.readDirectory(directory->offset, directory->count); !read)
        return fail(read.error());
    return index;
}

Status ZipIndex::readDirectory(std::uint64_t offset, std::uint64_t count) {
    const std::uint64_t begin = offset;
    if (count > m_zip.size() / kCentralBytes)
        return fail(damaged(m_label, "it claims more records than fit in it"));
    m_entries.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto header = slice(m_zip, offset, kCentralBytes);
        if (!header || readAs<std::uint32_t>(*header, 0) != kCentralHeader)
            return fail(damaged(m_label, "its list of records is damaged"));
        const std::uint16_t nameBytes = *readAs<std::uint16_t>(*header, 28);
        const std::uint16_t extraBytes = *readAs<std::uint16_t>(*header, 30);
        const std::uint16_t commentBytes = *readAs<std::uint16_t>(*header, 32);
        const auto name = slice(m_zip, offset + kCentralBytes, nameBytes);
        const auto extra = slice(m_zip, offset + kCentralBytes + nameBytes, extraBytes);
        if (!name || !extra) return fail(damaged(m_label, "its list of records is cut short"));
        ZipEntry entry{.name = std::string(asText(*name)),
                       .method = *readAs<std::uint16_t>(*header, 10),
                       .packedBytes = *readAs<std::uint32_t>(*header, 20),
                       .bytes = *readAs<std::uint32_t>(*header, 24),
                       .headerOffset = *readAs<std::uint32_t>(*header, 42),
                       .crc = *readAs<std::uint32_t>(*header, 16)};
        if (!applyZip64(entry, *extra))
            return fail(damaged(m_label, "the sizes of record " + entry.name + " are missing"));
        if (auto located = locate(entry); !located) return located;
        m_entries.push_back(std::move(entry));
        offset += kCentralBytes + nameBytes + extraBytes + commentBytes;
    }
    m_byName.reserve(m_entries.size());
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        if (!m_byName.emplace(m_entries[i].name, i).second)
            return fail(
                damaged(m_label, "it holds two records called " + m_entries[i].name, "Save the model again"));
    return checkOverlaps(begin);
}

/// Finds the payload behind the local header, which must say what the directory says: programs differ in
/// which of the two they believe.
Status ZipIndex::locate(ZipEntry& entry) const {
    const std::string record = "record " + entry.name;
    const auto header = slice(m_zip, entry.headerOffset, kLocalBytes);
    if (!header || readAs<std::uint32_t>(*header, 0) != kLocalHeader)
        return fail(damaged(m_label, record + " is not where the list says"));
    const std::uint16_t nameBytes = *readAs<std::uint16_t>(*header, 26);
    const std::uint16_t extraBytes = *readAs<std::uint16_t>(*header, 28);
    const auto name = slice(m_zip, entry.headerOffset + kLocalBytes, nameBytes);
    entry.dataOffset = entry.headerOffset + kLocalBytes + nameBytes + extraBytes;
    if (!name || !slice(m_zip, entry.dataOffset, entry.packedBytes))
        return fail(damaged(m_label, record + " reaches past the end"));
    const std::uint16_t flags = *readAs<std::uint16_t>(*header, 6);
    constexpr std::uint16_t kSizesFollow = 8; // behind the payload; zero here
    constexpr std::uint32_t kElsewhere = 0xffffffff;
    const auto agrees = [&](std::uint64_t at, std::uint64_t value) {
        const std::uint32_t stored = *readAs<std::uint32_t>(*header, at);
        return stored == value || stored == kElsewhere || (stored == 0 && (flags & kSizesFollow) != 0);
    };
    if (asText(*name) != entry.name || *readAs<std::uint16_t>(*header, 8) != entry.method ||
        !agrees(14, entry.crc) || !agrees(18, entry.packedBytes) || !agrees(22, entry.bytes))
        return fail(damaged(m_label, "the two headers of " + record + " disagree", "Do not trust the file"));
    return {};
}

Status ZipIndex::checkOverlaps(std::uint64_t directoryOffset) const {
    std::vector<const ZipEntry*> sorted;
    sorted.reserve(m_entries.size());
    for (const ZipEntry& entry : m_entries)
        sorted.push_back(&entry);
    std::sort(sorted.begin(), sorted.end(),
              [](const ZipEntry* a, const ZipEntry* b) { return a->headerOffset < b->headerOffset; });
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const bool isLast = i + 1 == sorted.size();
        const std::uint64_t limit = isLast ? directoryOffset : sorted[i + 1]->headerOffset;
        if (sorted[i]->dataOffset + sorted[i]->packedBytes <= limit) continue;
        return fail(damaged(m_label,
                            "record " + sorted[i]->name + " overlaps " +
                                (isLast ? "the list of records" : "record " + sorted[i + 1]->name),
                            "Do not trust the file"));
    }
    return {};
}

const ZipEntry* ZipIndex::find(std::string_view name) const {
    const auto it = m_byName.find(name);
    return it == m_byName.end() ? nullptr : &m_entries[it->second];
}

Result<ZipBytes> ZipIndex::read(const ZipEntry& entry) const {
    const auto packed = slice(m_zip, entry.dataOffset, entry.packedBytes);
    if (!packed) return fail(damaged(m_label, "record " + entry.name + " reaches past the end"));
    if (entry.method == 0) {
        if (entry.packedBytes != entry.bytes)
            return fail(damaged(m_label, "the sizes of record " + entry.name + " disagree"));
        return ZipBytes{*packed, nullptr};
    }
    if (entry.method != 8)
        return fail(damaged(
            m_label, "record " + entry.name + " is compressed by method " + std::to_string(entry.method),
            "Save the model again with torch.save"));
    auto expanded = inflateRaw(*packed, entry.bytes, m_label);
    if (!expanded) return fail(expanded.error());
    if (crc32(*expanded) != entry.crc)
        return fail(damaged(m_label, "the checksum of record " + entry.name + " is wrong"));
    auto owner = std::make_shared<const std::vector<std::byte>>(std::move(*expanded));
    return ZipBytes{*owner, owner};
}

Status ZipIndex::verify(const ZipEntry& entry) const {
    auto content = read(entry);
    if (!content) return fail(content.error());
    if (crc32(content->bytes) != entry.crc)
        return fail(damaged(m_label, "the checksum of record " + entry.name + " is wrong"));
    return {};
}

} // namespace fathom::archive
