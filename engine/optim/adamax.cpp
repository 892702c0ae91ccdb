// SPDX-License-Identifier: Apache-2.0
// Adamax, Adam by the infinity norm (Kingma & Ba 2014), as torch.optim.Adamax.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct AdamaxParams {
    std::vector<double> betas{};
    double eps{};
    double weightDecay{};
    bool maximize{};

    static const config::Schema<AdamaxParams>& schema() {
        using P = AdamaxParams;
        static const auto schema = config::Schema<P>(schemas::at("Adamax"))
                                       .bind("betas", &P::betas)
                                       .bind("eps", &P::eps)
                                       .bind("weight_decay", &P::weightDecay)
                                       .bind("maximize", &P::maximize);
        return schema;
    }
    [[nodiscard]] Status check() const { return checkBetas(betas, 2); }
};

class Adamax : public Grouped<AdamaxParams> {
public:
    Adamax(Setup setup, std::vector<AdamaxParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::Tensor, {{"exp_avg"}, {"exp_inf"}}) {}

private:
    void prepare(std::size_t, std::size_t index) override {
        zerosIn(0, index);
        zerosIn(1, index);
    }
    void update(std::size_t group, const Indices& indices) override {
        const AdamaxParams& p = params(group);
        const TensorList grads = gradients(indices, p.maximize, p.weightDecay);
        const TensorList means = subset(slot(0), indices);
        const TensorList norms = subset(slot(1), indices);
        at::_foreach_lerp_(means, grads, 1 - p.betas[0]);
        TensorList sizes = at::_foreach_abs(grads);
        at::_foreach_add_(sizes, p.eps);
        at::_foreach_mul_(norms, p.betas[1]);
        at::_foreach_maximum_(norms, sizes);
        std::vector<at::Scalar> rates;
        for (const std::size_t i : indices)
            rates.emplace_back(-rate(group) / (1 - std::pow(p.betas[0], static_cast<double>(steps(i)))));
        at::_foreach_addcdiv_(subset(parameters(), indices), means, norms, rates);
    }
};

} // namespace

Built buildAdamax(Setup setup) {
    return build<Adamax, AdamaxParams>(std::move(setup));
}

} // namespace fathom::optim
