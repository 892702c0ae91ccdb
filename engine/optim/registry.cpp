// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/adam.h"
#include "engine/optim/novograd.h"
#include "engine/optim/sgd.h"

#include <algorithm>
#include <functional>

namespace fathom::optim {
namespace {

using Parameters = std::vector<torch::Tensor>;
using Created = Result<std::unique_ptr<Optimizer>>;

std::string below(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : std::string(path) + '.' + std::string(key);
}

/// Two numbers in [0, 1), as the constructors of PyTorch and NeMo demand.
Status checkBetas(const std::vector<double>& betas, const config::Config& config, std::string_view path) {
    const bool fine = betas.size() == 2 &&
                      std::all_of(betas.begin(), betas.end(), [](double b) { return b >= 0 && b < 1; });
    if (fine) return {};
    Error error = config.errorAt(below(path, "betas"), "Cannot build the optimizer",
                                 "betas are not two numbers in [0, 1)", "Give for example betas=[0.9,0.999]");
    error.className = "ValueError";
    return fail(std::move(error));
}

template <class T, class Params>
Created build(const config::Schema<Params>& schema, const config::Config& config, std::string_view path,
              Parameters parameters) {
    Result<Params> params = schema.read(config, path);
    if (!params) return fail(std::move(params.error()));
    if constexpr (requires { params->betas; })
        if (Status fine = checkBetas(params->betas, config, path); !fine)
            return fail(std::move(fine.error()));
    return std::make_unique<T>(std::move(parameters), *params);
}

Created buildSgd(const config::Config& config, std::string_view path, Parameters parameters) {
    Result<SgdParams> params = sgdSchema().read(config, path);
    if (!params) return fail(std::move(params.error()));
    if (params->nesterov && (params->momentum <= 0 || params->dampening != 0))
        return fail(config.errorAt(below(path, "nesterov"), "Cannot build the optimizer",
                                   "nesterov momentum requires a momentum and zero dampening",
                                   "Set momentum above 0 and dampening=0"));
    return std::make_unique<Sgd>(std::move(parameters), *params);
}

struct Entry {
    std::string name;
    std::function<Created(const config::Config&, std::string_view, Parameters)> create;
};

const std::vector<Entry>& registry() {
    static const std::vector<Entry> entries{
        {"sgd", buildSgd},
        {"adam",
         [](const config::Config& config, std::string_view path, Parameters parameters) {
             return build<Adam>(adamSchema(), config, path, std::move(parameters));
         }},
        {"adamw",
         [](const config::Config& config, std::string_view path, Parameters parameters) {
             return build<Adam>(adamWSchema(), config, path, std::move(parameters));
         }},
        {"novograd",
         [](const config::Config& config, std::string_view path, Parameters parameters) {
             return build<Novograd>(novogradSchema(), config, path, std::move(parameters));
         }},
    };
    return entries;
}

/// Ways to describe an optimizer that NeMo has and this program has not.
Status refuseAbsent(const config::Config& config, std::string_view path) {
    const auto given = [&](std::string_view key) {
        const config::Node* node = config.find(below(path, key));
        return node && !node->value.isNull() && node->value != Value(false);
    };
    for (const auto& [key, remedy] : {std::pair{"args", "Put the arguments beside name"},
                                      {"_target_", "Give name instead, for example novograd"},
                                      {"decoupled_weight_decay", "Use name=adamw"}})
        if (given(key))
            return fail(config.errorAt(below(path, key), "Cannot build the optimizer",
                                       std::string(key) + " is not available", remedy));
    return {};
}

/// `name`, or "adam" without one, as NeMo has it.
Result<std::string> chosenName(const config::Config& config, std::string_view path) {
    const std::string key = below(path, "name");
    if (!config.find(key)) return std::string("adam");
    Result<Value> name = config.resolved(key);
    if (!name) return fail(std::move(name.error()));
    if (name->isNull()) return std::string("adam");
    if (name->isString()) return name->asString();
    return fail(config.errorAt(key, "Cannot build the optimizer", "its name is not a text",
                               "Give for example name=novograd"));
}

} // namespace

const std::vector<std::string>& optimizerNames() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const Entry& entry : registry())
            list.push_back(entry.name);
        return list;
    }();
    return names;
}

Result<std::unique_ptr<Optimizer>> createOptimizer(const config::Config& config, std::string_view path,
                                                   Parameters parameters) {
    const config::Node* section = config.find(path);
    if (!section || section->kind != config::NodeKind::Map)
        return fail(config.errorAt(path, "Cannot build the optimizer", "there is no such section",
                                   "Add it, for example with name: novograd and lr: 0.01"));
    if (Status fine = refuseAbsent(config, path); !fine) return fail(std::move(fine.error()));
    const Result<std::string> name = chosenName(config, path);
    if (!name) return fail(name.error());
    for (const Entry& entry : registry())
        if (entry.name == *name) return entry.create(config, path, std::move(parameters));
    std::string list;
    for (const std::string& known : optimizerNames())
        list += (list.empty() ? "" : ", ") + known;
    Error error = config.errorAt(below(path, "name"), "Cannot resolve optimizer '" + *name + "'",
                                 "there is none of that name", "Choose one of " + list);
    error.className = "ValueError";
    return fail(std::move(error));
}

} // namespace fathom::optim
