// SPDX-License-Identifier: Apache-2.0
// Rows of a CSV file as RFC 4180 has it, in pieces: the file need not fit into memory.
//
//   auto reader = CsvReader::open(path);
//   for (std::vector<std::string_view> row; reader->next(row);) use(row);
//   if (!reader->status()) return fail(reader->status().error());
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::exchange {

class CsvReader {
public:
    /// A longer row is an error: a quote that nobody closed, or no CSV at all.
    static constexpr std::size_t kLongestRow = std::size_t{16} << 20;

    /// The delimiter is the one of `,` `;` and tab that the first line has most of. A byte order mark is
    /// skipped.
    [[nodiscard]] static Result<CsvReader> open(const std::filesystem::path& path);
    CsvReader(CsvReader&& other) noexcept;
    CsvReader& operator=(CsvReader&&) = delete;
    ~CsvReader();

    /// For a file that another program still writes: next() leaves a row without its line end for later, and
    /// goes on where the file has grown.
    void expectMore() { m_isGrowing = true; }
    /// Whether it has grown since it was read to its end, or is another file by now.
    [[nodiscard]] bool hasNews() const;
    /// Whether what was read is no longer there: a shorter file, another one, or another first line.
    [[nodiscard]] bool isReplaced() const;

    /// False at the end, and on an error. Empty lines are passed over. The views hold until the next call.
    bool next(std::vector<std::string_view>& row);
    /// BadInput with file and line.
    [[nodiscard]] const Status& status() const { return m_status; }
    /// Of the row that next() gave, counted from 1.
    [[nodiscard]] int line() const { return m_line; }
    /// An error about that row.
    [[nodiscard]] Error errorHere(std::string why, std::string remedy) const;
    [[nodiscard]] std::uint64_t bytesRead() const { return m_bytesRead; }

private:
    CsvReader(std::filesystem::path path, int fd);
    bool fill();
    [[nodiscard]] bool findRow(std::size_t& end, int& lines);
    void split(char* begin, char* end, std::vector<std::string_view>& row) const;
    void chooseDelimiter();
    void keepFirstLine();

    std::filesystem::path m_path;
    int m_fd = -1;
    std::vector<char> m_buffer{};
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    bool m_atEnd = false;
    bool m_isGrowing = false;
    std::string m_firstLine{}; ///< with its end, or as much of it as was there when the file was opened
    char m_delimiter = ',';
    int m_line = 0;
    int m_nextLine = 1;
    std::uint64_t m_bytesRead = 0;
    Status m_status{};
};

} // namespace fathom::exchange
