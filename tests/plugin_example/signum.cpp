// SPDX-License-Identifier: GPL-3.0-or-later
#include "signum.h"

#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"

namespace example {

namespace {

using namespace fathom;

constexpr const char* kSchema = R"(Signum(OptimizerSection)
  lr: float = ???  # learning rate: the size of every step | >= 0
  momentum: float = 0.9  # share of the last direction that is kept | 0..1
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
)";

struct SignumParams {
    double momentum{};
    double weightDecay{};

    static const config::Schema<SignumParams>& schema() {
        static const auto schema = config::Schema<SignumParams>(schemas::describe(kSchema).value())
                                       .bind("momentum", &SignumParams::momentum)
                                       .bind("weight_decay", &SignumParams::weightDecay);
        return schema;
    }
    [[nodiscard]] Status check() const {
        if (momentum < 1) return {};
        return fail(
            optim::invalid("momentum", "with a momentum of 1 no gradient counts", "Give less than 1"));
    }
};

class Signum : public optim::Grouped<SignumParams> {
public:
    Signum(optim::Setup setup, std::vector<SignumParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::None, {{"momentum_buffer"}}) {}

private:
    void prepare(std::size_t, std::size_t index) override { zerosIn(0, index); }

    void update(std::size_t group, const Indices& indices) override {
        const SignumParams& p = params(group);
        const std::vector<torch::Tensor> grads = gradients(indices, /*maximize=*/false, p.weightDecay);
        std::vector<torch::Tensor> momenta;
        std::vector<torch::Tensor> weights;
        for (const std::size_t index : indices) {
            momenta.push_back(slot(0)[index]);
            weights.push_back(parameters()[index]);
        }
        at::_foreach_mul_(momenta, p.momentum);
        at::_foreach_add_(momenta, grads, 1 - p.momentum);
        at::_foreach_add_(weights, at::_foreach_sign(momenta), -rate(group));
    }
};

} // namespace

plugin::OptimizerRegistration signum() {
    return {
        .name = "signum",
        .schema = kSchema,
        .groupKeys = {"lr", "momentum", "weight_decay"},
        .factory = [](optim::Setup setup) { return optim::build<Signum, SignumParams>(std::move(setup)); }};
}

} // namespace example
