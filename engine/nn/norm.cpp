// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/norm.h"

#include <algorithm>

namespace fathom::nn {

Norm::Norm(std::int64_t channels) {
    weight = register_parameter("weight", torch::ones({channels}));
    bias = register_parameter("bias", torch::zeros({channels}));
}

BatchNorm::BatchNorm(std::int64_t channels, double eps) : Norm(channels), m_eps(eps) {
    runningMean = register_buffer("running_mean", torch::zeros({channels}));
    runningVar = register_buffer("running_var", torch::ones({channels}));
    batches = register_buffer("num_batches_tracked", torch::zeros({}, torch::kInt64));
}

torch::Tensor BatchNorm::forward(const torch::Tensor& x) {
    if (is_training()) batches.add_(1);
    return torch::batch_norm(x, weight, bias, runningMean, runningVar, is_training(), kMomentum, m_eps,
                             /*cudnn_enabled=*/true);
}

void BatchNorm::updateRunning(const torch::Tensor& mean, const torch::Tensor& var, std::int64_t count) {
    const torch::NoGradGuard noGrad;
    batches.add_(1);
    const double unbiased =
        static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(1, count - 1));
    runningMean.mul_(1 - kMomentum).add_(mean, kMomentum);
    runningVar.mul_(1 - kMomentum).add_(var, kMomentum * unbiased);
}

GroupNorm::GroupNorm(std::int64_t groups, std::int64_t channels) : Norm(channels), m_groups(groups) {}

torch::Tensor GroupNorm::forward(const torch::Tensor& x) {
    return torch::group_norm(x, m_groups, weight, bias);
}

Result<std::shared_ptr<Norm>> makeNorm(const std::string& mode, std::int64_t groups, std::int64_t channels) {
    const auto error = [&](std::string why, std::string remedy) {
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot build the encoder",
                     .why = std::move(why),
                     .remedy = std::move(remedy),
                     .key = "encoder.normalization_mode",
                     .className = "ValueError"});
    };
    if (mode == "batch") return std::make_shared<BatchNorm>(channels);
    if (mode == "layer") return std::make_shared<GroupNorm>(1, channels);
    if (mode == "instance") return std::make_shared<GroupNorm>(channels, channels);
    if (mode != "group")
        return error("Normalization method (" + mode +
                         ") does not match one of [batch, layer, group, instance].",
                     "Use one of these");
    const std::int64_t count = groups == -1 ? channels : groups;
    if (count <= 0 || channels % count != 0)
        return error("norm_groups " + std::to_string(groups) + " does not divide " +
                         std::to_string(channels) + " channels",
                     "Use a divisor, or -1");
    return std::make_shared<GroupNorm>(count, channels);
}

} // namespace fathom::nn
