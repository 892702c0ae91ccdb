// SPDX-License-Identifier: Apache-2.0
#include "engine/model/named_arrays.h"

#include "engine/nn/weights.h"

#include <algorithm>

namespace fathom::model {

const run::NamedArray* findArray(const std::vector<run::NamedArray>& arrays, std::string_view name) {
    const auto it = std::ranges::find(arrays, name, &run::NamedArray::name);
    return it == arrays.end() ? nullptr : &*it;
}

Result<torch::Tensor> inputTensor(const run::NamedArray& array, std::int64_t dimensions,
                                  torch::ScalarType type) {
    if (static_cast<std::int64_t>(array.tensor.shape.size()) != dimensions)
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot use the array '" + array.name + "'",
                     .why = "it has " + std::to_string(array.tensor.shape.size()) + " dimensions, not " +
                            std::to_string(dimensions),
                     .remedy = "Give an array of the right shape"});
    return nn::viewOf(array.tensor).to(type, /*non_blocking=*/false, /*copy=*/true);
}

run::NamedArray namedArray(const std::string& name, const torch::Tensor& tensor) {
    return {name, nn::toArchive(name, tensor)};
}

} // namespace fathom::model
