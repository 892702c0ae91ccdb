// SPDX-License-Identifier: Apache-2.0
// torch.optim.lr_scheduler.ReduceLROnPlateau: lowers the rate when a metric stops improving.
#pragma once

#include "engine/base/value.h"

#include <cstdint>
#include <vector>

namespace fathom::schedule {

/// One per optimizer; used by the training thread only.
class Plateau {
public:
    /// From the keyword arguments of the scheduler. Errors (Usage) have Python's class and text.
    [[nodiscard]] static Result<Plateau> create(const Value::Map& arguments, std::vector<double> groupLrs);

    /// Takes the metric of one epoch and returns the rate of each group.
    const std::vector<double>& step(double metric);
    [[nodiscard]] const std::vector<double>& rates() const { return m_rates; }

    /// What changes from step to step, under PyTorch's names.
    struct State {
        std::vector<double> rates{}; ///< `_last_lr`
        double best = 0;             ///< infinite before the first metric
        std::int64_t numBadEpochs = 0;
        std::int64_t cooldownCounter = 0;
        std::int64_t lastEpoch = 0; ///< metrics seen
    };
    [[nodiscard]] State state() const { return {m_rates, m_best, m_bad, m_cooling, m_seen}; }
    /// Requires as many rates as there are groups.
    void setState(const State& state);

private:
    [[nodiscard]] bool isBetter(double metric) const;

    bool m_maximize = false;
    bool m_absolute = false;
    double m_factor = 0.1, m_threshold = 1e-4, m_eps = 1e-8;
    std::int64_t m_patience = 10, m_cooldown = 0;
    std::vector<double> m_minimums;
    std::vector<double> m_rates;
    double m_best = 0;
    std::int64_t m_bad = 0, m_cooling = 0, m_seen = 0;
};

} // namespace fathom::schedule
