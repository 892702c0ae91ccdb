// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/csv_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fathom::exchange {

namespace {

constexpr std::size_t kReadAtOnce = std::size_t{1} << 18;

} // namespace

CsvReader::CsvReader(std::filesystem::path path, int fd) : m_path(std::move(path)), m_fd(fd) {}

CsvReader::CsvReader(CsvReader&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_fd(std::exchange(other.m_fd, -1)),
      m_buffer(std::move(other.m_buffer)),
      m_begin(other.m_begin),
      m_end(other.m_end),
      m_atEnd(other.m_atEnd),
      m_isGrowing(other.m_isGrowing),
      m_firstLine(std::move(other.m_firstLine)),
      m_delimiter(other.m_delimiter),
      m_line(other.m_line),
      m_nextLine(other.m_nextLine),
      m_bytesRead(other.m_bytesRead),
      m_status(std::move(other.m_status)) {}

CsvReader::~CsvReader() {
    if (m_fd >= 0) close(m_fd);
}

Result<CsvReader> CsvReader::open(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(systemError(ErrorKind::BadInput, "Cannot open the CSV file", path.string(),
                                "Check that it exists and may be read"));
    CsvReader reader(path, fd);
    struct stat info {};
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot read the CSV file",
                     .why = "it is not a regular file",
                     .remedy = "Name a file",
                     .file = path.string()});
    reader.fill();
    if (!reader.m_status) return fail(reader.m_status.error());
    if (std::string_view(reader.m_buffer.data(), reader.m_end).starts_with("\xef\xbb\xbf"))
        reader.m_begin = 3;
    reader.chooseDelimiter();
    reader.keepFirstLine();
    return reader;
}

void CsvReader::keepFirstLine() {
    const std::string_view all(m_buffer.data(), m_end);
    if (all.empty()) return;
    m_firstLine = all.substr(0, std::min(all.find('\n'), all.size() - 1) + 1);
}

bool CsvReader::hasNews() const {
    struct stat now {};
    struct stat opened {};
    if (stat(m_path.c_str(), &now) != 0 || fstat(m_fd, &opened) != 0)
        return false; // gone, or just between two
    return now.st_ino != opened.st_ino || now.st_dev != opened.st_dev ||
           static_cast<std::uint64_t>(now.st_size) != m_bytesRead;
}

bool CsvReader::isReplaced() const {
    struct stat now {};
    struct stat opened {};
    if (stat(m_path.c_str(), &now) != 0 || fstat(m_fd, &opened) != 0) return false;
    if (now.st_ino != opened.st_ino || now.st_dev != opened.st_dev) return true;
    if (static_cast<std::uint64_t>(now.st_size) < m_bytesRead) return true;
    std::string first(m_firstLine.size(), '\0'); // a logger with a new column writes everything again
    const ssize_t count = pread(m_fd, first.data(), first.size(), 0);
    return count != static_cast<ssize_t>(first.size()) || first != m_firstLine;
}

void CsvReader::chooseDelimiter() {
    std::array<int, 3> counts{};
    constexpr std::string_view kDelimiters = ",;\t";
    bool isQuoted = false;
    for (std::size_t i = m_begin; i < m_end && (isQuoted || m_buffer[i] != '\n'); ++i) {
        if (m_buffer[i] == '"') isQuoted = !isQuoted;
        if (const std::size_t which = kDelimiters.find(m_buffer[i]); !isQuoted && which < counts.size())
            ++counts[which];
    }
    m_delimiter = kDelimiters[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) -
                                                       counts.begin())];
}

/// More bytes behind those that are there; false at the end.
bool CsvReader::fill() {
    if (m_atEnd) return false;
    if (m_begin != m_end) std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
    m_end -= std::exchange(m_begin, 0);
    if (m_buffer.size() < m_end + kReadAtOnce)
        m_buffer.resize(std::max(2 * m_buffer.size(), m_end + kReadAtOnce));
    ssize_t count = 0;
    do
        count = read(m_fd, m_buffer.data() + m_end, m_buffer.size() - m_end);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        m_status = fail(systemError(ErrorKind::BadInput, "Cannot read the CSV file", m_path.string()));
    m_atEnd = count <= 0;
    if (m_atEnd) return false;
    m_end += static_cast<std::size_t>(count);
    m_bytesRead += static_cast<std::uint64_t>(count);
    return true;
}

/// The end of the row at m_begin (without its line end), which is whole in the buffer then.
bool CsvReader::findRow(std::size_t& end, int& lines) {
    bool isQuoted = false;
    lines = 1;
    for (std::size_t i = 0;; ++i) {
        if (m_begin + i == m_end && (i > kLongestRow || !fill())) {
            if (!m_status || (m_isGrowing && i <= kLongestRow)) return false;
            end = m_begin + i;
            if (i <= kLongestRow && !isQuoted) return i > 0;
            m_line = m_nextLine;
            m_status = fail(errorHere(isQuoted ? "a quoted cell does not end" : "the row has no end",
                                      "Check that the file is CSV and that each quote is closed"));
            return false;
        }
        const char c = m_buffer[m_begin + i];
        if (c == '"') isQuoted = !isQuoted;
        if (c != '\n') continue;
        if (!isQuoted) {
            end = m_begin + i;
            return true;
        }
        ++lines;
    }
}

/// Cells between delimiters; quotes are taken off in place.
void CsvReader::split(char* begin, char* end, std::vector<std::string_view>& row) const {
    while (true) {
        char* out = begin;
        char* at = begin;
        if (at != end && *at == '"') {
            for (++at; at != end; ++at) {
                if (*at == '"' && (at + 1 == end || at[1] != '"')) break;
                if (*at == '"') ++at;
                *out++ = *at;
            }
            if (at != end) ++at;
            while (at != end && *at != m_delimiter)
                *out++ = *at++; // what should not be behind a quote
        } else {
            at = out = std::find(begin, end, m_delimiter);
        }
        row.emplace_back(begin, static_cast<std::size_t>(out - begin));
        if (at == end) return;
        begin = at + 1;
    }
}

bool CsvReader::next(std::vector<std::string_view>& row) {
    std::size_t end = 0;
    int lines = 1;
    row.clear();
    if (m_isGrowing) m_atEnd = false;
    while (m_status && findRow(end, lines)) {
        m_line = std::exchange(m_nextLine, m_nextLine + lines);
        char* const begin = m_buffer.data() + m_begin;
        char* last = m_buffer.data() + end;
        m_begin = std::min(end + 1, m_end);
        if (last != begin && last[-1] == '\r') --last;
        if (last == begin) continue;
        split(begin, last, row);
        return true;
    }
    return false;
}

Error CsvReader::errorHere(std::string why, std::string remedy) const {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the CSV file",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = m_path.string(),
            .line = m_line};
}

} // namespace fathom::exchange
