// SPDX-License-Identifier: Apache-2.0
#include "engine/train/loss_watch.h"

#include <cmath>

namespace fathom::train {
namespace {

Error notFinite(double loss, std::int64_t step, const std::vector<std::string>& sources) {
    std::string names;
    for (std::size_t i = 0; i < sources.size() && i < 4; ++i)
        names += (i ? ", " : "") + sources[i];
    if (sources.size() > 4) names += " and " + std::to_string(sources.size() - 4) + " more";
    std::string why = "train_loss is " + std::string(std::isnan(loss) ? "NaN" : "infinite") + " at step " +
                      std::to_string(step);
    if (!names.empty()) why += ", in the batch of " + names;
    return {.what = "Training ended",
            .why = std::move(why),
            .remedy = "Lower model.optim.lr, set trainer.gradient_clip_val=1.0, or check these items",
            .className = "ValueError"};
}

} // namespace

Status LossWatch::note(const torch::Tensor& loss, std::int64_t step,
                       const std::vector<std::string>& sources) {
    m_noted.push_back({loss.detach(), step, sources});
    return loss.is_cpu() ? check() : Status{};
}

Status LossWatch::check() {
    const std::vector<Noted> noted = std::move(m_noted);
    m_noted.clear();
    if (noted.empty()) return {};
    std::vector<torch::Tensor> losses;
    for (const Noted& each : noted)
        losses.push_back(each.loss);
    const torch::Tensor values = torch::stack(losses).to(torch::kCPU, torch::kFloat64);
    for (std::size_t i = 0; i < noted.size(); ++i)
        if (const double value = values.const_data_ptr<double>()[i]; !std::isfinite(value))
            return fail(notFinite(value, noted[i].step, noted[i].sources));
    return {};
}

} // namespace fathom::train
