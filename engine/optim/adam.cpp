// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/adam.h"

#include "engine/optim/section.h"
#include "engine/optim/subset.h"

namespace fathom::optim {
namespace {

template <class Params> config::Schema<Params> describe(const std::string& name) {
    config::Schema<Params> schema(name);
    schema.field("lr", &Params::lr, "Learning rate before the schedule", {.minimum = 0})
        .field("betas", &Params::betas, "Decay of the running mean and of the running square of the gradient")
        .field("eps", &Params::eps, "Added to the denominator", {.minimum = 0})
        .field("weight_decay", &Params::weightDecay, "Pull of the weights towards zero", {.minimum = 0})
        .field("amsgrad", &Params::amsgrad, "Divide by the largest running square so far")
        .field("maximize", &Params::maximize, "Climb instead of descend");
    return withCommonKeys(std::move(schema));
}

} // namespace

const config::Schema<AdamParams>& adamSchema() {
    static const auto schema = describe<AdamParams>("AdamParams");
    return schema;
}

const config::Schema<AdamWParams>& adamWSchema() {
    static const auto schema = describe<AdamWParams>("AdamWParams");
    return schema;
}

Adam::Adam(std::vector<torch::Tensor> parameters, const Settings& settings)
    : Optimizer(std::move(parameters), settings.lr), m_settings(settings) {
    const std::size_t count = this->parameters().size();
    m_steps.resize(count);
    m_means.resize(count);
    m_squares.resize(count);
    if (m_settings.amsgrad) m_maxSquares.resize(count);
}

void Adam::prepare(std::size_t index) {
    if (m_steps[index].defined()) return;
    const torch::Tensor& parameter = parameters()[index];
    m_steps[index] = torch::zeros({}, parameter.options().dtype(torch::kFloat32).requires_grad(false));
    m_means[index] = torch::zeros_like(parameter, torch::MemoryFormat::Preserve);
    m_squares[index] = torch::zeros_like(parameter, torch::MemoryFormat::Preserve);
    if (m_settings.amsgrad) m_maxSquares[index] = torch::zeros_like(parameter, torch::MemoryFormat::Preserve);
}

void Adam::step(double learningRate) {
    const torch::NoGradGuard guard;
    const std::vector<std::size_t> indices = withGradients();
    if (indices.empty()) return;
    for (const std::size_t i : indices)
        prepare(i);
    const std::vector<torch::Tensor> steps = subset(m_steps, indices);
    at::_foreach_add_(steps, 1);
    const std::vector<torch::Tensor> maxSquares =
        m_settings.amsgrad ? subset(m_maxSquares, indices) : std::vector<torch::Tensor>{};
    const auto update = [&](auto kernel) {
        kernel(subset(parameters(), indices), gradients(indices, false), subset(m_means, indices),
               subset(m_squares, indices), maxSquares, steps, learningRate, m_settings.beta1,
               m_settings.beta2, m_settings.weightDecay, m_settings.eps, m_settings.amsgrad,
               m_settings.maximize, std::nullopt, std::nullopt);
    };
    if (m_settings.decay == WeightDecay::Decoupled)
        update([](auto&&... arguments) { at::_fused_adamw_(arguments...); });
    else
        update([](auto&&... arguments) { at::_fused_adam_(arguments...); });
}

std::vector<StateEntry> Adam::state(std::size_t index) const {
    if (!m_steps.at(index).defined()) return {};
    std::vector<StateEntry> entries{
        {"step", m_steps[index]}, {"exp_avg", m_means[index]}, {"exp_avg_sq", m_squares[index]}};
    if (m_settings.amsgrad) entries.push_back({"max_exp_avg_sq", m_maxSquares[index]});
    return entries;
}

} // namespace fathom::optim
