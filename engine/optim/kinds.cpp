// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/kinds.h"

#include <algorithm>

namespace fathom::optim {

const std::vector<Kind>& kinds() {
    static const std::string adamKeys = "lr betas eps weight_decay amsgrad maximize foreach capturable "
                                        "differentiable fused decoupled_weight_decay";
    static const std::vector<Kind> all{
        {"sgd", "SGD", "lr momentum dampening weight_decay nesterov maximize foreach differentiable fused",
         buildSgd},
        {"adam", "Adam", adamKeys, buildAdam},
        {"adamw", "AdamW", adamKeys, buildAdam},
        {"adadelta", "Adadelta", "lr rho eps weight_decay maximize capturable foreach differentiable",
         buildAdadelta},
        {"adamax", "Adamax", "lr betas eps weight_decay foreach maximize differentiable capturable",
         buildAdamax},
        {"adagrad", "Adagrad",
         "lr lr_decay eps weight_decay initial_accumulator_value foreach maximize differentiable fused",
         buildAdagrad},
        {"rmsprop", "RMSprop",
         "lr momentum alpha eps centered weight_decay capturable foreach maximize differentiable",
         buildRmsprop},
        {"rprop", "Rprop", "lr etas step_sizes foreach maximize differentiable capturable", buildRprop},
        {"novograd", "Novograd", "lr betas eps weight_decay grad_averaging amsgrad", buildNovograd},
        {"adafactor", "Adafactor",
         "lr eps clip_threshold decay_rate beta1 weight_decay scale_parameter relative_step warmup_init "
         "min_step",
         buildAdafactor},
        {"adan", "Adan", "lr betas eps weight_decay max_grad_norm no_prox foreach fused", buildAdan},
    };
    return all;
}

const Kind* kindOf(std::string_view name) {
    const auto found = std::ranges::find(kinds(), name, &Kind::name);
    return found == kinds().end() ? nullptr : &*found;
}

const std::vector<std::string>& optimizerNames() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const Kind& kind : kinds())
            list.push_back(kind.name);
        return list;
    }();
    return names;
}

} // namespace fathom::optim
