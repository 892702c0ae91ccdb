// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/record_reader.h"

#include "engine/base/checksum.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fathom::exchange {

namespace {

constexpr std::uint64_t kHeader = 12;
constexpr std::uint64_t kFooter = 4;
constexpr std::size_t kReadAtOnce = std::size_t{1} << 20;

template <class Number> Number loaded(const std::byte* bytes) {
    Number number = 0;
    for (std::size_t i = sizeof number; i-- > 0;)
        number = static_cast<Number>(number << 8 | static_cast<Number>(bytes[i]));
    return number;
}

std::uint32_t maskedCrc(const std::byte* bytes, std::size_t count) {
    const std::uint32_t crc = crc32c(std::span(bytes, count));
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

bool isHeader(const std::byte* bytes) {
    return loaded<std::uint32_t>(bytes + 8) == maskedCrc(bytes, 8);
}

} // namespace

RecordReader::RecordReader(std::filesystem::path path, int fd) : m_path(std::move(path)), m_fd(fd) {}

RecordReader::RecordReader(RecordReader&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_fd(std::exchange(other.m_fd, -1)),
      m_base(other.m_base),
      m_buffer(std::move(other.m_buffer)),
      m_begin(std::exchange(other.m_begin, 0)),
      m_end(std::exchange(other.m_end, 0)),
      m_toSkip(other.m_toSkip),
      m_isSearching(other.m_isSearching),
      m_damage(other.m_damage),
      m_status(std::move(other.m_status)) {}

RecordReader::~RecordReader() {
    if (m_fd >= 0) close(m_fd);
}

Result<RecordReader> RecordReader::open(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO must not hold us up
    if (fd < 0)
        return fail(systemError(ErrorKind::BadInput, "Cannot open the event file", path.string(),
                                "Check that it exists and may be read"));
    RecordReader reader(path, fd);
    struct stat info {};
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot read the event file",
                     .why = "it is not a regular file",
                     .remedy = "Name an event file or the folder of some",
                     .file = path.string()});
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return reader;
}

/// Reads until `wanted` bytes are there; false: the file has fewer.
bool RecordReader::fill(std::uint64_t wanted) {
    if (size() >= wanted) return true;
    if (!m_status) return false;
    if (m_begin != m_end) std::memmove(m_buffer.data(), m_buffer.data() + m_begin, size());
    m_base += m_begin;
    m_end -= std::exchange(m_begin, 0);
    if (m_buffer.size() < std::max<std::uint64_t>(wanted, kReadAtOnce)) {
        // The length may be a lie of somebody who can count checksums: memory only for what is in the file.
        struct stat info {};
        if (fstat(m_fd, &info) != 0) return false;
        const auto length = static_cast<std::uint64_t>(info.st_size);
        const std::uint64_t left = length > m_base ? length - m_base : 0;
        if (left < wanted) return false;
        const std::uint64_t room = std::max(wanted, std::min<std::uint64_t>(left, kReadAtOnce));
        if (m_buffer.size() < room) m_buffer.resize(room);
    }
    while (size() < wanted) {
        const ssize_t count =
            pread(m_fd, m_buffer.data() + m_end, m_buffer.size() - m_end, static_cast<off_t>(m_base + m_end));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            Error error = systemError(ErrorKind::BadInput, "Cannot read the event file", m_path.string());
            error.why += " at byte " + std::to_string(m_base + m_end);
            m_status = fail(std::move(error));
        }
        if (count <= 0) return false;
        m_end += static_cast<std::size_t>(count);
    }
    return true;
}

void RecordReader::note(std::uint64_t bytes) {
    if (!m_damage.any()) m_damage.firstOffset = offset();
    m_damage.bytes += bytes;
}

/// Past the bytes of a record that is too long, without reading them.
bool RecordReader::skipPending() {
    struct stat info {};
    if (fstat(m_fd, &info) != 0) return false;
    const auto length = static_cast<std::uint64_t>(info.st_size);
    if (length < offset() + m_toSkip) return false;
    ++m_damage.records;
    note(m_toSkip);
    m_base = offset() + m_toSkip;
    m_begin = m_end = 0;
    m_toSkip = 0;
    return true;
}

/// Forward to the next place that a record can begin at. What lies before is a gap.
bool RecordReader::search() {
    while (fill(kHeader)) {
        const std::uint64_t last = size() - kHeader;
        std::uint64_t place = 0;
        while (place <= last && !isHeader(at(place)))
            ++place;
        note(place);
        m_begin += place;
        if (place > last) continue;
        m_isSearching = false;
        return true;
    }
    return false;
}

bool RecordReader::next(std::string_view& record) {
    while (m_status) {
        if (m_toSkip > 0 && !skipPending()) return false;
        if (m_isSearching && !search()) return false;
        if (!fill(kHeader)) return false;
        if (!isHeader(at(0))) {
            note(1);
            ++m_damage.gaps;
            ++m_begin;
            m_isSearching = true;
            continue;
        }
        const auto length = loaded<std::uint64_t>(at(0));
        if (length > kLongestRecord) {
            if (length > ~std::uint64_t{0} / 2) { // no file has that: a length by chance or malice
                note(1);
                ++m_damage.gaps;
                ++m_begin;
                m_isSearching = true;
                continue;
            }
            m_toSkip = kHeader + length + kFooter;
            continue;
        }
        if (!fill(kHeader + length + kFooter)) return false;
        const std::byte* bytes = at(kHeader);
        const bool isSound = loaded<std::uint32_t>(bytes + length) == maskedCrc(bytes, length);
        if (!isSound) {
            ++m_damage.records;
            note(kHeader + length + kFooter);
        }
        m_begin += kHeader + length + kFooter;
        if (!isSound) continue;
        record = {reinterpret_cast<const char*>(bytes), length};
        return true;
    }
    return false;
}

bool RecordReader::hasGrown() const {
    struct stat info {};
    return fstat(m_fd, &info) == 0 && static_cast<std::uint64_t>(info.st_size) > m_base + m_end;
}

bool RecordReader::isReplaced() const {
    struct stat ours {};
    struct stat named {};
    if (fstat(m_fd, &ours) != 0 || static_cast<std::uint64_t>(ours.st_size) < m_base + m_end) return true;
    if (stat(m_path.c_str(), &named) != 0) return false; // deleted: what was read stays
    return named.st_ino != ours.st_ino || named.st_dev != ours.st_dev;
}

} // namespace fathom::exchange
