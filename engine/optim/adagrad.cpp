// SPDX-License-Identifier: Apache-2.0
// Adagrad (Duchi et al. 2011), as torch.optim.Adagrad.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct AdagradParams {
    double lrDecay{};
    double weightDecay{};
    double initialAccumulatorValue{};
    double eps{};
    bool maximize{};

    static const config::Schema<AdagradParams>& schema() {
        using P = AdagradParams;
        static const auto schema = config::Schema<P>(schemas::at("Adagrad"))
                                       .bind("lr_decay", &P::lrDecay)
                                       .bind("weight_decay", &P::weightDecay)
                                       .bind("initial_accumulator_value", &P::initialAccumulatorValue)
                                       .bind("eps", &P::eps)
                                       .bind("maximize", &P::maximize);
        return schema;
    }
    [[nodiscard]] Status check() const {
        if (lrDecay >= 0) return {};
        return fail(invalid("lr_decay", "Invalid lr_decay value: " + formatFloat(lrDecay),
                            "Give a number of at least 0"));
    }
};

class Adagrad : public Grouped<AdagradParams> {
public:
    Adagrad(Setup setup, std::vector<AdagradParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::Tensor, {{"sum"}}) {
        prepareAll(); // PyTorch's constructor does
    }

private:
    void prepare(std::size_t group, std::size_t index) override {
        if (slot(0)[index].defined()) return;
        zerosIn(0, index);
        slot(0)[index].fill_(params(group).initialAccumulatorValue);
    }
    void update(std::size_t group, const Indices& indices) override {
        const AdagradParams& p = params(group);
        const TensorList grads = gradients(indices, p.maximize, p.weightDecay);
        const TensorList sums = subset(slot(0), indices);
        at::_foreach_addcmul_(sums, grads, grads, 1);
        TensorList deviations = at::_foreach_sqrt(sums);
        at::_foreach_add_(deviations, p.eps);
        std::vector<at::Scalar> rates;
        for (const std::size_t i : indices)
            rates.emplace_back(-rate(group) / (1 + static_cast<double>(steps(i) - 1) * p.lrDecay));
        at::_foreach_addcdiv_(subset(parameters(), indices), grads, deviations, rates);
    }
};

} // namespace

Built buildAdagrad(Setup setup) {
    return build<Adagrad, AdagradParams>(std::move(setup));
}

} // namespace fathom::optim
