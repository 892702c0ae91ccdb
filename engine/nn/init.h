// SPDX-License-Identifier: Apache-2.0
// NeMo's init_mode.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/random.h"

#include <string>
#include <torch/torch.h>

namespace fathom::nn {

enum class InitMode {
    None,
    XavierUniform,
    XavierNormal,
    KaimingUniform,
    KaimingNormal,
    TdsUniform,
    TdsNormal
};

/// "xavier_uniform", …; "" (null in a config) is None. Usage error for another text.
[[nodiscard]] Result<InitMode> initModeFrom(const std::string& name);

/// While one lives, this thread's initWeight and initBias leave weights undefined: for models whose weights
/// are all about to be loaded.
class SkipInit {
public:
    explicit SkipInit(bool skip = true);
    ~SkipInit();
    SkipInit(const SkipInit&) = delete;
    SkipInit& operator=(const SkipInit&) = delete;

private:
    bool m_before;
};

/// Fills a weight [out, in / groups, k] in place. None is PyTorch's own: uniform within 1 / sqrt(fan in).
void initWeight(torch::Tensor& weight, InitMode mode, Random& random);
/// Normal around 0, in place.
void initNormal(torch::Tensor& tensor, double deviation, Random& random);
/// PyTorch's default for a bias: uniform within 1 / sqrt(fan in of its weight).
void initBias(torch::Tensor& bias, const torch::Tensor& weight, Random& random);

} // namespace fathom::nn
