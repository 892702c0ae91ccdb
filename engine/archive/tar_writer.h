// SPDX-License-Identifier: Apache-2.0
// Tar in the PAX flavour that Python's tarfile writes by default.
#pragma once

#include "engine/archive/sink.h"

#include <cstdint>
#include <optional>
#include <string>

namespace fathom::archive {

struct TarEntry {
    std::string name{}; ///< "./model_config.yaml"; folders end with "/"
    bool isDirectory = false;
    std::uint64_t bytes = 0;
    std::uint32_t mode = 0644;
    double mtime = 0; ///< seconds since the Unix epoch
    /// What the headers are to fill: whole blocks, the rest of which a PAX comment takes. 0: no more than
    /// they need.
    std::uint64_t headerBytes = 0;
};

constexpr std::uint64_t kTarBlock = 512;

/// `bytes` in whole blocks.
[[nodiscard]] constexpr std::uint64_t tarPadded(std::uint64_t bytes) {
    return (bytes + kTarBlock - 1) / kTarBlock * kTarBlock;
}

/// All that stands before a member's content; nothing when `headerBytes` is too little for it.
[[nodiscard]] std::optional<std::string> tarHeaders(const TarEntry& entry);

class TarWriter {
public:
    explicit TarWriter(Sink sink) : m_sink(std::move(sink)) {}

    /// Headers of a member; exactly `entry.bytes` of content() must follow.
    [[nodiscard]] Status begin(const TarEntry& entry);
    [[nodiscard]] Status content(std::span<const std::byte> bytes);
    /// Pads the member to whole blocks.
    [[nodiscard]] Status end();
    /// Tells of `bytes` that the caller put there itself.
    void skip(std::uint64_t bytes) { m_offset += bytes; }
    /// Two empty blocks and padding to records of 10240 bytes.
    [[nodiscard]] Status finish();

private:
    [[nodiscard]] Status pad(std::uint64_t unit);

    Sink m_sink;
    std::uint64_t m_offset = 0;
};

} // namespace fathom::archive
