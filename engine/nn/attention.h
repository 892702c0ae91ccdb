// SPDX-License-Identifier: Apache-2.0
// Self-attention of a Conformer layer, as NeMo's MultiHeadAttention, RelPositionMultiHeadAttention and
// RelPositionMultiHeadAttentionLongformer.
#pragma once

#include "engine/nn/linear.h"

#include <memory>
#include <torch/torch.h>

namespace fathom::nn {

/// The score of a pair that must not see each other, before softmax: NeMo's INF_VAL.
inline constexpr double kForbiddenScore = -10000;

enum class AttentionKind {
    Absolute, ///< abs_pos: positions were added to the input
    Relative, ///< rel_pos: Transformer-XL (Dai et al. 2019)
    Local,    ///< rel_pos_local_attn: the same within a window, plus global frames (Beltagy et al. 2020)
};

struct AttentionParams {
    AttentionKind kind = AttentionKind::Relative;
    std::int64_t width = 256;
    std::int64_t heads = 4; ///< divides the width
    bool useBias = true;
    double dropout = 0;
    std::int64_t left = -1; ///< Local: frames on either side that are seen, at least 0
    std::int64_t right = -1;
    std::int64_t globalTokens = 0; ///< Local: frames that see all and are seen by all
    std::int64_t globalSpacing = 1;
    bool globalSeparate = false; ///< with weights of their own
    torch::Tensor biasU{};       ///< [heads, width / heads] shared by all layers; undefined: the layer's own
    torch::Tensor biasV{};
};

/// What all layers share.
struct AttentionContext {
    torch::Tensor positions{}; ///< [1, P, width]; undefined for Absolute
    torch::Tensor
        forbidden{}; ///< [B or 1, T, T] bool, true: query row does not see key column; may be undefined
    torch::Tensor padding{}; ///< [B, T] bool, true beyond a clip; undefined: there is none
};

/// Children `linear_q`, `linear_k`, `linear_v`, `linear_out` and, with relative positions, `linear_pos`,
/// `pos_bias_u`, `pos_bias_v`.
class Attention : public torch::nn::Module {
public:
    [[nodiscard]] static std::shared_ptr<Attention> make(const AttentionParams& params, Random& random);

    /// x [B, T, width] -> [B, T, width]. Computed in float32 where autocast would use float16.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, const AttentionContext& context,
                                        Random* random) const;

    /// The steps of forward, for those who batch clips their own way.
    struct Heads {
        torch::Tensor q{}, k{}, v{}; ///< [B, heads, T, width / heads]
    };
    /// [B, T, width] -> [B, heads, T, width / heads].
    [[nodiscard]] torch::Tensor split(const torch::Tensor& x) const;
    /// The positions as scores need them, [1, heads, P, width / heads]; undefined for Absolute.
    [[nodiscard]] virtual torch::Tensor projected(const AttentionContext& /*context*/) const { return {}; }
    /// What each query saw, [B, heads, T, width / heads]. `x` [B, T, width] is what the heads were made of,
    /// `positions` the projected ones, of as many frames or more.
    [[nodiscard]] virtual torch::Tensor attend(const torch::Tensor& x, const Heads& heads,
                                               const torch::Tensor& positions,
                                               const AttentionContext& context, Random* random) const = 0;
    [[nodiscard]] const AttentionParams& params() const { return m_params; }

    std::shared_ptr<Linear> query{};
    std::shared_ptr<Linear> key{};
    std::shared_ptr<Linear> value{};
    std::shared_ptr<Linear> out{};

protected:
    Attention(const char* name, const AttentionParams& params, Random& random);
    [[nodiscard]] std::int64_t headWidth() const { return m_params.width / m_params.heads; }
    [[nodiscard]] double scale() const;

private:
    AttentionParams m_params;
};

/// With relative positions: pairs of a query and a key have a score of their distance, too.
class RelativeAttention : public Attention {
public:
    RelativeAttention(const AttentionParams& params, Random& random)
        : RelativeAttention("RelPositionMultiHeadAttention", params, random) {}

    std::shared_ptr<Linear> position{};
    torch::Tensor biasU{}; ///< [heads, width / heads]
    torch::Tensor biasV{};

    [[nodiscard]] torch::Tensor projected(const AttentionContext& context) const override;
    [[nodiscard]] torch::Tensor attend(const torch::Tensor& x, const Heads& heads,
                                       const torch::Tensor& positions, const AttentionContext& context,
                                       Random* random) const override;

protected:
    RelativeAttention(const char* name, const AttentionParams& params, Random& random);
};

} // namespace fathom::nn
