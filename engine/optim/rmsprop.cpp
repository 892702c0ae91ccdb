// SPDX-License-Identifier: Apache-2.0
// RMSprop (Hinton's lecture 6e; centered: Graves 2013), as torch.optim.RMSprop.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct RmspropParams {
    double alpha{};
    double eps{};
    double weightDecay{};
    double momentum{};
    bool centered{};
    bool maximize{};

    static const config::Schema<RmspropParams>& schema() {
        using P = RmspropParams;
        static const auto schema = config::Schema<P>(schemas::at("RMSprop"))
                                       .bind("alpha", &P::alpha)
                                       .bind("eps", &P::eps)
                                       .bind("weight_decay", &P::weightDecay)
                                       .bind("momentum", &P::momentum)
                                       .bind("centered", &P::centered)
                                       .bind("maximize", &P::maximize);
        return schema;
    }
    [[nodiscard]] Status check() const { return {}; }
};

class Rmsprop : public Grouped<RmspropParams> {
public:
    Rmsprop(Setup setup, std::vector<RmspropParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::Tensor,
                  {{"square_avg"}, {"momentum_buffer"}, {"grad_avg"}}) {}

private:
    void prepare(std::size_t group, std::size_t index) override {
        zerosIn(0, index);
        if (params(group).momentum > 0) zerosIn(1, index);
        if (params(group).centered) zerosIn(2, index);
    }
    void update(std::size_t group, const Indices& indices) override {
        const RmspropParams& p = params(group);
        const TensorList grads = gradients(indices, p.maximize, p.weightDecay);
        const TensorList squares = subset(slot(0), indices);
        averageSquares(squares, grads, p.alpha);
        TensorList deviations;
        if (p.centered) {
            const TensorList means = subset(slot(2), indices);
            at::_foreach_lerp_(means, grads, 1 - p.alpha);
            deviations = at::_foreach_addcmul(squares, means, means, -1);
            at::_foreach_sqrt_(deviations);
        } else {
            deviations = at::_foreach_sqrt(squares);
        }
        at::_foreach_add_(deviations, p.eps);
        const TensorList params = subset(parameters(), indices);
        if (p.momentum > 0) {
            const TensorList momenta = subset(slot(1), indices);
            at::_foreach_mul_(momenta, p.momentum);
            at::_foreach_addcdiv_(momenta, grads, deviations, 1);
            at::_foreach_add_(params, momenta, -rate(group));
        } else {
            at::_foreach_addcdiv_(params, grads, deviations, -rate(group));
        }
    }
};

} // namespace

Built buildRmsprop(Setup setup) {
    return build<Rmsprop, RmspropParams>(std::move(setup));
}

} // namespace fathom::optim
