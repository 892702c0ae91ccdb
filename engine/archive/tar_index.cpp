// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/tar_index.h"

#include "engine/archive/byte_reader.h"

#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace fathom::archive {

namespace {

constexpr std::size_t kBlock = 512;
using Records = std::map<std::string, std::string, std::less<>>;

std::string_view field(std::span<const std::byte> header, std::size_t offset, std::size_t length) {
    const std::string_view text = asText(header.subspan(offset, length));
    return text.substr(0, text.find('\0'));
}

/// Octal with blanks around it, or GNU's base-256. Nothing when it is neither or negative or larger than 63
/// bits.
std::optional<std::uint64_t> number(std::span<const std::byte> header, std::size_t offset,
                                    std::size_t length) {
    const auto bytes = header.subspan(offset, length);
    if (std::to_integer<unsigned>(bytes[0]) == 0x80) {
        std::uint64_t value = 0;
        for (const std::byte byte : bytes.subspan(1)) {
            if (value >> 55 != 0) return std::nullopt;
            value = value << 8 | std::to_integer<std::uint64_t>(byte);
        }
        return value;
    }
    std::string_view text = field(header, offset, length);
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    if (text.empty()) return 0;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
    if (error != std::errc{} || end != text.data() + text.size() || value >> 63 != 0) return std::nullopt;
    return value;
}

bool checksumMatches(std::span<const std::byte> header) {
    const auto stored = number(header, 148, 8);
    if (!stored) return false;
    std::int64_t unsignedSum = 8 * ' ';
    std::int64_t signedSum = 8 * ' '; // what some old tars wrote
    for (std::size_t i = 0; i < kBlock; ++i) {
        if (i >= 148 && i < 156) continue;
        unsignedSum += std::to_integer<int>(header[i]);
        signedSum += static_cast<signed char>(header[i]);
    }
    const auto value = static_cast<std::int64_t>(*stored);
    return value == unsignedSum || value == signedSum;
}

bool isZero(std::span<const std::byte> block) {
    for (const std::byte byte : block)
        if (byte != std::byte{0}) return false;
    return true;
}

/// "<length> <key>=<value>\n" repeated. False when it is not that.
bool parsePax(std::string_view text, Records& records) {
    text = text.substr(0, text.find_last_not_of('\0') + 1);
    while (!text.empty()) {
        std::size_t length = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
        const auto digits = static_cast<std::size_t>(end - text.data());
        if (error != std::errc{} || length > text.size() || length < digits + 3 || text[digits] != ' ' ||
            text[length - 1] != '\n')
            return false;
        const std::string_view record = text.substr(digits + 1, length - digits - 2);
        const std::size_t equals = record.find('=');
        if (equals == std::string_view::npos) return false;
        records.insert_or_assign(std::string(record.substr(0, equals)),
                                 std::string(record.substr(equals + 1)));
        text.remove_prefix(length);
    }
    return true;
}

std::string whyUnsafe(const Member& member) {
    if (member.name.empty()) return "it has no name";
    if (member.name.front() == '/') return "its name is absolute";
    for (std::string_view rest = member.name; !rest.empty();) {
        const std::size_t slash = rest.find('/');
        if (rest.substr(0, slash) == "..") return "its name leads out of the folder";
        rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
    }
    if (member.name.find('\0') != std::string::npos) return "its name holds a NUL byte";
    if (member.type == MemberType::Link) return "it is a link";
    if (member.type == MemberType::Other) return "it is neither a file nor a folder";
    return {};
}

class Indexer {
public:
    Indexer(std::span<const std::byte> tar, const std::string& label) : m_tar(tar), m_label(label) {}

    Result<std::vector<Member>> run() {
        while (m_offset < m_tar.size()) {
            const auto block = slice(m_tar, m_offset, kBlock);
            if (!block) return fail(cut("in a header"));
            if (isZero(*block)) break;
            if (!checksumMatches(*block)) return fail(damaged(m_offset == 0));
            if (auto read = header(*block); !read) return fail(read.error());
        }
        if (m_members.empty()) return fail(damaged(true));
        return std::move(m_members);
    }

private:
    Error error(std::string why, std::string remedy) const {
        Error result;
        result.kind = ErrorKind::BadInput;
        result.what = "Cannot read the archive";
        result.why = std::move(why);
        result.remedy = std::move(remedy);
        result.file = m_label;
        return result;
    }

    Error cut(const std::string& where) const {
        return error("it ends " + where + ", so it was cut short", "Copy or download it again");
    }

    Error damaged(bool atStart) const {
        if (atStart) return error("it is not a tar archive", "Give a .nemo file as NeMo writes it");
        return error("the member header at byte " + std::to_string(m_offset) + " is damaged",
                     "Copy or download it again");
    }

