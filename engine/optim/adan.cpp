// SPDX-License-Identifier: Apache-2.0
// Adan, adaptive Nesterov momentum (Xie et al. 2022), as nemo.core.optim.adan computes it.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/clip.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct AdanParams {
    std::vector<double> betas{};
    double eps{};
    double weightDecay{};
    double maxGradNorm{};
    bool noProx{};

    static const config::Schema<AdanParams>& schema() {
        using P = AdanParams;
        static const auto schema = config::Schema<P>(schemas::at("Adan"))
                                       .bind("betas", &P::betas)
                                       .bind("eps", &P::eps)
                                       .bind("weight_decay", &P::weightDecay)
                                       .bind("max_grad_norm", &P::maxGradNorm)
                                       .bind("no_prox", &P::noProx);
        return schema;
    }
    [[nodiscard]] Status check() const {
        if (maxGradNorm < 0)
            return fail(invalid("max_grad_norm", "Invalid Max grad norm: " + formatFloat(maxGradNorm),
                                "Give a number of at least 0"));
        return checkBetas(betas, 3);
    }
};

class Adan : public Grouped<AdanParams> {
public:
    Adan(Setup setup, std::vector<AdanParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::OfGroup,
                  {{"exp_avg"}, {"exp_avg_sq"}, {"exp_avg_diff"}, {"neg_pre_grad"}}) {}

private:
    static constexpr std::size_t kMeans = 0, kSquares = 1, kDifferences = 2, kNegated = 3;

    void prepare(std::size_t, std::size_t index) override {
        for (const std::size_t number : {kMeans, kSquares, kDifferences})
            zerosIn(number, index);
    }
    void begin() override;
    void update(std::size_t group, const Indices& indices) override;
};

/// NeMo clips inside of step(), by the norm over all groups and the epsilon of the last.
void Adan::begin() {
    const double limit = params(0).maxGradNorm;
    if (limit <= 0) return;
    TensorList grads;
    for (std::size_t group = 0; group < groupCount(); ++group)
        for (torch::Tensor& grad : gradients(withGradients(group)))
            grads.push_back(std::move(grad));
    if (grads.empty()) return;
    const torch::Tensor norm = gradNorm(parameters()) + params(groupCount() - 1).eps;
    at::_foreach_mul_(grads, (limit / norm).clamp_max(1.0));
}

void Adan::update(std::size_t group, const Indices& indices) {
    const AdanParams& p = params(group);
    const auto step = static_cast<double>(groupSteps(group));
    const TensorList weights = subset(parameters(), indices);
    const TensorList grads = gradients(indices);
    const TensorList means = subset(slot(kMeans), indices);
    const TensorList squares = subset(slot(kSquares), indices);
    const TensorList differences = subset(slot(kDifferences), indices);
    for (const std::size_t i : indices) // the first difference is 0
        if (torch::Tensor& own = slot(kNegated)[i]; !own.defined()) own = parameters()[i].grad().neg();
    const TensorList negated = subset(slot(kNegated), indices); // the difference, for now
    at::_foreach_add_(negated, grads);
    average(means, grads, p.betas[0]);
    average(differences, negated, p.betas[1]);
    at::_foreach_mul_(negated, p.betas[1]);
    at::_foreach_add_(negated, grads);
    averageSquares(squares, negated, p.betas[2]);
    TensorList denominators = at::_foreach_sqrt(squares);
    at::_foreach_div_(denominators, std::sqrt(1 - std::pow(p.betas[2], step)));
    at::_foreach_add_(denominators, p.eps);

    const double decay = rate(group) * p.weightDecay;
    if (p.noProx) at::_foreach_mul_(weights, 1 - decay);
    at::_foreach_addcdiv_(weights, means, denominators, -rate(group) / (1 - std::pow(p.betas[0], step)));
    at::_foreach_addcdiv_(weights, differences, denominators,
                          -rate(group) * p.betas[1] / (1 - std::pow(p.betas[1], step)));
    if (!p.noProx) at::_foreach_div_(weights, 1 + decay);
    at::_foreach_copy_(negated, grads);
    at::_foreach_neg_(negated);
}

} // namespace

Built buildAdan(Setup setup) {
    return build<Adan, AdanParams>(std::move(setup));
}

} // namespace fathom::optim
