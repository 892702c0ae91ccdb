// SPDX-License-Identifier: Apache-2.0
// The parts of a Lightning checkpoint, to and from what the trainer works with. Format: lightning 2.4,
// shared with tests/data/lightning. Numbers and tensors are copied, so that training may go on.
#pragma once

#include "engine/archive/pickle_value.h"
#include "engine/archive/torch_object.h"
#include "engine/optim/optimizer.h"
#include "engine/train/learning_rate.h"
#include "engine/train/loop_state.h"

#include <optional>
#include <torch/torch.h>
#include <vector>

namespace fathom::train {

/// A copy on the CPU.
[[nodiscard]] archive::TorchObject tensorObject(const torch::Tensor& tensor);
/// A view of the checkpoint's bytes; undefined where the value is no tensor.
[[nodiscard]] torch::Tensor tensorOf(const archive::PickleValue& value);

/// A 0-dim float64 tensor, as callbacks keep scores.
[[nodiscard]] archive::TorchObject scalarTensor(double value);
/// Of a 0-dim tensor, a float or an int.
[[nodiscard]] std::optional<double> scalarOf(const archive::PickleValue& value);

/// `loops`: Lightning's counters at this point of the training.
[[nodiscard]] archive::TorchObject loopsOf(const LoopState& state, int accumulate);
/// The cursor from `loops`, with the plan that `state` has. BadInput where a counter is missing.
[[nodiscard]] Status readLoops(const archive::PickleValue& loops, LoopState& state);

/// The cursor as it is, which says more than `loops` can.
[[nodiscard]] archive::TorchObject cursorOf(const LoopState& state);
[[nodiscard]] Status readCursor(const archive::PickleValue& cursor, LoopState& state);

/// An element of `optimizer_states`.
[[nodiscard]] archive::TorchObject optimizerStateOf(const optim::OptimizerState& state);
/// Tensors are views of the checkpoint's bytes.
[[nodiscard]] Result<optim::OptimizerState> readOptimizerState(const archive::PickleValue& state);

/// `lr_schedulers`: empty, or the state of the one scheduler after `steps` optimizer steps.
[[nodiscard]] archive::TorchObject schedulersOf(const LearningRate& rate, const optim::Optimizer& optimizer,
                                                std::int64_t steps);
/// As Lightning: what the checkpoint has (max_steps, warmup_steps, …) takes the place of what the config
/// says.
[[nodiscard]] Status readSchedulers(const archive::PickleValue& schedulers, LearningRate& rate);

/// The states of LibTorch's own generators (the CPU's, and that of `device`), for models that draw from them.
[[nodiscard]] archive::TorchObject randomStateOf(const torch::Device& device);
void readRandomState(const archive::PickleValue& state, const torch::Device& device);

} // namespace fathom::train
