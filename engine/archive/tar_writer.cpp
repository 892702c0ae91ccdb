// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/tar_writer.h"

#include "engine/base/value.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fathom::archive {

namespace {

constexpr std::uint64_t kRecord = 10240;
constexpr std::size_t kNameBytes = 100;
constexpr std::uint64_t kLargestOctal = std::uint64_t{1} << 33; // what eleven octal digits hold

std::string octal(std::uint64_t value, std::size_t digits) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; value >>= 3)
        text[i] = static_cast<char>('0' + (value & 7));
    return text;
}

/// "<length> key=value\n", where the length counts itself.
std::string paxRecord(const std::string& key, const std::string& value) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest;
    while (length != rest + std::to_string(length).size())
        length = rest + std::to_string(length).size();
    return std::to_string(length) + ' ' + key + '=' + value + '\n';
}

std::string header(const std::string& name, char type, std::uint32_t mode, std::uint64_t bytes,
                   std::uint64_t mtime) {
    std::string block(kTarBlock, '\0');
    const auto put = [&](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
    put(0, std::string_view(name).substr(0, kNameBytes));
    put(100, octal(mode, 7));
    put(108, octal(0, 7)); // owner and group are nobody's business
    put(116, octal(0, 7));
    put(124, octal(bytes, 11));
    put(136, octal(mtime, 11));
    put(148, "        ");
    put(156, std::string_view(&type, 1));
    put(257, std::string_view("ustar\0"
                              "00",
                              8));
    std::uint64_t sum = 0;
    for (const char c : block)
        sum += static_cast<unsigned char>(c);
    put(148, octal(sum, 6));
    block[154] = '\0';
    return block;
}

bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// A record that makes `pax` fill `bytes`; what is left at the end of its last block is zeros anyway.
std::string filler(const std::string& pax, std::uint64_t bytes) {
    if (pax.size() + kTarBlock > bytes) return {};
    const std::uint64_t length = bytes - pax.size();
    const std::string begin = std::to_string(length) + " comment=";
    return begin + std::string(static_cast<std::size_t>(length) - begin.size() - 1, ' ') + '\n';
}

} // namespace

std::optional<std::string> tarHeaders(const TarEntry& entry) {
    std::string pax;
    if (entry.name.size() > kNameBytes || !isAscii(entry.name)) pax += paxRecord("path", entry.name);
    const bool isLarge = entry.bytes >= kLargestOctal;
    if (isLarge) pax += paxRecord("size", std::to_string(entry.bytes));
    // Of what does not fit into the place given, only the fraction of the time can be done without.
    const bool wantsTime = entry.mtime != std::floor(entry.mtime);
    std::string time = wantsTime ? paxRecord("mtime", formatFloat(entry.mtime)) : std::string();
    if (entry.headerBytes != 0 && 2 * kTarBlock + tarPadded(pax.size() + time.size()) > entry.headerBytes)
        time.clear();
    pax += time;
    const bool isExtended = !pax.empty() || entry.headerBytes > kTarBlock;
    const std::uint64_t needed = isExtended ? 2 * kTarBlock + tarPadded(pax.size()) : kTarBlock;
    const std::uint64_t bytes = entry.headerBytes != 0 ? entry.headerBytes : needed;
    if (bytes < needed || bytes % kTarBlock != 0) return std::nullopt;
    std::string headers;
    if (isExtended) {
        const std::uint64_t body = bytes - 2 * kTarBlock;
        pax += filler(pax, body);
        headers = header("././@PaxHeader", 'x', 0, pax.size(), 0) + pax;
        headers.resize(static_cast<std::size_t>(bytes - kTarBlock), '\0');
    }
    return headers + header(entry.name, entry.isDirectory ? '5' : '0', entry.mode, isLarge ? 0 : entry.bytes,
                            static_cast<std::uint64_t>(std::max(0.0, entry.mtime)));
}

Status TarWriter::content(std::span<const std::byte> bytes) {
    m_offset += bytes.size();
    return m_sink(bytes);
}

Status TarWriter::begin(const TarEntry& entry) {
    const auto headers = tarHeaders(entry);
    if (!headers)
        return fail(
            {ErrorKind::Failed, "Cannot write " + entry.name, "its headers do not fit their place", {}});
    return content(asBytes(*headers));
}

Status TarWriter::pad(std::uint64_t unit) {
    const std::string zeros(static_cast<std::size_t>((unit - m_offset % unit) % unit), '\0');
    return zeros.empty() ? Status{} : content(asBytes(zeros));
}

Status TarWriter::end() {
    return pad(kTarBlock);
}

Status TarWriter::finish() {
    if (auto written = content(asBytes(std::string(2 * kTarBlock, '\0'))); !written) return written;
    return pad(kRecord);
}

} // namespace fathom::archive
