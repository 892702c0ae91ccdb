// SPDX-License-Identifier: Apache-2.0
#include "engine/train/step_timing.h"

#include <algorithm>
#include <numeric>
#include <torch/cuda.h>

namespace fathom::train {

void NamedTimers::waitForGpu() const {
    if (m_params.syncCuda && torch::cuda::is_available()) torch::cuda::synchronize();
}

void NamedTimers::start(std::string_view name) {
    waitForGpu();
    m_timers[std::string(name)].begin = Clock::now();
}

void NamedTimers::stop(std::string_view name) {
    const auto timer = m_timers.find(name);
    if (timer == m_timers.end() || !timer->second.begin) return;
    waitForGpu();
    const double seconds = std::chrono::duration<double>(Clock::now() - *timer->second.begin).count();
    timer->second.begin.reset();
    add(name, seconds);
}

void NamedTimers::add(std::string_view name, double seconds) {
    std::deque<double>& kept = m_timers[std::string(name)].seconds;
    kept.push_back(seconds);
    while (kept.size() > static_cast<std::size_t>(std::max(1, m_params.bufferSize)))
        kept.pop_front();
}

std::optional<double> NamedTimers::value(std::string_view name) const {
    const auto timer = m_timers.find(name);
    if (timer == m_timers.end() || timer->second.seconds.empty()) return std::nullopt;
    const std::deque<double>& kept = timer->second.seconds;
    if (m_params.reduction == "min") return *std::ranges::min_element(kept);
    if (m_params.reduction == "max") return *std::ranges::max_element(kept);
    const double sum = std::accumulate(kept.begin(), kept.end(), 0.0);
    return m_params.reduction == "sum" ? sum : sum / static_cast<double>(kept.size());
}

std::string_view timingName(model::Split split) {
    switch (split) {
    case model::Split::Train:
        return kTrainStepTiming;
    case model::Split::Validation:
        return "validation_step_timing";
    case model::Split::Test:
        return "test_step_timing";
    }
    return kTrainStepTiming;
}

} // namespace fathom::train
