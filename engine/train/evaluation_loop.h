// SPDX-License-Identifier: Apache-2.0
// One pass over a validation or test set, with its hooks.
#pragma once

#include "engine/base/log.h"
#include "engine/train/batches.h"
#include "engine/train/hooks.h"
#include "engine/train/precision.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

namespace fathom::train {

/// Warns of the items that loading left out, the first ten one by one.
class SkippedItems {
public:
    explicit SkippedItems(Log& log) : m_log(log) {}
    void warn(const model::Batch& batch);
    [[nodiscard]] Log& log() const { return m_log; }

private:
    Log& m_log;
    std::int64_t m_count = 0;
};

struct EvaluationInputs {
    model::Model& model;
    model::Split split = model::Split::Validation;
    std::shared_ptr<const model::Dataset> dataset{};
    std::int64_t batches = -1; ///< at most; -1: all
    bool inferenceMode = false;
};

struct EvaluationContext {
    const Hooks& hooks;
    const Precision& precision;
    SkippedItems& skipped;
    std::uint64_t seed = 0; ///< of the order, where the set is shuffled
    std::stop_token stop{};
};

/// Leaves the module in eval mode. nullopt when a stop came first.
[[nodiscard]] Result<std::optional<EvaluationReport>>
evaluate(const EvaluationInputs& inputs, const EvaluationContext& context, const LoopState& state);

} // namespace fathom::train
