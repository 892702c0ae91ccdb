// SPDX-License-Identifier: Apache-2.0
// Novograd with one second moment per parameter tensor (Ginsburg et al. 2019), as nemo.core.optim.novograd
// computes it.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct NovogradParams {
    std::vector<double> betas{};
    double eps{};
    double weightDecay{};
    bool gradAveraging{};
    bool amsgrad{};
    bool luc{};
    double lucTrust{};
    double lucEps{};

    static const config::Schema<NovogradParams>& schema() {
        using P = NovogradParams;
        static const auto schema = config::Schema<P>(schemas::at("Novograd"))
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
    [[nodiscard]] Status check() const { return checkBetas(betas, 2); }
};

std::vector<std::int64_t> scalarShape(const torch::Tensor&) {
    return {};
}

/// Normalises the gradients in place.
class Novograd : public Grouped<NovogradParams> {
public:
    Novograd(Setup setup, std::vector<NovogradParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::Integer,
                  {{"exp_avg"},
                   {"exp_avg_sq", SlotType::Float32, scalarShape},
                   {"max_exp_avg_sq", SlotType::Float32, scalarShape}}) {
        m_squares = gathered(kSquares);
        m_maxSquares = gathered(kMaxSquares);
    }

private:
    static constexpr std::size_t kMeans = 0, kSquares = 1, kMaxSquares = 2;

    void prepare(std::size_t group, std::size_t index) override;
    void loaded() override {
        m_squares = gathered(kSquares);
        m_maxSquares = gathered(kMaxSquares);
    }
    void update(std::size_t group, const Indices& indices) override;
    /// The scalars of a slot as one tensor. The slot's own become views of it.
    torch::Tensor gathered(std::size_t slotNumber);
    /// Divides the gradients by the root of their tensor's second moment, which this updates.
    void normalise(const NovogradParams& p, const Indices& indices, const TensorList& grads);
    static void apply(const NovogradParams& p, const TensorList& params, const TensorList& means,
                      double learningRate);

    torch::Tensor m_squares; ///< [parameters] float32: the second moments of all tensors
    torch::Tensor m_maxSquares;
};

void Novograd::prepare(std::size_t group, std::size_t index) {
    zerosIn(kMeans, index);
    const auto row = static_cast<std::int64_t>(index);
    if (!slot(kSquares)[index].defined()) slot(kSquares)[index] = m_squares[row];
    if (params(group).amsgrad && !slot(kMaxSquares)[index].defined())
        slot(kMaxSquares)[index] = m_maxSquares[row];
}

torch::Tensor Novograd::gathered(std::size_t slotNumber) {
    const auto count = static_cast<std::int64_t>(parameters().size());
    const auto options = parameters().empty() ? torch::TensorOptions() : parameters().front().options();
    torch::Tensor all = torch::zeros({count}, options.dtype(torch::kFloat32).requires_grad(false));
    for (std::size_t i = 0; i < parameters().size(); ++i) {
        torch::Tensor& own = slot(slotNumber)[i];
        if (!own.defined()) continue;
        const torch::Tensor view = all[static_cast<std::int64_t>(i)];
        view.copy_(own);
        own = view;
    }
    return all;
}

void Novograd::normalise(const NovogradParams& p, const Indices& indices, const TensorList& grads) {
    const torch::Tensor norms = at::stack(at::_foreach_norm(grads, 2)).to(torch::kFloat32).square_();
    const bool all = indices.size() == parameters().size();
    const std::vector<std::int64_t> numbers(indices.begin(), indices.end());
    const torch::Tensor rows = all ? torch::Tensor() : torch::tensor(numbers).to(norms.device());
    const auto rowsOf = [&](const torch::Tensor& moments) {
        return all ? moments : moments.index_select(0, rows);
    };
    const auto store = [&](const torch::Tensor& moments, const torch::Tensor& values) {
        if (all)
            moments.copy_(values);
        else
            moments.index_copy_(0, rows, values);
    };
    const torch::Tensor before = rowsOf(m_squares);
    // NeMo asks for the value 0, not for the first step.
    const torch::Tensor squares =
        at::where(before == 0, norms, before * p.betas[1] + norms * (1 - p.betas[1]));
    store(m_squares, squares);
    torch::Tensor denominators = squares;
    if (p.amsgrad) {
        denominators = at::maximum(rowsOf(m_maxSquares), squares);
        store(m_maxSquares, denominators);
    }
    at::_foreach_div_(grads, (denominators.sqrt() + p.eps).unbind());
}

void Novograd::apply(const NovogradParams& p, const TensorList& params, const TensorList& means,
                     double learningRate) {
    if (!p.luc) {
        at::_foreach_add_(params, means, -learningRate);
        return;
    }
    const torch::Tensor weights = at::stack(at::_foreach_norm(params, 2));
    const torch::Tensor updates = at::stack(at::_foreach_norm(means, 2));
    const torch::Tensor factors = (p.lucTrust * weights / (updates + p.lucEps)).clamp_max(learningRate);
    at::_foreach_sub_(params, at::_foreach_mul(means, factors.unbind()));
}

void Novograd::update(std::size_t group, const Indices& indices) {
    const NovogradParams& p = params(group);
    const TensorList weights = subset(parameters(), indices);
    const TensorList means = subset(slot(kMeans), indices);
    const TensorList grads = gradients(indices);
    normalise(p, indices, grads);
    if (p.weightDecay != 0) at::_foreach_add_(grads, weights, p.weightDecay);
    if (p.gradAveraging) at::_foreach_mul_(grads, 1 - p.betas[0]);
    at::_foreach_mul_(means, p.betas[0]);
    at::_foreach_add_(means, grads, 1);
    apply(p, weights, means, rate(group));
}

} // namespace

Built buildNovograd(Setup setup) {
    return build<Novograd, NovogradParams>(std::move(setup));
}

} // namespace fathom::optim