    Status header(std::span<const std::byte> block) {
        const auto size = number(block, 124, 12);
        if (!size) return fail(damaged(false));
        const char type = static_cast<char>(block[156]);
        const std::uint64_t payload = m_offset + kBlock;
        if (type == 'x' || type == 'X' || type == 'g' || type == 'L' || type == 'K')
            return extension(type, payload, *size);
        return member(block, type, payload, *size);
    }

    Status extension(char type, std::uint64_t payload, std::uint64_t size) {
        const auto body = slice(m_tar, payload, size);
        if (!body) return fail(cut("in an extended header"));
        const std::string_view text = asText(*body);
        if (type == 'L') {
            m_longName = std::string(text.substr(0, text.find('\0')));
        } else if (type != 'K' && !parsePax(text, type == 'g' ? m_global : m_pax)) {
            return fail(error("the extended header at byte " + std::to_string(m_offset) + " is damaged",
                              "Copy or download it again"));
        }
        m_offset = payload + padded(size);
        return {};
    }

    Status member(std::span<const std::byte> block, char type, std::uint64_t payload, std::uint64_t size) {
        Member member;
        member.name = memberName(block);
        member.mode = static_cast<std::uint32_t>(number(block, 100, 8).value_or(0) & 07777U);
        member.mtime = mtime(block);
        if (const std::string* text = record("size")) {
            const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), size);
            if (failed != std::errc{} || end != text->data() + text->size()) return fail(damaged(false));
        }
        const bool sparse = type == 'S' || record("GNU.sparse.major") || record("GNU.sparse.map") ||
                            record("GNU.sparse.size");
        if (sparse)
            return fail(
                error("its member " + member.name + " is sparse", "Pack the files again with plain `tar`"));
        member.type = typeOf(type, member.name);
        while (member.name.size() > 1 && member.name.ends_with('/'))
            member.name.pop_back(); // as Python's tarfile shows it
        // As Python's tarfile: links, folders and devices have no payload whatever their size field says.
        const bool hasPayload = member.type == MemberType::File ||
                                (member.type == MemberType::Other && (type < '3' || type > '6'));
        member.bytes = hasPayload ? size : 0;
        member.recordOffset = m_recordOffset;
        member.offset = payload;
        if (!slice(m_tar, payload, member.bytes)) return fail(cut("in the middle of " + member.name));
        member.problem = whyUnsafe(member);
        m_offset = m_recordOffset = payload + padded(member.bytes);
        m_members.push_back(std::move(member));
        m_pax.clear();
        m_longName.reset();
        return {};
    }

    static MemberType typeOf(char type, std::string_view name) {
        switch (type) {
        case '\0':
            return name.ends_with('/') ? MemberType::Directory : MemberType::File;
        case '0':
        case '7':
            return MemberType::File;
        case '1':
        case '2':
            return MemberType::Link;
        case '5':
            return MemberType::Directory;
        default:
            return MemberType::Other;
        }
    }

    std::string memberName(std::span<const std::byte> block) const {
        if (const std::string* path = record("path")) return *path;
        if (m_longName) return *m_longName;
        const std::string_view prefix = field(block, 345, 155);
        const bool posix = field(block, 257, 6) == "ustar";
        std::string name(field(block, 0, 100));
        if (posix && !prefix.empty()) return std::string(prefix) + '/' + name;
        return name;
    }

    double mtime(std::span<const std::byte> block) const {
        const auto whole = static_cast<double>(number(block, 136, 12).value_or(0));
        const std::string* text = record("mtime");
        if (text == nullptr) return whole;
        double value = 0;
        const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
        return failed == std::errc{} && std::isfinite(value) ? value : whole;
    }

    const std::string* record(std::string_view key) const {
        if (const auto it = m_pax.find(key); it != m_pax.end()) return &it->second;
        if (const auto it = m_global.find(key); it != m_global.end()) return &it->second;
        return nullptr;
    }

    static std::uint64_t padded(std::uint64_t bytes) { return (bytes + kBlock - 1) / kBlock * kBlock; }

    std::span<const std::byte> m_tar;
    const std::string& m_label;
    std::uint64_t m_offset = 0;
    std::uint64_t m_recordOffset = 0; // of the member under way: its extended headers come first
    std::vector<Member> m_members;
    Records m_pax;
    Records m_global;
    std::optional<std::string> m_longName;
};

} // namespace

std::string_view plainMemberName(std::string_view name) {
    while (name.starts_with("./") && name.size() > 2)
        name.remove_prefix(2);
    while (name.size() > 1 && name.ends_with('/'))
        name.remove_suffix(1);
    return name;
}

Result<std::vector<Member>> indexTar(std::span<const std::byte> tar, const std::string& label) {
    return Indexer(tar, label).run();
}

} // namespace fathom::archive
