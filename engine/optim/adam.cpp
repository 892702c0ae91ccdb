// SPDX-License-Identifier: Apache-2.0
// Adam and AdamW by torch's fused kernel (Kingma & Ba 2014; Loshchilov & Hutter 2017).
#include "engine/config/schemas/catalog.h"
#include "engine/optim/grouped.h"
#include "engine/optim/lists.h"

namespace fathom::optim {
namespace {

struct AdamParams {
    std::vector<double> betas{};
    double eps{};
    double weightDecay{};
    bool amsgrad{};
    bool maximize{};
    bool decoupledWeightDecay{};

    static const config::Schema<AdamParams>& schema() {
        using P = AdamParams;
        static const auto schema = config::Schema<P>(schemas::at("Adam"))
                                       .bind("betas", &P::betas)
                                       .bind("eps", &P::eps)
                                       .bind("weight_decay", &P::weightDecay)
                                       .bind("amsgrad", &P::amsgrad)
                                       .bind("maximize", &P::maximize)
                                       .bind("decoupled_weight_decay", &P::decoupledWeightDecay);
        return schema;
    }
    [[nodiscard]] Status check() const { return checkBetas(betas, 2); }
};

class Adam : public Grouped<AdamParams> {
public:
    Adam(Setup setup, std::vector<AdamParams> params)
        : Grouped(std::move(setup), std::move(params), StepFormat::Tensor,
                  {{"exp_avg"}, {"exp_avg_sq"}, {"max_exp_avg_sq"}}),
          m_stepTensors(parameters().size()) {}

private:
    void prepare(std::size_t group, std::size_t index) override {
        zerosIn(0, index);
        zerosIn(1, index);
        if (params(group).amsgrad) zerosIn(2, index);
        countOnDevice(index);
    }
    void loaded() override {
        for (std::size_t i = 0; i < m_stepTensors.size(); ++i)
            countOnDevice(i);
    }
    void countOnDevice(std::size_t index) {
        const auto options = parameters()[index].options().dtype(torch::kFloat32).requires_grad(false);
        m_stepTensors[index] = torch::full({}, static_cast<double>(steps(index)), options);
    }
    void update(std::size_t group, const Indices& indices) override;

    TensorList m_stepTensors; ///< the numbers of steps once more, where the fused kernel wants them
};

void Adam::update(std::size_t group, const Indices& indices) {
    const AdamParams& p = params(group);
    const TensorList stepTensors = subset(m_stepTensors, indices);
    at::_foreach_add_(stepTensors, 1);
    const TensorList maxSquares = p.amsgrad ? subset(slot(2), indices) : TensorList{};
    const auto run = [&](auto kernel) {
        kernel(subset(parameters(), indices), gradients(indices), subset(slot(0), indices),
               subset(slot(1), indices), maxSquares, stepTensors, rate(group), p.betas[0], p.betas[1],
               p.weightDecay, p.eps, p.amsgrad, p.maximize, std::nullopt, std::nullopt);
    };
    if (p.decoupledWeightDecay)
        run([](auto&&... arguments) { at::_fused_adamw_(arguments...); });
    else
        run([](auto&&... arguments) { at::_fused_adam_(arguments...); });
}

} // namespace

Built buildAdam(Setup setup) {
    return build<Adam, AdamParams>(std::move(setup));
}

} // namespace fathom::optim
