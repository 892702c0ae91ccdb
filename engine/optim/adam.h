// SPDX-License-Identifier: Apache-2.0
// Adam and AdamW by torch's fused kernel (Kingma & Ba 2014; Loshchilov & Hutter 2017).
#pragma once

#include "engine/config/schema.h"
#include "engine/optim/optimizer.h"

#include <vector>

namespace fathom::optim {

enum class WeightDecay { L2, Decoupled };

/// Described in engine/config/schemas, defaults too.
template <WeightDecay kDecay> struct AdamParamsOf {
    double lr{};
    std::vector<double> betas{};
    double eps{};
    double weightDecay{};
    bool amsgrad{};
    bool maximize{};
};
using AdamParams = AdamParamsOf<WeightDecay::L2>;
using AdamWParams = AdamParamsOf<WeightDecay::Decoupled>;

[[nodiscard]] const config::Schema<AdamParams>& adamSchema();
[[nodiscard]] const config::Schema<AdamWParams>& adamWSchema();

class Adam : public Optimizer {
public:
    template <WeightDecay kDecay>
    Adam(std::vector<torch::Tensor> parameters, const AdamParamsOf<kDecay>& params)
        : Adam(std::move(parameters), {params.lr, params.betas[0], params.betas[1], params.eps,
                                       params.weightDecay, params.amsgrad, params.maximize, kDecay}) {}
    void step(double learningRate) override;
    [[nodiscard]] std::vector<StateEntry> state(std::size_t index) const override;

private:
    struct Settings {
        double lr, beta1, beta2, eps, weightDecay;
        bool amsgrad, maximize;
        WeightDecay decay;
    };
    Adam(std::vector<torch::Tensor> parameters, const Settings& settings);
    void prepare(std::size_t index);

    Settings m_settings;
    std::vector<torch::Tensor> m_steps; ///< 0-dim float32 each; undefined before the first update
    std::vector<torch::Tensor> m_means;
    std::vector<torch::Tensor> m_squares;
    std::vector<torch::Tensor> m_maxSquares; ///< amsgrad only
};

} // namespace fathom::optim
