// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/nn/subsampling.h"

#include <vector>

namespace fathom::nn {

/// NeMo's ConvSubsampling: a stack of two-dimensional convolutions over time and features, each with stride 2
/// or followed by a pooling that halves, then a linear layer over channels and features. What lies beyond a
/// clip is zero for every convolution (NeMo from 2.5 on). Parameters: `out.{weight,bias}`,
/// `conv.<n>.{weight,bias}`.
class ConvSubsampling : public Subsampling {
public:
    /// Requires what Subsampling::make checks.
    ConvSubsampling(const SubsamplingParams& params, Random& random);
    [[nodiscard]] Subsampled forward(const torch::Tensor& x, const Lengths& lengths) const override;
    [[nodiscard]] bool isPerClip() const override { return true; }
    [[nodiscard]] std::int64_t outputFrames(std::int64_t frames) const override;

private:
    struct Conv {
        torch::Tensor weight{};
        torch::Tensor bias{};
        std::int64_t stride = 1;
        std::int64_t before = 0; ///< zeros to the left, in time and features
        std::int64_t after = 0;  ///< zeros to the right
        std::int64_t groups = 1;
        bool relu = true;  ///< what follows
        bool pool = false; ///< and then: the larger of two by two, a lone last one kept

        [[nodiscard]] std::int64_t outputLength(std::int64_t frames) const;
    };
    void addStriding(const SubsamplingParams& params, Random& random);
    void addVgg(const SubsamplingParams& params, Random& random);
    void add(Conv conv, std::int64_t in, std::int64_t out, std::int64_t kernel, Random& random);
    [[nodiscard]] static torch::Tensor apply(const Conv& conv, const torch::Tensor& x);

    std::vector<Conv> m_convs{};
    std::shared_ptr<Linear> m_out;
    std::shared_ptr<torch::nn::Module> m_sequence;
    std::int64_t m_registered = 0;
};

} // namespace fathom::nn
