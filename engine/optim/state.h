// SPDX-License-Identifier: Apache-2.0
// An optimizer's state as PyTorch's `state_dict()` has it, in plain structs. Nothing here depends on pickle:
// who writes a checkpoint turns an OptimizerState into one of Lightning's `optimizer_states` and back
// (`state`: {parameter: {name: tensor or int}}, `param_groups`: [{…options, lr, params}]).
#pragma once

#include "engine/base/value.h"

#include <cstdint>
#include <string>
#include <torch/torch.h>
#include <variant>
#include <vector>

namespace fathom::optim {

/// A tensor, or what is a Python int in PyTorch (the step of Novograd and Adafactor).
using StateValue = std::variant<torch::Tensor, std::int64_t>;

/// One entry of `state_dict()["state"][i]`: "step", "exp_avg", "exp_avg_sq", "momentum_buffer", …
struct StateEntry {
    std::string name{};
    StateValue value{};
};

/// `state_dict()["state"][index]`.
struct ParameterState {
    std::int64_t index = 0;
    std::vector<StateEntry> entries{};
};

/// One of `state_dict()["param_groups"]`.
struct GroupState {
    /// In PyTorch's order without "params": lr, betas, …, "initial_lr" where a schedule is, "step" for Adan.
    Value::Map options{};
    /// Defined where `lr` is a 0-dim tensor in PyTorch too: Adafactor writes its rate back as one.
    torch::Tensor learningRate{};
    std::vector<std::int64_t> parameters{};
};

/// Parameters that were never updated have no entry in `state`.
struct OptimizerState {
    std::vector<ParameterState> state{};
    std::vector<GroupState> groups{};
};

/// The same with tensors of its own, each contiguous in a storage of its size.
[[nodiscard]] OptimizerState copyOf(const OptimizerState& state);

} // namespace fathom::optim
