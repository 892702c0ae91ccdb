// SPDX-License-Identifier: Apache-2.0
// What receives a run's metrics beside the run store: Lightning's loggers.
#pragma once

#include "engine/base/value.h"
#include "engine/model/model.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace fathom::train {

/// One thread at a time. Nothing here fails: what cannot be written is said in the run's log, once.
class ExperimentLogger {
public:
    virtual ~ExperimentLogger() = default;
    /// Those of hyperparametersOf(); once, first.
    virtual void hyperparameters(const Value& parameters) = 0;
    /// `step` is Lightning's x axis: optimizer steps completed before the one that is logged.
    virtual void metrics(std::span<const model::Metric> metrics, std::int64_t step) = 0;
    /// The first items of a validation or test.
    virtual void samples(std::span<const model::Sample> /*samples*/, model::Split, std::int64_t /*step*/) {}
    virtual void flush() {}
};

/// What Lightning keeps as a model's hyperparameters: `{"cfg": …}`, the section at `path` as it was given,
/// resolved, with `target` and `nemo_version`. (What a model adds to its config later is saved with it, and
/// is not here.)
[[nodiscard]] Result<Value> hyperparametersOf(model::Model& model, const config::Config& config,
                                              std::string_view path);

/// Nested maps as one, keys joined with "/", the rest as it is: Lightning's _flatten_dict.
[[nodiscard]] Value::Map flattened(const Value& parameters);

} // namespace fathom::train
