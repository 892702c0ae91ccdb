// SPDX-License-Identifier: Apache-2.0
// Adadelta (Zeiler 2012), as torch.optim.Adadelta.
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct AdadeltaParams {
    double rho{};
    double eps{};
    double weightDecay{};
    bool maximize{};

    static const config::Schema<AdadeltaParams>& schema() {
        using P = AdadeltaParams;
        static const auto schema = config::Schema<P>(schemas::at("Adadelta"))
                                       .bind("rho", &P::rho)
                                       .bind("eps", &P::eps)
                                       .bind("weight_decay", &P::weightDecay)
                                       .bind("maximize", &P::maximize);
        return schema;
    }
    [[nodiscard]] Status check() const { return {}; }
};

class Adadelta : public Grouped<AdadeltaParams> {
public:
    Adadelta(Setup setup, std::vector<AdadeltaParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::Tensor, {{"square_avg"}, {"acc_delta"}}) {}

private:
    void prepare(std::size_t, std::size_t index) override {
        zerosIn(0, index);
        zerosIn(1, index);
    }
    void update(std::size_t group, const Indices& indices) override {
        const AdadeltaParams& p = params(group);
        const TensorList grads = gradients(indices, p.maximize, p.weightDecay);
        const TensorList squares = subset(slot(0), indices);
        const TensorList updates = subset(slot(1), indices);
        averageSquares(squares, grads, p.rho);
        TensorList deviations = at::_foreach_add(squares, p.eps);
        at::_foreach_sqrt_(deviations);
        TensorList deltas = at::_foreach_add(updates, p.eps);
        at::_foreach_sqrt_(deltas);
        at::_foreach_div_(deltas, deviations);
        at::_foreach_mul_(deltas, grads);
        averageSquares(updates, deltas, p.rho);
        at::_foreach_add_(subset(parameters(), indices), deltas, -rate(group));
    }
};

} // namespace

Built buildAdadelta(Setup setup) {
    return build<Adadelta, AdadeltaParams>(std::move(setup));
}

} // namespace fathom::optim
