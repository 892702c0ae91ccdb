// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/torch_zip_writer.h"

#include "engine/base/checksum.h"

#include <algorithm>
#include <cstring>

namespace fathom::archive {

namespace {

constexpr std::uint64_t kMax32 = 0xffffffff;
constexpr std::uint64_t kAlignment = 64;
constexpr std::uint16_t kUtf8 = 0x0800;
constexpr std::uint16_t kDataDescriptor = 0x0008;

template <class T> void put(std::string& out, std::type_identity_t<T> value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof value);
    out.append(bytes, sizeof bytes);
}

std::uint32_t clipped(std::uint64_t value) {
    return static_cast<std::uint32_t>(std::min(value, kMax32));
}

/// The zip64 extra field with those of the values that do not fit 32 bits; empty when all do.
std::string zip64Extra(std::uint64_t bytes, std::uint64_t offset) {
    std::string body;
    if (bytes >= kMax32) {
        put<std::uint64_t>(body, bytes);
        put<std::uint64_t>(body, bytes);
    }
    if (offset >= kMax32) put<std::uint64_t>(body, offset);
    if (body.empty()) return {};
    std::string field;
    put<std::uint16_t>(field, 1);
    put<std::uint16_t>(field, static_cast<std::uint16_t>(body.size()));
    return field + body;
}

/// c10::hash_combine
std::uint64_t combine(std::uint64_t seed, std::uint64_t value) {
    return seed ^ (value + 0x9e3779b9U + (seed << 6U) + (seed >> 2U));
}

std::string padded20(std::uint64_t value) {
    std::string digits = std::to_string(value);
    return std::string(20 - digits.size(), '0') + digits;
}

std::uint16_t flags(std::uint64_t bytes) {
    return bytes > 0 ? kUtf8 | kDataDescriptor : kUtf8;
}

} // namespace

Status TorchZipWriter::emit(std::span<const std::byte> bytes) {
    m_offset += bytes.size();
    return m_sink ? m_sink(bytes) : Status{};
}

std::string TorchZipWriter::localHeader(const Entry& entry) const {
    std::string extra = zip64Extra(entry.bytes, entry.offset);
    constexpr std::uint64_t kFixed = 30;
    constexpr std::uint64_t kFieldHeader = 4;
    const std::uint64_t start = entry.offset + kFixed + entry.name.size() + extra.size() + kFieldHeader;
    const std::uint64_t padding = (kAlignment - start % kAlignment) % kAlignment;
    extra += "FB";
    put<std::uint16_t>(extra, static_cast<std::uint16_t>(padding));
    extra.append(static_cast<std::size_t>(padding), 'Z');
    std::string header;
    put<std::uint32_t>(header, 0x04034b50);
    put<std::uint16_t>(header, 0); // version needed
    put<std::uint16_t>(header, flags(entry.bytes));
    header.append(18, '\0'); // stored, no date; checksum and sizes follow in the data descriptor
    put<std::uint16_t>(header, static_cast<std::uint16_t>(entry.name.size()));
    put<std::uint16_t>(header, static_cast<std::uint16_t>(extra.size()));
    return header + entry.name + extra;
}

std::string TorchZipWriter::centralHeader(const Entry& entry) {
    const std::string extra = zip64Extra(entry.bytes, entry.offset);
    std::string header;
    put<std::uint32_t>(header, 0x02014b50);
    put<std::uint32_t>(header, 0); // versions made by and needed
    put<std::uint16_t>(header, flags(entry.bytes));
    header.append(6, '\0'); // stored, no date
    put<std::uint32_t>(header, entry.crc);
    put<std::uint32_t>(header, clipped(entry.bytes));
    put<std::uint32_t>(header, clipped(entry.bytes));
    put<std::uint16_t>(header, static_cast<std::uint16_t>(entry.name.size()));
    put<std::uint16_t>(header, static_cast<std::uint16_t>(extra.size()));
    header.append(10, '\0'); // comment, disk, attributes
    put<std::uint32_t>(header, clipped(entry.offset));
    return header + entry.name + extra;
}

Status TorchZipWriter::add(const std::string& name, std::span<const std::byte> content) {
    return add(name, content.size(), [&](const Sink& sink) { return sink(content); });
}

Status TorchZipWriter::add(const std::string& name, std::uint64_t bytes, const Producer& produce) {
    Entry entry{.name = m_prefix + '/' + name, .offset = m_offset, .bytes = bytes};
    m_names.insert(name);
    if (auto written = emit(localHeader(entry)); !written) return written;
    const std::uint64_t end = m_offset + bytes;
    if (m_sink && bytes > 0) {
        const auto written = produce([&](std::span<const std::byte> piece) {
            entry.crc = crc32(piece, entry.crc);
            return emit(piece);
        });
        if (!written) return written;
    }
    m_offset = end;
    if (bytes > 0) // as torch leaves them out
        m_combinedCrc = combine(m_combinedCrc, entry.crc);
    if (entry.bytes > 0) {
        std::string descriptor;
        put<std::uint32_t>(descriptor, 0x08074b50);
        put<std::uint32_t>(descriptor, entry.crc);
        const bool is64 = !zip64Extra(entry.bytes, entry.offset).empty();
        for (int i = 0; i < 2; ++i)
            is64 ? put<std::uint64_t>(descriptor, entry.bytes)
                 : put<std::uint32_t>(descriptor, clipped(entry.bytes));
        if (auto written = emit(descriptor); !written) return written;
    }
    m_entries.push_back(std::move(entry));
    return {};
}

/// A fingerprint of names and contents. The order of the names is that of a hash set, as in torch: with the
/// same standard library the same digits come out; nobody checks them.
std::string TorchZipWriter::serializationId() const {
    std::uint64_t names = 0;
    for (const std::string& name : m_names)
        names = combine(names, std::hash<std::string>{}(name));
    return padded20(names) + padded20(m_combinedCrc);
}

Status TorchZipWriter::finish() {
    if (auto written = add("version", asBytes("3\n")); !written) return written;
    const std::string id = serializationId();
    if (auto written = add(".data/serialization_id", asBytes(id)); !written) return written;
    const std::uint64_t directory = m_offset;
    for (const Entry& entry : m_entries)
        if (auto written = emit(centralHeader(entry)); !written) return written;
    const std::uint64_t directoryBytes = m_offset - directory;
    const std::uint64_t end64 = m_offset;
    std::string end;
    put<std::uint32_t>(end, 0x06064b50);
    put<std::uint64_t>(end, 44);
    put<std::uint16_t>(end, 0x031e);
    put<std::uint16_t>(end, 0x002d);
    put<std::uint64_t>(end, 0); // disks
    put<std::uint64_t>(end, m_entries.size());
    put<std::uint64_t>(end, m_entries.size());
    put<std::uint64_t>(end, directoryBytes);
    put<std::uint64_t>(end, directory);
    put<std::uint32_t>(end, 0x07064b50);
    put<std::uint32_t>(end, 0);
    put<std::uint64_t>(end, end64);
    put<std::uint32_t>(end, 1);
    put<std::uint32_t>(end, 0x06054b50);
    put<std::uint32_t>(end, 0); // disks
    const auto count = static_cast<std::uint16_t>(std::min<std::size_t>(m_entries.size(), 0xffff));
    put<std::uint16_t>(end, count);
    put<std::uint16_t>(end, count);
    put<std::uint32_t>(end, clipped(directoryBytes));
    put<std::uint32_t>(end, clipped(directory));
    put<std::uint16_t>(end, 0);
    return emit(end);
}

} // namespace fathom::archive
