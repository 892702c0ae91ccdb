// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/parameter_groups.h"

#include <algorithm>
#include <unordered_set>

namespace fathom::optim {
namespace {

Error refused(const config::Config& config, std::string_view path, const std::string& name, std::string why,
              const torch::nn::Module& model) {
    std::string children;
    for (const auto& child : model.named_children())
        children += (children.empty() ? "" : ", ") + child.key();
    Error error = config.errorAt(std::string(path) + '.' + name, "Cannot group the parameters",
                                 std::move(why), "The model's modules are " + children);
    error.className = "ValueError";
    return error;
}

Result<ParameterGroup> groupOf(const config::Config& config, std::string_view path, const std::string& name,
                               const Value& overrides, const torch::nn::Module& model) {
    const auto children = model.named_children();
    const auto* child = children.find(name);
    if (!child) {
        const bool isTensor =
            model.named_parameters(false).contains(name) || model.named_buffers(false).contains(name);
        return fail(refused(config, path, name,
                            name + (isTensor ? " does not have parameters." : " not found in model."),
                            model));
    }
    if (!overrides.isNull() && !overrides.isMap())
        return fail(refused(config, path, name, "its options are not a map", model));
    return ParameterGroup{.parameters = (*child)->parameters(),
                          .overrides = overrides.isMap() ? overrides.asMap() : Value::Map{},
                          .overridesKey = std::string(path) + '.' + name};
}

Result<std::vector<ParameterGroup>> listedGroups(const config::Config& config, std::string_view path,
                                                 const torch::nn::Module& model) {
    if (!config.find(path)) return std::vector{ParameterGroup{.parameters = model.parameters()}};
    const Result<Value> section = config.resolved(path);
    if (!section) return fail(section.error());
    if (section->isNull()) return std::vector{ParameterGroup{.parameters = model.parameters()}};
    if (!section->isMap())
        return fail(config.errorAt(path, "Cannot group the parameters", "the section is not a map",
                                   "Give for example encoder: {lr: 0.001}"));
    std::vector<ParameterGroup> listed;
    for (const auto& [name, overrides] : section->asMap()) {
        Result<ParameterGroup> group = groupOf(config, path, name, overrides, model);
        if (!group) return fail(std::move(group.error()));
        listed.push_back(std::move(*group));
    }
    ParameterGroup others;
    for (const auto& parameter : model.named_parameters())
        if (std::ranges::none_of(section->asMap(),
                                 [&](const auto& entry) { return parameter.key().starts_with(entry.first); }))
            others.parameters.push_back(parameter.value());
    if (!others.parameters.empty()) listed.insert(listed.begin(), std::move(others));
    return listed;
}

} // namespace

// A parameter that several modules share is updated once, as PyTorch's own iteration gives it once.
Result<std::vector<ParameterGroup>> parameterGroups(const config::Config& config, std::string_view path,
                                                    const torch::nn::Module& model) {
    Result<std::vector<ParameterGroup>> groups = listedGroups(config, path, model);
    if (!groups) return groups;
    std::unordered_set<const c10::TensorImpl*> seen;
    for (ParameterGroup& group : *groups)
        std::erase_if(group.parameters, [&](const torch::Tensor& parameter) {
            return !seen.insert(parameter.unsafeGetTensorImpl()).second;
        });
    return groups;
}

} // namespace fathom::optim
