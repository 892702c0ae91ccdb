// SPDX-License-Identifier: Apache-2.0
// The normalisations of a convolutional block, with the names and defaults NeMo's JasperBlock gives them.
#pragma once

#include "engine/base/result.h"

#include <memory>
#include <string>
#include <torch/torch.h>

namespace fathom::nn {

/// x [B, C, T] -> [B, C, T].
class Norm : public torch::nn::Module {
public:
    [[nodiscard]] virtual torch::Tensor forward(const torch::Tensor& x) = 0;
    /// What torch writes into a state_dict's `_metadata`.
    [[nodiscard]] virtual int stateVersion() const { return 1; }

    torch::Tensor weight{}; ///< [C]
    torch::Tensor bias{};   ///< [C]

protected:
    explicit Norm(std::int64_t channels);
};

/// torch.nn.BatchNorm1d with momentum 0.1 and JasperBlock's eps of 1e-3 unless given. Statistics are over all
/// positions of the padded batch.
class BatchNorm : public Norm {
public:
    explicit BatchNorm(std::int64_t channels, double eps = 1e-3);
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x) override;
    [[nodiscard]] int stateVersion() const override { return 2; }

    [[nodiscard]] double eps() const { return m_eps; }
    /// What a training step does to the buffers: `mean` and the biased `var` [C] of `count` positions.
    void updateRunning(const torch::Tensor& mean, const torch::Tensor& var, std::int64_t count);

    static constexpr double kMomentum = 0.1;
    torch::Tensor runningMean{}; ///< [C]
    torch::Tensor runningVar{};  ///< [C]
    torch::Tensor batches{};     ///< 0-dim int64, `num_batches_tracked`

private:
    double m_eps;
};

/// torch.nn.GroupNorm with eps 1e-5: one group is NeMo's "layer", as many as channels "instance".
class GroupNorm : public Norm {
public:
    GroupNorm(std::int64_t groups, std::int64_t channels);
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x) override;

private:
    std::int64_t m_groups;
};

/// NeMo's normalization_mode: batch, layer, instance or group (`groups` -1: one per channel). Usage error
/// otherwise.
[[nodiscard]] Result<std::shared_ptr<Norm>> makeNorm(const std::string& mode, std::int64_t groups,
                                                     std::int64_t channels);

} // namespace fathom::nn
