// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/nn/attention.h"

namespace fathom::nn {

/// Relative attention within a window of `left` and `right` frames, in time and memory proportional to the
/// frames, with the numbers of NeMo's RelPositionMultiHeadAttentionLongformer: also where it is peculiar, in
/// windows that are not symmetric and with several global frames.
class LocalAttention : public RelativeAttention {
public:
    LocalAttention(const AttentionParams& params, Random& random);

    std::shared_ptr<Linear> globalQuery{}; ///< null unless params.globalSeparate
    std::shared_ptr<Linear> globalKey{};
    std::shared_ptr<Linear> globalValue{};

    [[nodiscard]] torch::Tensor attend(const torch::Tensor& x, const Heads& heads,
                                       const torch::Tensor& positions, const AttentionContext& context,
                                       Random* random) const override;

private:
    /// Frames on either side in what is computed: the larger of left and right.
    [[nodiscard]] std::int64_t reach() const;
    [[nodiscard]] torch::Tensor windowScores(const torch::Tensor& q, const torch::Tensor& k) const;
    [[nodiscard]] torch::Tensor windowSums(const torch::Tensor& weights, const torch::Tensor& v) const;
    [[nodiscard]] torch::Tensor distanceScores(const torch::Tensor& q, const torch::Tensor& p) const;
    [[nodiscard]] torch::Tensor outOfWindow(const AttentionContext& context, const torch::Tensor& like) const;
    [[nodiscard]] Heads globalHeads(const torch::Tensor& x, const Heads& heads) const;
    [[nodiscard]] torch::Tensor fromGlobals(const Heads& global, const torch::Tensor& indices,
                                            const AttentionContext& context, Random* random) const;
};

} // namespace fathom::nn
