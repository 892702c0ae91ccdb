// SPDX-License-Identifier: Apache-2.0
// For what must not be computed in half precision, whatever trainer.precision says.
#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <limits>
#include <torch/torch.h>

namespace fathom::nn {

/// Switches autocast off for the calling thread while it lives.
class FullPrecision {
public:
    FullPrecision() : m_guard(c10::autocast_dispatch_keyset) {}

private:
    c10::impl::ExcludeDispatchKeyGuard m_guard;
};

/// float32 in place of the half types.
[[nodiscard]] inline torch::Tensor widened(const torch::Tensor& tensor) {
    const bool isHalf = tensor.scalar_type() == torch::kFloat16 || tensor.scalar_type() == torch::kBFloat16;
    return isHalf ? tensor.to(torch::kFloat32) : tensor;
}

/// torch.finfo(type).min: the score of what must not be attended to.
[[nodiscard]] inline double lowest(torch::ScalarType type) {
    switch (type) {
    case torch::kFloat16:
        return static_cast<double>(std::numeric_limits<c10::Half>::lowest());
    case torch::kBFloat16:
        return static_cast<double>(std::numeric_limits<c10::BFloat16>::lowest());
    case torch::kFloat64:
        return std::numeric_limits<double>::lowest();
    default:
        return static_cast<double>(std::numeric_limits<float>::lowest());
    }
}

} // namespace fathom::nn
