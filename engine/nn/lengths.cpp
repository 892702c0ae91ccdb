// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/lengths.h"

#include <algorithm>

namespace fathom::nn {

Lengths::Lengths(std::vector<std::int64_t> values) {
    m_shared->values = std::move(values);
}

Lengths Lengths::from(const torch::Tensor& lengths) {
    const torch::Tensor host = lengths.to(torch::kCPU, torch::kInt64).contiguous();
    const auto* begin = host.const_data_ptr<std::int64_t>();
    return Lengths(std::vector<std::int64_t>(begin, begin + host.numel()));
}

bool Lengths::cover(std::int64_t frames) const {
    return std::ranges::all_of(m_shared->values, [&](std::int64_t length) { return length >= frames; });
}

torch::Tensor Lengths::mask(std::int64_t frames, const torch::Tensor& like) const {
    torch::Tensor& mask = m_shared->masks[frames];
    if (!mask.defined() || mask.dtype() != like.dtype() || mask.device() != like.device()) {
        const torch::NoGradGuard noGrad;
        const torch::Tensor valid = torch::arange(frames).unsqueeze(0) < tensor().unsqueeze(1);
        mask = valid.unsqueeze(1).to(like.device(), like.scalar_type());
    }
    return mask;
}

torch::Tensor Lengths::tensor(const torch::Device& device) const {
    return torch::tensor(m_shared->values, torch::kInt64).to(device);
}

} // namespace fathom::nn
