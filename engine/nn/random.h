// SPDX-License-Identifier: Apache-2.0
// The one source of randomness of a training step, handed to whatever draws. Nothing here touches LibTorch's
// global generator, so runs on several threads of one process do not disturb each other.
#pragma once

#include <cstdint>
#include <torch/torch.h>

namespace fathom::nn {

/// One thread at a time. The same seed draws the same numbers.
class Random {
public:
    explicit Random(std::uint64_t seed);

    /// Uniform in [0, 1), 24 bits, as torch.rand draws a float.
    [[nodiscard]] double uniform();
    /// Uniform in [low, high], both included, as Python's random.randint. Requires low <= high.
    [[nodiscard]] std::int64_t integer(std::int64_t low, std::int64_t high);
    /// 64 random bits, to seed what draws its own numbers.
    [[nodiscard]] std::uint64_t bits();
    /// For torch functions on CPU tensors.
    [[nodiscard]] at::Generator& generator() { return m_generator; }
    /// For torch functions on tensors of that device. An accelerator has a sequence of its own, which follows
    /// from the seed: drawing on the CPU and copying would hold a GPU up.
    [[nodiscard]] at::Generator& generator(const torch::Device& device);
    /// Standard normal numbers of the shape, dtype and device of `like`.
    [[nodiscard]] torch::Tensor normalLike(const torch::Tensor& like);

private:
    at::Generator m_generator;
    at::Generator m_deviceGenerator; ///< of the accelerator that was drawn on; undefined before
};

} // namespace fathom::nn
