// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/attention_context.h"

#include <cmath>
#include <limits>

namespace fathom::nn {

torch::Tensor sinusoids(std::int64_t first, std::int64_t step, std::int64_t count, std::int64_t width) {
    const torch::NoGradGuard noGrad;
    constexpr double kBase = 10000;
    const torch::Tensor positions = (torch::arange(count, torch::kFloat32) * step + first).unsqueeze(1);
    const torch::Tensor rates = torch::exp(torch::arange(0, width, 2, torch::kFloat32) *
                                           -(std::log(kBase) / static_cast<double>(width)));
    const torch::Tensor angles = positions * rates;
    return torch::stack({angles.sin(), angles.cos()}, 2).view({count, -1}).slice(1, 0, width);
}

torch::Tensor paddingMask(const Lengths& lengths, std::int64_t frames, const torch::Tensor& like) {
    if (lengths.cover(frames)) return {};
    const torch::NoGradGuard noGrad;
    return (torch::arange(frames).unsqueeze(0) >= lengths.tensor().unsqueeze(1)).to(like.device());
}

torch::Tensor windowMask(const AttentionWindow& window, bool chunked, std::int64_t frames,
                         const torch::Tensor& like) {
    if (window.left < 0 && window.right < 0) return {};
    const torch::NoGradGuard noGrad;
    const torch::Tensor index =
        torch::arange(frames, torch::TensorOptions().dtype(torch::kInt64).device(like.device()));
    if (chunked && window.right >= 0) {
        const std::int64_t chunk = window.right + 1;
        const torch::Tensor number = torch::floor_divide(index, chunk);
        const torch::Tensor behind = number.unsqueeze(1) - number.unsqueeze(0);
        const torch::Tensor late = behind < 0;
        return window.left < 0 ? late : late | (behind > window.left / chunk);
    }
    const torch::Tensor behind = index.unsqueeze(1) - index.unsqueeze(0);
    constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
    const std::int64_t left = window.left < 0 ? kAll : window.left;
    const std::int64_t right = window.right < 0 || chunked ? kAll : window.right;
    return (behind > left) | (behind < -right);
}

torch::Tensor forbiddenPairs(const torch::Tensor& padding, const torch::Tensor& window) {
    const torch::NoGradGuard noGrad;
    if (!padding.defined()) return window.defined() ? window.unsqueeze(0) : torch::Tensor();
    const torch::Tensor pairs = padding.unsqueeze(1) | padding.unsqueeze(2);
    return window.defined() ? pairs | window : pairs;
}

} // namespace fathom::nn
