// SPDX-License-Identifier: Apache-2.0
// Where writers put bytes, in order.
#pragma once

#include "engine/archive/byte_reader.h"
#include "engine/base/file.h"

#include <functional>
#include <string>

namespace fathom::archive {

/// Takes the next bytes; an error ends the writing.
using Sink = std::function<Status(std::span<const std::byte>)>;

/// Collects small pieces, so that a file of many records costs few system calls.
class BufferedSink {
public:
    explicit BufferedSink(AtomicFile& file) : m_file(file) { m_buffer.reserve(kBuffer); }

    [[nodiscard]] Status write(std::span<const std::byte> bytes) {
        if (m_buffer.size() + bytes.size() > kBuffer)
            if (auto flushed = flush(); !flushed) return flushed;
        if (bytes.size() >= kBuffer) return m_file.write(bytes);
        m_buffer.append(asText(bytes));
        return {};
    }
    [[nodiscard]] Status flush() {
        auto written = m_file.write(m_buffer);
        m_buffer.clear();
        return written;
    }

private:
    static constexpr std::size_t kBuffer = std::size_t{1} << 18;
    AtomicFile& m_file;
    std::string m_buffer{};
};

} // namespace fathom::archive
