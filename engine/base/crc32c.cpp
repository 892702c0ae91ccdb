// SPDX-License-Identifier: Apache-2.0
#include "engine/base/checksum.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fathom {

namespace {

std::uint32_t byTable(const std::byte* bytes, std::size_t count, std::uint32_t crc) {
    static constexpr std::array<std::uint32_t, 256> kTable = [] {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            std::uint32_t value = i;
            for (int bit = 0; bit < 8; ++bit)
                value = (value >> 1) ^ ((value & 1) ? 0x82f63b78U : 0U);
            table[i] = value;
        }
        return table;
    }();
    for (std::size_t i = 0; i < count; ++i)
        crc = (crc >> 8) ^ kTable[(crc ^ static_cast<std::uint32_t>(bytes[i])) & 0xffU];
    return crc;
}

#if defined(__x86_64__)
/// SSE4.2 has an instruction for this very polynomial.
[[gnu::target("sse4.2")]] std::uint32_t byInstruction(const std::byte* bytes, std::size_t count,
                                                      std::uint32_t crc) {
    std::uint64_t wide = crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, sizeof word);
        wide = _mm_crc32_u64(wide, word);
    }
    crc = static_cast<std::uint32_t>(wide);
    for (; count > 0; ++bytes, --count)
        crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*bytes));
    return crc;
}
#endif

} // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes) {
#if defined(__x86_64__)
    static const bool hasInstruction = __builtin_cpu_supports("sse4.2") != 0;
    if (hasInstruction) return ~byInstruction(bytes.data(), bytes.size(), ~0U);
#endif
    return ~byTable(bytes.data(), bytes.size(), ~0U);
}

} // namespace fathom
