// SPDX-License-Identifier: Apache-2.0
// The records of a run-*.wandb file: LevelDB's log format behind a header of seven bytes.
//
//   auto log = WandbLog::open(path);
//   for (std::string record; log->next(record);) use(record);
#pragma once

#include "engine/base/result.h"
#include "engine/exchange/record_reader.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

namespace fathom::exchange {

class WandbLog {
public:
    /// A longer record is skipped as damage.
    static constexpr std::size_t kLongestRecord = std::size_t{256} << 20;

    /// Errors (BadInput): no such file, or another header.
    [[nodiscard]] static Result<WandbLog> open(const std::filesystem::path& path);
    WandbLog(WandbLog&& other) noexcept;
    WandbLog& operator=(WandbLog&&) = delete;
    ~WandbLog();

    /// False at the end. After damage goes on at the next block of 32 KiB, as LevelDB does; a record that the
    /// file's end cuts off is none.
    bool next(std::string& record);
    [[nodiscard]] const RecordDamage& damage() const { return m_damage; }
    /// BadInput with file and offset.
    [[nodiscard]] const Status& status() const { return m_status; }
    [[nodiscard]] std::uint64_t offset() const { return m_blockOffset + m_place; }

private:
    WandbLog(std::filesystem::path path, int fd);
    bool readBlock();
    /// What stands at m_place: a whole fragment (its type), the end of the block (0), or damage (-1).
    [[nodiscard]] int fragment(std::string_view& bytes);
    void skipBlock();

    static constexpr std::size_t kBlock = 32768;
    static constexpr std::size_t kHeader = 7;

    std::filesystem::path m_path;
    int m_fd = -1;
    std::array<char, kBlock> m_block{};
    std::uint64_t m_blockOffset = 0;
    std::size_t m_length = 0; ///< of the block, less at the end of the file
    std::size_t m_place = 0;
    RecordDamage m_damage{};
    Status m_status{};
};

} // namespace fathom::exchange
