// SPDX-License-Identifier: Apache-2.0
// From a section and groups of parameters to an optimizer.
#include "engine/config/convert.h"
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/kinds.h"
#include "engine/optim/section.h"

#include <algorithm>
#include <unordered_set>

namespace fathom::optim {
namespace {

/// Numbers that YAML leaves as text ("1e-3") become numbers: checkpoints hold what PyTorch computes with.
Value typed(const config::Field& field, const Value& value) {
    if (!value.isString() || field.type.find("float") == std::string::npos) return value;
    const Result<double> number = config::toFloat(value);
    return number ? Value(*number) : value;
}

/// Every argument of the constructor: the given ones over the defaults.
Value::Map optionsOf(const Section& section) {
    const config::Description& constructor = *schemas::optimizer(section.kind->name);
    Value::Map options;
    for (const config::Field& field : constructor.fields) {
        if (!isArgument(field.name)) continue;
        const Value* given = section.arguments.find(field.name);
        options.set(field.name, given ? typed(field, *given) : field.defaultValue);
    }
    if (section.kind->name == "adamw") options.set("decoupled_weight_decay", true);
    return options;
}

Status addGroup(const config::Config& config, const Section& section, ParameterGroup group, Setup& setup) {
    Setup::Group out{.options = optionsOf(section)};
    for (const auto& [key, value] : group.overrides) {
        const config::Field* field = section.description->field(key);
        const bool varies = std::ranges::find(setup.groupKeys, key) != setup.groupKeys.end();
        if (field && varies) {
            out.options.set(key, typed(*field, value));
            continue;
        }
        Error error = config.errorAt(below(group.overridesKey, key), kWhat,
                                     field ? key + " cannot differ between groups"
                                           : section.kind->name + " has no '" + key + "'",
                                     fieldsOf(section.kind->name, *section.description));
        error.className = "TypeError";
        return fail(std::move(error));
    }
    for (torch::Tensor& parameter : group.parameters) {
        out.parameters.push_back(setup.parameters.size());
        setup.parameters.push_back(std::move(parameter));
    }
    setup.groups.push_back(std::move(out));
    return {};
}

/// The error of a constructor where its value was given, with its class in Python.
Error placed(const config::Config& config, const Section& section, const std::vector<std::string>& groupKeys,
             const BuildError& failed) {
    const std::string name = failed.error.key.substr(0, failed.error.key.find('.'));
    std::string key = below(section.argumentsKey, failed.error.key);
    if (name == "lr") key = below(section.path, "lr");
    const std::string& own = groupKeys[failed.group];
    if (!own.empty() && config.find(below(own, name))) key = below(own, failed.error.key);
    const std::string fields = fieldsOf(section.kind->name, *section.description);
    std::string remedy = failed.error.remedy;
    if (failed.error.className == "MissingMandatoryValue")
        remedy = "Set it, for example " + key + "=0.01 on the command line";
    Error out = config.errorAt(key, kWhat, failed.error.why, remedy + "; " + fields);
    const bool outOfRange = failed.error.why.ends_with("is out of range");
    out.className = outOfRange ? "ValueError" : failed.error.className;
    out.key = std::move(key);
    return out;
}

bool areDistinct(const std::vector<torch::Tensor>& parameters) {
    std::unordered_set<const void*> seen;
    return std::ranges::all_of(parameters, [&](const torch::Tensor& each) {
        return seen.insert(each.unsafeGetTensorImpl()).second;
    });
}

} // namespace

Error invalid(std::string key, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, kWhat, std::move(why), std::move(remedy)};
    error.key = std::move(key);
    error.className = "ValueError";
    return error;
}

Status checkBetas(const std::vector<double>& betas, std::size_t count) {
    const std::string remedy = count == 2 ? "Give two numbers in [0, 1), such as betas=[0.9,0.999]"
                                          : "Give three numbers in [0, 1), such as betas=[0.98,0.92,0.99]";
    if (betas.size() != count)
        return fail(invalid("betas", "betas are not " + std::to_string(count) + " numbers", remedy));
    for (std::size_t i = 0; i < count; ++i)
        if (!(betas[i] >= 0 && betas[i] < 1))
            return fail(
                invalid("betas",
                        "Invalid beta parameter at index " + std::to_string(i) + ": " + formatFloat(betas[i]),
                        remedy));
    return {};
}

Value::Map known(const Value::Map& options, const config::Description& description) {
    Value::Map out;
    for (const auto& [key, value] : options)
        if (description.field(key)) out.set(key, value);
    return out;
}

Result<std::unique_ptr<Optimizer>> createGroupedOptimizer(const config::Config& config, std::string_view path,
                                                          std::vector<ParameterGroup> groups) {
    const Result<Section> section = readSection(config, path);
    if (!section) return fail(section.error());
    Setup setup;
    setup.groupKeys = section->kind->groupKeys;
    std::vector<std::string> overridesKeys;
    for (ParameterGroup& group : groups) {
        overridesKeys.push_back(group.overridesKey);
        if (Status status = addGroup(config, *section, std::move(group), setup); !status)
            return fail(status.error());
    }
    if (!areDistinct(setup.parameters))
        return fail(config.errorAt(path, kWhat, "some parameters appear in more than one parameter group",
                                   "List only modules that share no parameters"));
    Built built = section->kind->build(std::move(setup));
    if (!built) return fail(placed(config, *section, overridesKeys, built.error()));
    return std::move(*built);
}

Result<std::unique_ptr<Optimizer>> createOptimizer(const config::Config& config, std::string_view path,
                                                   std::vector<torch::Tensor> parameters) {
    std::vector<ParameterGroup> groups;
    groups.push_back({.parameters = std::move(parameters)});
    return createGroupedOptimizer(config, path, std::move(groups));
}

} // namespace fathom::optim
