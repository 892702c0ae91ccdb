// SPDX-License-Identifier: Apache-2.0
#include "engine/train/loop_state.h"

#include <algorithm>

namespace fathom::train {
namespace {

Error flagError(const config::Config& config, const std::string& flag, std::string why, std::string remedy) {
    return config.errorAt("trainer." + flag, "Cannot plan the training", std::move(why), std::move(remedy));
}

} // namespace

Result<Plan> makePlan(const TrainerParams& params, const config::Config& config, std::int64_t trainBatches,
                      std::int64_t validationBatches) {
    Plan plan;
    const auto limited = [&](const BatchLimit& limit, std::int64_t available,
                             const char* flag) -> Result<std::int64_t> {
        if (const auto count = limit.of(available)) return *count;
        return fail(flagError(config, flag,
                              "that share of " + std::to_string(available) + " batches is less than one",
                              "Increase it or set it to a number of batches"));
    };
    const bool overfits = params.overfits();
    const auto train =
        limited(params.trainLimit, trainBatches, overfits ? "overfit_batches" : "limit_train_batches");
    if (!train) return fail(train.error());
    const auto validation = limited(params.validationLimit, validationBatches,
                                    overfits ? "overfit_batches" : "limit_val_batches");
    if (!validation) return fail(validation.error());
    plan.trainBatches = *train;
    plan.validationBatches = *validation;
    plan.stepsPerEpoch = (plan.trainBatches + params.accumulate - 1) / params.accumulate;

    const BatchLimit& interval = params.validationInterval;
    if (plan.validationBatches > 0 && plan.trainBatches > 0) {
        plan.validationEvery =
            interval.count
                ? *interval.count
                : std::max<std::int64_t>(
                      1, static_cast<std::int64_t>(static_cast<double>(plan.trainBatches) * interval.share));
        if (interval.count && params.validationEpochInterval && *interval.count > plan.trainBatches)
            return fail(
                flagError(config, "val_check_interval",
                          std::to_string(*interval.count) + " is more than the " +
                              std::to_string(plan.trainBatches) + " training batches of an epoch",
                          "Lower it, or set trainer.check_val_every_n_epoch=null to count across epochs"));
    }
    limitPlan(plan, params);
    return plan;
}

void limitPlan(Plan& plan, const TrainerParams& params) {
    plan.totalSteps = params.maxEpochs >= 0 ? plan.stepsPerEpoch * params.maxEpochs : -1;
    if (params.maxSteps >= 0)
        plan.totalSteps = plan.totalSteps < 0 ? params.maxSteps : std::min(plan.totalSteps, params.maxSteps);
    plan.totalEpochs = -1;
    if (plan.totalSteps >= 0 && plan.stepsPerEpoch > 0)
        plan.totalEpochs = static_cast<int>((plan.totalSteps + plan.stepsPerEpoch - 1) / plan.stepsPerEpoch);
}

} // namespace fathom::train
