// SPDX-License-Identifier: Apache-2.0
#include "engine/data/slow_watch.h"

#include <algorithm>
#include <cstdio>

namespace fathom::data {

std::optional<std::string> SlowWatch::add(double seconds, Clock::time_point now) {
    const std::lock_guard lock(m_mutex);
    const double usual = median();
    m_recent[m_count++ % m_recent.size()] = seconds;
    if (seconds <= m_limits.seconds || (usual > 0 && seconds <= m_limits.timesMedian * usual))
        return std::nullopt;
    if (m_reported && std::chrono::duration<double>(now - *m_reported).count() < m_limits.secondsBetween) {
        ++m_heldBack;
        return std::nullopt;
    }
    m_reported = now;
    char text[96];
    if (usual > 0)
        std::snprintf(text, sizeof text, "took %.1f s where %.3g s are usual", seconds, usual);
    else
        std::snprintf(text, sizeof text, "took %.1f s", seconds);
    std::string out = text;
    if (m_heldBack > 0) out += "; so did " + std::to_string(m_heldBack) + " others since the last report";
    m_heldBack = 0;
    return out;
}

void SlowWatch::begin(std::size_t index, Clock::time_point now) {
    const std::lock_guard lock(m_mutex);
    m_underWay.emplace(index, now);
}

void SlowWatch::end(std::size_t index) {
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_underWay.find(index); found != m_underWay.end()) m_underWay.erase(found);
}

std::optional<SlowWatch::UnderWay> SlowWatch::oldest(Clock::time_point now) const {
    const std::lock_guard lock(m_mutex);
    const auto first = std::ranges::min_element(m_underWay, {}, [](const auto& each) { return each.second; });
    if (first == m_underWay.end()) return std::nullopt;
    return UnderWay{first->first, std::chrono::duration<double>(now - first->second).count()};
}

double SlowWatch::median() const {
    const std::size_t count = std::min(m_count, m_recent.size());
    if (count == 0) return 0;
    std::array<double, 64> sorted = m_recent;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(count / 2);
    std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(count));
    return *middle;
}

} // namespace fathom::data
