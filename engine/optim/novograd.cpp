// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/novograd.h"

#include "engine/config/schemas/catalog.h"
#include "engine/optim/subset.h"

namespace fathom::optim {

const config::Schema<NovogradParams>& novogradSchema() {
    using P = NovogradParams;
    static const auto schema = config::Schema<P>(schemas::at("Novograd"))
                                   .bind("lr", &P::lr)
                                   .bind("betas", &P::betas)
                                   .bind("eps", &P::eps)
                                   .bind("weight_decay", &P::weightDecay)
                                   .bind("grad_averaging", &P::gradAveraging)
                                   .bind("amsgrad", &P::amsgrad)
                                   .bind("luc", &P::luc)
                                   .bind("luc_trust", &P::lucTrust)
                                   .bind("luc_eps", &P::lucEps);
    return schema;
}

Novograd::Novograd(std::vector<torch::Tensor> parameters, const NovogradParams& params)
    : Optimizer(std::move(parameters), params.lr),
      m_params(params),
      m_steps(this->parameters().size()),
      m_means(this->parameters().size()) {
    const auto count = static_cast<std::int64_t>(this->parameters().size());
    const auto options =
        this->parameters().empty() ? torch::TensorOptions() : this->parameters().front().options();
    m_squares = torch::zeros({count}, options.dtype(torch::kFloat32).requires_grad(false));
    if (m_params.amsgrad) m_maxSquares = torch::zeros_like(m_squares);
}

void Novograd::normalise(const std::vector<std::size_t>& indices, const std::vector<torch::Tensor>& grads) {
    const torch::Tensor norms = at::stack(at::_foreach_norm(grads, 2)).to(torch::kFloat32).square_();
    std::vector<std::int64_t> numbers(indices.begin(), indices.end());
    const bool all = indices.size() == parameters().size();
    const torch::Tensor rows = all ? torch::Tensor() : torch::tensor(numbers).to(norms.device());

    torch::Tensor squares = all ? m_squares : m_squares.index_select(0, rows);
    // NeMo asks for the value 0, not for the first step.
    squares = at::where(squares == 0, norms, squares * m_params.betas[1] + norms * (1 - m_params.betas[1]));
    torch::Tensor denominators = squares;
    if (m_params.amsgrad) {
        denominators = at::maximum(all ? m_maxSquares : m_maxSquares.index_select(0, rows), squares);
        m_maxSquares = all ? denominators : m_maxSquares.index_copy(0, rows, denominators);
    }
    m_squares = all ? squares : m_squares.index_copy(0, rows, squares);
    at::_foreach_div_(grads, (denominators.sqrt() + m_params.eps).unbind());
}

void Novograd::apply(const std::vector<torch::Tensor>& params, const std::vector<torch::Tensor>& means,
                     double learningRate) const {
    if (!m_params.luc) {
        at::_foreach_add_(params, means, -learningRate);
        return;
    }
    const torch::Tensor weights = at::stack(at::_foreach_norm(params, 2));
    const torch::Tensor updates = at::stack(at::_foreach_norm(means, 2));
    const torch::Tensor factors =
        (m_params.lucTrust * weights / (updates + m_params.lucEps)).clamp_max(learningRate);
    at::_foreach_sub_(params, at::_foreach_mul(means, factors.unbind()));
}

void Novograd::step(double learningRate) {
    const torch::NoGradGuard guard;
    const std::vector<std::size_t> indices = withGradients();
    if (indices.empty()) return;
    for (const std::size_t i : indices) {
        ++m_steps[i];
        if (!m_means[i].defined())
            m_means[i] = torch::zeros_like(parameters()[i], torch::MemoryFormat::Preserve);
    }
    const std::vector<torch::Tensor> params = subset(parameters(), indices);
    const std::vector<torch::Tensor> means = subset(m_means, indices);
    const std::vector<torch::Tensor> grads = gradients(indices, false);
    normalise(indices, grads);
    if (m_params.weightDecay != 0) at::_foreach_add_(grads, params, m_params.weightDecay);
    if (m_params.gradAveraging) at::_foreach_mul_(grads, 1 - m_params.betas[0]);
    at::_foreach_mul_(means, m_params.betas[0]);
    at::_foreach_add_(means, grads, 1);
    apply(params, means, learningRate);
}

std::vector<StateEntry> Novograd::state(std::size_t index) const {
    if (!m_means.at(index).defined()) return {};
    const auto row = static_cast<std::int64_t>(index);
    std::vector<StateEntry> entries{
        {"step", torch::tensor(m_steps[index])}, {"exp_avg", m_means[index]}, {"exp_avg_sq", m_squares[row]}};
    if (m_params.amsgrad) entries.push_back({"max_exp_avg_sq", m_maxSquares[row]});
    return entries;
}

} // namespace fathom::optim
