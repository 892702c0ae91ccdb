// SPDX-License-Identifier: GPL-3.0-or-later
// The problem that PyTorch's and NeMo's numbers in tests/data/optim were recorded on.
#pragma once

#include <torch/torch.h>

#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/optim/optimizer.h"

#include <limits>
#include <string>
#include <vector>

namespace fathom::optim_testing {

inline Value readJson(const char* name) {
    const auto text = readFile(std::string(FATHOM_TEST_DATA) + "/optim/" + name);
    return text ? fromJson(*text).value_or(Value{}) : Value{};
}

inline std::vector<double> numbers(const Value& list) {
    std::vector<double> values;
    for (const Value& value : list.asList())
        values.push_back(value.toDouble());
    return values;
}

inline std::vector<std::int64_t> sizes(const Value& list) {
    std::vector<std::int64_t> values;
    for (const Value& value : list.asList())
        values.push_back(value.asInt());
    return values;
}

inline torch::Tensor tensorOf(const Value& list, torch::IntArrayRef shape, torch::ScalarType type) {
    return torch::tensor(numbers(list), torch::kFloat64).to(type).reshape(shape);
}

/// Largest |a - b| / max(|b|, 1).
inline double distance(const torch::Tensor& a, const torch::Tensor& b) {
    const torch::Tensor want = b.to(torch::kFloat64).flatten();
    const torch::Tensor have = a.detach().to(torch::kFloat64).flatten();
    if (have.numel() != want.numel()) return std::numeric_limits<double>::infinity();
    return ((have - want).abs() / want.abs().clamp_min(1.0)).max().item<double>();
}

inline Result<config::Config> configOf(const std::string& yaml) {
    return config::compose({.configPath = "memory", .configName = "test", .files = {{"test.yaml", yaml}}});
}

/// Keyword arguments as a flat optim section.
inline std::string sectionOf(const std::string& name, const Value::Map& arguments) {
    std::string yaml = "optim:\n  name: " + name + "\n";
    for (const auto& [key, value] : arguments)
        yaml += "  " + key + ": " + toJson(value) + "\n";
    return yaml;
}

inline bool isFloat64(const Value& test) {
    return test.at("dtype")->asString() == "float64";
}

/// Three parameters (w [3, 4], b [5], s [1]) and twenty sets of gradients, some of them missing.
struct Problem {
    Value data = readJson("problem.json");
    std::vector<std::string> order{"w", "b", "s"};
    std::vector<torch::Tensor> parameters{};

    explicit Problem(torch::ScalarType type) {
        for (const std::string& name : order)
            parameters.push_back(
                tensorOf(*data.at("init." + name), shape(name), type).set_requires_grad(true));
    }
    [[nodiscard]] std::vector<std::int64_t> shape(const std::string& name) const {
        return sizes(*data.at("shapes." + name));
    }
    void setGradients(std::size_t step) {
        for (std::size_t i = 0; i < order.size(); ++i) {
            const Value& grad = *data.at("grads")->asList()[step].at(order[i]);
            if (grad.isNull())
                parameters[i].mutable_grad().reset();
            else
                parameters[i].mutable_grad() = tensorOf(grad, shape(order[i]), parameters[i].scalar_type());
        }
    }
};

} // namespace fathom::optim_testing
