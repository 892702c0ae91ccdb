// SPDX-License-Identifier: Apache-2.0
// The ZIP that torch.save writes, byte for byte: stored records at multiples of 64, data descriptors, zip64
// end. Source: caffe2/serialize/inline_container.cc and miniz as torch 2.11 has them.
#pragma once

#include "engine/archive/sink.h"

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace fathom::archive {

class TorchZipWriter {
public:
    /// Records are called `prefix/name`. An empty sink only counts: size() is then that of the real file.
    TorchZipWriter(std::string prefix, Sink sink) : m_prefix(std::move(prefix)), m_sink(std::move(sink)) {}

    [[nodiscard]] Status add(const std::string& name, std::span<const std::byte> content);
    /// The same for content of `bytes` bytes that `produce` hands to its sink; not called when only counting.
    using Producer = std::function<Status(const Sink&)>;
    [[nodiscard]] Status add(const std::string& name, std::uint64_t bytes, const Producer& produce);
    /// The records `version` and `.data/serialization_id`, the central directory and the end.
    [[nodiscard]] Status finish();
    [[nodiscard]] std::uint64_t size() const { return m_offset; }

private:
    struct Entry {
        std::string name{};
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
        std::uint32_t crc = 0;
    };

    [[nodiscard]] Status emit(std::span<const std::byte> bytes);
    [[nodiscard]] Status emit(const std::string& text) { return emit(asBytes(text)); }
    [[nodiscard]] std::string localHeader(const Entry& entry) const;
    [[nodiscard]] static std::string centralHeader(const Entry& entry);
    [[nodiscard]] std::string serializationId() const;

    std::string m_prefix;
    Sink m_sink;
    std::uint64_t m_offset = 0;
    std::vector<Entry> m_entries{};
    std::unordered_set<std::string> m_names{};
    std::uint64_t m_combinedCrc = 0;
};

} // namespace fathom::archive
