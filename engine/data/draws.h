// SPDX-License-Identifier: Apache-2.0
// Random numbers that a seed alone decides, on every platform.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace fathom::data {

/// splitmix64. One thread.
class Draws {
public:
    explicit Draws(std::uint64_t seed) : m_state(seed) {}
    /// A seed for one purpose of many, `position`.
    [[nodiscard]] static std::uint64_t seed(std::uint64_t seed, std::uint64_t position) {
        return Draws(seed + 0x9e3779b97f4a7c15ULL * (position + 1)).next();
    }

    std::uint64_t next() {
        m_state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; } ///< [0, 1)
    double uniform(double from, double to) { return from + (to - from) * unit(); }
    std::size_t below(std::size_t count) { return next() % count; } ///< [0, count); count > 0

    /// Mean 0, deviation 1 (Box and Muller).
    double normal() {
        if (m_hasSpare) {
            m_hasSpare = false;
            return m_spare;
        }
        const double radius = std::sqrt(-2 * std::log(1 - unit()));
        const double angle = 2 * std::numbers::pi * unit();
        m_spare = radius * std::sin(angle);
        m_hasSpare = true;
        return radius * std::cos(angle);
    }

private:
    std::uint64_t m_state;
    double m_spare = 0;
    bool m_hasSpare = false;
};

} // namespace fathom::data
