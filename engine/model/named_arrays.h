// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/run/torch_module.h"

#include <string_view>
#include <torch/torch.h>
#include <vector>

namespace fathom::model {

/// The array called `name`, or nullptr.
[[nodiscard]] const run::NamedArray* findArray(const std::vector<run::NamedArray>& arrays,
                                               std::string_view name);
/// A copy of the array with `dimensions` dimensions, converted to `type`. BadInput when the shape does not
/// fit.
[[nodiscard]] Result<torch::Tensor> inputTensor(const run::NamedArray& array, std::int64_t dimensions,
                                                torch::ScalarType type);
[[nodiscard]] run::NamedArray namedArray(const std::string& name, const torch::Tensor& tensor);

} // namespace fathom::model
