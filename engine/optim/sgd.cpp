// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent with momentum, as torch.optim.SGD.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct SgdParams {
    double momentum{};
    double dampening{};
    double weightDecay{};
    bool nesterov{};
    bool maximize{};

    static const config::Schema<SgdParams>& schema() {
        using P = SgdParams;
        static const auto schema = config::Schema<P>(schemas::at("SGD"))
                                       .bind("momentum", &P::momentum)
                                       .bind("dampening", &P::dampening)
                                       .bind("weight_decay", &P::weightDecay)
                                       .bind("nesterov", &P::nesterov)
                                       .bind("maximize", &P::maximize);
        return schema;
    }
    [[nodiscard]] Status check() const {
        if (!nesterov || (momentum > 0 && dampening == 0)) return {};
        return fail(invalid("nesterov", "Nesterov momentum requires a momentum and zero dampening",
                            "Set momentum above 0 and dampening=0"));
    }
};

class Sgd : public Grouped<SgdParams> {
public:
    Sgd(Setup setup, std::vector<SgdParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::None, {{"momentum_buffer"}}) {}

private:
    void prepare(std::size_t, std::size_t) override {} // the first update is the first momentum
    void update(std::size_t group, const Indices& indices) override;
    /// The momenta after this update, fresh ones included.
    TensorList momenta(const SgdParams& p, const Indices& indices, const TensorList& grads);
};

TensorList Sgd::momenta(const SgdParams& p, const Indices& indices, const TensorList& grads) {
    TensorList all;
    TensorList old;
    TensorList added;
    for (std::size_t k = 0; k < indices.size(); ++k) {
        torch::Tensor& momentum = slot(0)[indices[k]];
        if (!momentum.defined()) {
            momentum = grads[k].clone(); // dampening is not applied the first time
        } else {
            old.push_back(momentum);
            added.push_back(grads[k]);
        }
        all.push_back(momentum);
    }
    if (!old.empty()) {
        at::_foreach_mul_(old, p.momentum);
        at::_foreach_add_(old, added, 1 - p.dampening);
    }
    return all;
}

void Sgd::update(std::size_t group, const Indices& indices) {
    const SgdParams& p = params(group);
    TensorList grads = gradients(indices, p.maximize, p.weightDecay);
    if (p.momentum != 0) {
        const TensorList means = momenta(p, indices, grads);
        grads = p.nesterov ? at::_foreach_add(grads, means, p.momentum) : means;
    }
    at::_foreach_add_(subset(parameters(), indices), grads, -rate(group));
}

} // namespace

Built buildSgd(Setup setup) {
    return build<Sgd, SgdParams>(std::move(setup));
}

} // namespace fathom::optim
