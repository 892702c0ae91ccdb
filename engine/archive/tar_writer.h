// SPDX-License-Identifier: Apache-2.0
// Tar in the PAX flavour that Python's tarfile writes by default.
#pragma once

#include "engine/archive/sink.h"

#include <cstdint>
#include <string>

namespace fathom::archive {

struct TarEntry {
    std::string name{}; ///< "./model_config.yaml"; folders end with "/"
    bool isDirectory = false;
    std::uint64_t bytes = 0;
    std::uint32_t mode = 0644;
    double mtime = 0; ///< seconds since the Unix epoch
};

class TarWriter {
public:
    explicit TarWriter(Sink sink) : m_sink(std::move(sink)) {}

    /// Headers of a member; exactly `entry.bytes` of content() must follow.
    [[nodiscard]] Status begin(const TarEntry& entry);
    [[nodiscard]] Status content(std::span<const std::byte> bytes);
    /// Pads the member to whole blocks.
    [[nodiscard]] Status end();
    /// Two empty blocks and padding to records of 10240 bytes.
    [[nodiscard]] Status finish();

private:
    [[nodiscard]] Status pad(std::uint64_t unit);

    Sink m_sink;
    std::uint64_t m_offset = 0;
};

} // namespace fathom::archive
