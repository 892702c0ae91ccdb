// SPDX-License-Identifier: Apache-2.0
// Resilient backpropagation (Riedmiller & Braun 1993), as torch.optim.Rprop.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct RpropParams {
    std::vector<double> etas{};
    std::vector<double> stepSizes{};
    bool maximize{};

    static const config::Schema<RpropParams>& schema() {
        using P = RpropParams;
        static const auto schema = config::Schema<P>(schemas::at("Rprop"))
                                       .bind("etas", &P::etas)
                                       .bind("step_sizes", &P::stepSizes)
                                       .bind("maximize", &P::maximize);
        return schema;
    }
    [[nodiscard]] Status check() const {
        if (etas.size() != 2 || !(0 < etas[0] && etas[0] < 1 && 1 < etas[1])) {
            std::string numbers;
            for (const double eta : etas)
                numbers += (numbers.empty() ? "" : ", ") + formatFloat(eta);
            return fail(invalid("etas", "Invalid eta values: " + numbers,
                                "Give one between 0 and 1 and one above 1, such as [0.5,1.2]"));
        }
        if (stepSizes.size() != 2)
            return fail(invalid("step_sizes", "step_sizes are not two numbers",
                                "Give the smallest and the largest step, such as [1e-06,50]"));
        return {};
    }
};

class Rprop : public Grouped<RpropParams> {
public:
    Rprop(Setup setup, std::vector<RpropParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::Tensor, {{"prev"}, {"step_size"}}) {}

private:
    void prepare(std::size_t group, std::size_t index) override {
        zerosIn(0, index);
        if (slot(1)[index].defined()) return;
        zerosIn(1, index);
        slot(1)[index].fill_(rate(group)); // the rate of the first step; the later ones are not used
    }
    void update(std::size_t group, const Indices& indices) override {
        const RpropParams& p = params(group);
        const TensorList grads = gradients(indices, p.maximize, 0);
        TensorList previous = subset(slot(0), indices);
        const TensorList sizes = subset(slot(1), indices);
        const TensorList products = at::_foreach_mul(grads, previous);
        TensorList factors;
        for (std::size_t k = 0; k < indices.size(); ++k) {
            const torch::Tensor turned = products[k] < 0;
            factors.push_back(torch::ones_like(products[k])
                                  .masked_fill_(products[k] > 0, p.etas[1])
                                  .masked_fill_(turned, p.etas[0]));
            at::masked_fill_out(previous[k], grads[k], turned, 0); // no step after a turn
        }
        at::_foreach_mul_(sizes, factors);
        at::_foreach_clamp_min_(sizes, p.stepSizes[0]);
        at::_foreach_clamp_max_(sizes, p.stepSizes[1]);
        at::_foreach_addcmul_(subset(parameters(), indices), at::_foreach_sign(previous), sizes, -1);
    }
};

} // namespace

Built buildRprop(Setup setup) {
    return build<Rprop, RpropParams>(std::move(setup));
}

} // namespace fathom::optim
