// SPDX-License-Identifier: Apache-2.0
// V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009;
// the constants are those of its appendix for the reflected polynomial 0x04c11db7.
#include "engine/base/crc32_fold.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fathom {

#if defined(__x86_64__)

namespace {

[[gnu::target("pclmul,sse4.1")]] __m128i loaded(const std::byte* bytes) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

/// `sum` carried forward over the distance that `factors` stand for, and `next` added.
[[gnu::target("pclmul,sse4.1")]] __m128i folded(__m128i sum, __m128i factors, __m128i next) {
    const __m128i low = _mm_clmulepi64_si128(sum, factors, 0x00);
    const __m128i high = _mm_clmulepi64_si128(sum, factors, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// The remainder of 128 bits: down to 64, then Barrett's reduction.
[[gnu::target("pclmul,sse4.1")]] std::uint32_t reduced(__m128i sum) {
    const __m128i by128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
    const __m128i by64 = _mm_set_epi64x(0, 0x0163cd6124);
    const __m128i barrett = _mm_set_epi64x(0x01f7011641, 0x01db710641);
    const __m128i low32 = _mm_setr_epi32(~0, 0, ~0, 0);
    sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, by128, 0x10));
    sum = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(sum, low32), by64, 0x00), _mm_srli_si128(sum, 4));
    __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(sum, low32), barrett, 0x10);
    quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low32), barrett, 0x00);
    return static_cast<std::uint32_t>(_mm_extract_epi32(_mm_xor_si128(sum, quotient), 1));
}

} // namespace

bool canFoldCrc32() {
    return __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
}

[[gnu::target("pclmul,sse4.1")]] std::uint32_t foldCrc32(std::span<const std::byte> bytes,
                                                         std::uint32_t seed) {
    const __m128i by512 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
    const __m128i by128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
    const std::byte* next = bytes.data();
    const std::byte* const end = next + bytes.size();
    __m128i a = _mm_xor_si128(loaded(next), _mm_cvtsi32_si128(static_cast<int>(~seed)));
    __m128i b = loaded(next + 16);
    __m128i c = loaded(next + 32);
    __m128i d = loaded(next + 48);
    for (next += 64; end - next >= 64; next += 64) {
        a = folded(a, by512, loaded(next));
        b = folded(b, by512, loaded(next + 16));
        c = folded(c, by512, loaded(next + 32));
        d = folded(d, by512, loaded(next + 48));
    }
    a = folded(folded(folded(a, by128, b), by128, c), by128, d);
    for (; next != end; next += kCrc32Block)
        a = folded(a, by128, loaded(next));
    return ~reduced(a);
}

#else

bool canFoldCrc32() {
    return false;
}

std::uint32_t foldCrc32(std::span<const std::byte>, std::uint32_t seed) {
    return seed;
}

#endif

} // namespace fathom
