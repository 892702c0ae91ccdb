// SPDX-License-Identifier: Apache-2.0
// Which parameters an optimizer treats alike: NeMo's `optim_param_groups`.
#pragma once

#include "engine/base/result.h"
#include "engine/config/config.h"

#include <string>
#include <string_view>
#include <torch/torch.h>
#include <vector>

namespace fathom::optim {

struct ParameterGroup {
    std::vector<torch::Tensor> parameters{};
    Value::Map overrides{};     ///< lr, weight_decay, … of this group alone
    std::string overridesKey{}; ///< where in the config they stand, for errors
};

/// The groups that the section at `path` (`model.optim_param_groups`) makes of a model, as NeMo's
/// setup_optimizer_param_groups: one group for each listed module in the section's order; before them one of
/// the parameters whose names begin with none of the listed names (`encoder` claims `encoder2.*` too, which
/// is then in no group). Without the section all parameters are one group. Errors (Usage, ValueError) have
/// NeMo's text and the place of the key.
[[nodiscard]] Result<std::vector<ParameterGroup>>
parameterGroups(const config::Config& config, std::string_view path, const torch::nn::Module& model);

} // namespace fathom::optim
