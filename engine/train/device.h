// SPDX-License-Identifier: Apache-2.0
// Where tensors live, and how many threads work on them.
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/train/trainer_params.h"

#include <string>
#include <torch/torch.h>

namespace fathom::train {

/// The device of `trainer.accelerator`: auto takes a GPU where there is one. Errors (Usage) when a GPU was
/// asked for in vain.
[[nodiscard]] Result<torch::Device> chooseDevice(Accelerator accelerator, const config::Config& config);

/// OMP_NUM_THREADS where it is set, else the cores that this process may use, hyper-threads of one core
/// counted once.
[[nodiscard]] int cpuThreads();

/// Sets the threads of LibTorch's operations for the calling thread, the global switches of the flags, and
/// seeds LibTorch's own generators.
void prepareTorch(const TrainerParams& params, std::uint64_t seed);

/// "CPU (2 threads)" or the GPU's name.
[[nodiscard]] std::string describe(const torch::Device& device);

} // namespace fathom::train
