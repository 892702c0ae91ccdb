// SPDX-License-Identifier: Apache-2.0
// Random numbers that are the same on every machine (SplitMix64, Steele, Lea and Flood 2014). Internal to
// engine/analysis.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fathom::analysis {

class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (m_state += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    /// 0 … count - 1, for counts far below 2³².
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(((next() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
    }

private:
    std::uint64_t m_state;
};

} // namespace fathom::analysis
