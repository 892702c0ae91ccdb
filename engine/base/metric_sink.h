// SPDX-License-Identifier: Apache-2.0
// Where a running training puts its numbers. The store's recorder is the one implementation; tests have
// another.
//
//   const SeriesId loss = sink.series("train_loss");      // once, before the loop
//   sink.put({loss, step, wallTime(), value});            // each step
#pragma once

#include <cstdint>
#include <string_view>

namespace fathom {

/// Identifies one named series of one run within a sink.
enum class SeriesId : std::int64_t {};

struct MetricPoint {
    SeriesId series{};
    std::int64_t step = 0; ///< global_step: completed optimizer steps
    double wallTime = 0;   ///< seconds since the Unix epoch
    double value = 0;      ///< NaN and infinities are kept as such
};

class MetricSink {
public:
    virtual ~MetricSink() = default;
    /// The id of a name, created on first use. Takes a lock; call it once per name, not per step. Any thread.
    [[nodiscard]] virtual SeriesId series(std::string_view name) = 0;
    /// Never throws, never waits for a disk; at most 1 µs. Any thread.
    virtual void put(const MetricPoint& point) noexcept = 0;
};

} // namespace fathom
