// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/adam.h"

#include "engine/config/schemas/catalog.h"
#include "engine/optim/subset.h"

namespace fathom::optim {
namespace {

template <class Params> config::Schema<Params> schemaOf(std::string_view className) {
    config::Schema<Params> schema(schemas::at(className));
    schema.bind("lr", &Params::lr)
        .bind("betas", &Params::betas)
        .bind("eps", &Params::eps)
        .bind("weight_decay", &Params::weightDecay)
        .bind("amsgrad", &Params::amsgrad)
        .bind("maximize", &Params::maximize);
    return schema;
}

} // namespace

const config::Schema<AdamParams>& adamSchema() {
    static const auto schema = schemaOf<AdamParams>("Adam");
    return schema;
}

const config::Schema<AdamWParams>& adamWSchema() {
    static const auto schema = schemaOf<AdamWParams>("AdamW");
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
