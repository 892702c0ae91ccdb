// SPDX-License-Identifier: Apache-2.0
// Notices reads that take far longer than the others.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace fathom::data {

struct SlowLimits {
    double seconds = 2;         ///< slower than this,
    double timesMedian = 20;    ///< and than so many medians of the last reads
    double secondsBetween = 30; ///< at most one report in that time
};

/// Any thread. What it is told is cheap: a lock and a clock.
class SlowWatch {
public:
    using Clock = std::chrono::steady_clock;

    explicit SlowWatch(const SlowLimits& limits = {}) : m_limits(limits) {}

    /// Takes the time of one read; a text when it is worth a report: "took 3.2 s, 400 times the median".
    /// Reports that were held back are counted in the next one.
    [[nodiscard]] std::optional<std::string> add(double seconds, Clock::time_point now = Clock::now());

    /// Reads that are under way, by their index.
    void begin(std::size_t index, Clock::time_point now = Clock::now());
    void end(std::size_t index);
    struct UnderWay {
        std::size_t index = 0;
        double seconds = 0;
    };
    /// The one that began first.
    [[nodiscard]] std::optional<UnderWay> oldest(Clock::time_point now = Clock::now()) const;

private:
    [[nodiscard]] double median() const;

    const SlowLimits m_limits;
    mutable std::mutex m_mutex; // guards the rest
    std::array<double, 64> m_recent{};
    std::size_t m_count = 0;
    std::size_t m_heldBack = 0;
    std::optional<Clock::time_point> m_reported{};
    std::multimap<std::size_t, Clock::time_point>
        m_underWay; ///< an epoch's end and the next one's begin may share an index
};

} // namespace fathom::data
