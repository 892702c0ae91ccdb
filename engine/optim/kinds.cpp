// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/kinds.h"

#include "engine/base/published.h"
#include "engine/config/schemas/catalog.h"
#include "engine/optim/builders.h"

#include <array>
#include <cassert>
#include <sstream>

namespace fathom::optim {
namespace {

using Kinds = Registry<Kind>;

std::vector<std::string> words(const char* text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

/// In NeMo's order.
std::vector<plugin::OptimizerRegistration> builtins() {
    constexpr const char* adamKeys = "lr betas eps weight_decay amsgrad maximize foreach capturable "
                                     "differentiable fused decoupled_weight_decay";
    const auto one = [](const char* name, const char* groupKeys, Built (*build)(Setup)) {
        return plugin::OptimizerRegistration{.name = name, .groupKeys = words(groupKeys), .factory = build};
    };
    return {
        one("sgd", "lr momentum dampening weight_decay nesterov maximize foreach differentiable fused",
            buildSgd),
        one("adam", adamKeys, buildAdam),
        one("adamw", adamKeys, buildAdam),
        one("adadelta", "lr rho eps weight_decay maximize capturable foreach differentiable", buildAdadelta),
        one("adamax", "lr betas eps weight_decay foreach maximize differentiable capturable", buildAdamax),
        one("adagrad",
            "lr lr_decay eps weight_decay initial_accumulator_value foreach maximize differentiable fused",
            buildAdagrad),
        one("rmsprop",
            "lr momentum alpha eps centered weight_decay capturable foreach maximize differentiable",
            buildRmsprop),
        one("rprop", "lr etas step_sizes foreach maximize differentiable capturable", buildRprop),
        one("novograd", "lr betas eps weight_decay grad_averaging amsgrad", buildNovograd),
        one("adafactor",
            "lr eps clip_threshold decay_rate beta1 weight_decay scale_parameter relative_step warmup_init "
            "min_step",
            buildAdafactor),
        one("adan", "lr betas eps weight_decay max_grad_norm no_prox foreach fused", buildAdan),
    };
}

Status registerIn(Kinds& kinds, plugin::OptimizerRegistration registration) {
    if (!kinds.find(registration.name)) {
        const std::array addition{
            schemas::Addition{schemas::Role::Optimizer, registration.name, std::move(registration.schema)}};
        if (Status described = schemas::extend(addition); !described) return described;
    }
    const config::Description* description = schemas::optimizer(registration.name);
    return kinds.add({std::move(registration.name), description ? description->name : std::string(),
                      std::move(registration.groupKeys), std::move(registration.factory)});
}

struct WithBuiltins : Kinds {
    WithBuiltins() : Registry("optimizer") {
        for (plugin::OptimizerRegistration& each : builtins()) {
            [[maybe_unused]] const Status added = registerIn(*this, std::move(each));
            assert(added && "a built-in optimizer cannot be registered");
        }
    }
};

Kinds& kinds() {
    static WithBuiltins all;
    return all;
}

} // namespace

Status registerOptimizer(plugin::OptimizerRegistration registration) {
    return registerIn(kinds(), std::move(registration));
}

const Kind* kindOf(std::string_view name) {
    return kinds().find(name);
}

const std::vector<std::string>& optimizerNames() {
    return kinds().names();
}

} // namespace fathom::optim
