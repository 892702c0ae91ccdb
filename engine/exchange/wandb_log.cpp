// SPDX-License-Identifier: Apache-2.0
// github.com/google/leveldb doc/log_format.md; W&B's checksums are plain CRC-32 of the type and the bytes.
#include "engine/exchange/wandb_log.h"

#include "engine/base/checksum.h"

#include <cerrno>
#include <fcntl.h>
#include <span>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fathom::exchange {

namespace {

constexpr std::string_view kMagic = ":W&B\xe1\xbe"; // a byte for the version follows
enum Type { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

std::uint32_t numberAt(const char* bytes, int count) {
    std::uint32_t number = 0;
    for (int i = count; i-- > 0;)
        number = number << 8 | static_cast<unsigned char>(bytes[i]);
    return number;
}

} // namespace

WandbLog::WandbLog(std::filesystem::path path, int fd) : m_path(std::move(path)), m_fd(fd) {}

WandbLog::WandbLog(WandbLog&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_fd(std::exchange(other.m_fd, -1)),
      m_block(other.m_block),
      m_blockOffset(other.m_blockOffset),
      m_length(other.m_length),
      m_place(other.m_place),
      m_damage(other.m_damage),
      m_status(std::move(other.m_status)) {}

WandbLog::~WandbLog() {
    if (m_fd >= 0) close(m_fd);
}

Result<WandbLog> WandbLog::open(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(systemError(ErrorKind::BadInput, "Cannot open the W&B log", path.string(),
                                "Check that it exists and may be read"));
    WandbLog log(path, fd);
    log.readBlock();
    if (!log.m_status) return fail(log.m_status.error());
    if (log.m_length < kHeader || !std::string_view(log.m_block.data(), log.m_length).starts_with(kMagic))
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot read the W&B log",
                     .why = "it does not begin as a .wandb file does (byte 0)",
                     .remedy = "Name a run-*.wandb file or the folder of an offline run",
                     .file = path.string()});
    log.m_place = kHeader;
    return log;
}

bool WandbLog::readBlock() {
    m_blockOffset += std::exchange(m_length, 0);
    m_place = 0;
    while (m_length < kBlock) {
        const ssize_t count = pread(m_fd, m_block.data() + m_length, kBlock - m_length,
                                    static_cast<off_t>(m_blockOffset + m_length));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            Error error = systemError(ErrorKind::BadInput, "Cannot read the W&B log", m_path.string());
            error.why += " at byte " + std::to_string(m_blockOffset + m_length);
            m_status = fail(std::move(error));
        }
        if (count <= 0) break;
        m_length += static_cast<std::size_t>(count);
    }
    return m_length > 0;
}

void WandbLog::skipBlock() {
    if (!m_damage.any()) m_damage.firstOffset = offset();
    ++m_damage.records;
    m_damage.bytes += m_length - m_place;
    m_place = m_length;
}

int WandbLog::fragment(std::string_view& bytes) {
    const std::size_t left = m_length - m_place;
    if (left < kHeader) return 0;
    const char* header = m_block.data() + m_place;
    const std::size_t length = numberAt(header + 4, 2);
    const int type = header[6];
    const bool isCut = m_length < kBlock && kHeader + length > left; // by the end of the file
    if (isCut) return 0;
    if (kHeader + length > left || type < kFull || type > kLast) return -1;
    const auto summed = std::as_bytes(std::span(header + 6, 1 + length));
    if (crc32(summed) != numberAt(header, 4)) return -1;
    m_place += kHeader + length;
    bytes = {header + kHeader, length};
    return type;
}

bool WandbLog::next(std::string& record) {
    record.clear();
    bool isOpen = false; // a first fragment was there
    while (m_status) {
        std::string_view bytes;
        const int type = fragment(bytes);
        if (type < 0) {
            skipBlock();
            isOpen = false;
        }
        if (type <= 0) {
            if (m_length < kBlock || !readBlock()) return false;
            continue;
        }
        if (type == kFull || type == kFirst) {
            record.assign(bytes);
            isOpen = true;
        } else if (isOpen) {
            record.append(bytes);
        }
        if (record.size() > kLongestRecord) {
            ++m_damage.records;
            m_damage.bytes += record.size();
            record = {};
            isOpen = false;
        }
        if (isOpen && (type == kFull || type == kLast)) return true;
    }
    return false;
}

} // namespace fathom::exchange
