// SPDX-License-Identifier: Apache-2.0
// Where the tokens of a batch lie. Padded: [B, L, H] with a mask, for any device, dtype and mask. Packed: the
// tokens of all sentences behind each other in [N, H], without padding, for float32 on the CPU; the numbers
// of real tokens are the same.
#pragma once

#include "engine/kernels/token_attention.h"

#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// Immutable; cheap to copy.
class TokenLayout {
public:
    /// mask [B, L] of any dtype: not 0 where the token is real.
    [[nodiscard]] static TokenLayout padded(const torch::Tensor& mask);
    /// Tokens of each sentence, at least one.
    [[nodiscard]] static TokenLayout packed(const std::vector<std::int64_t>& lengths);

    [[nodiscard]] bool isPacked() const { return !m_mask.defined(); }
    /// Of packed tokens, a sentence each.
    [[nodiscard]] const std::vector<kernels::TokenSpan>& spans() const { return m_spans; }
    /// Number of each token in its sentence, [L] or [N] int64 on the CPU, from 0 on.
    [[nodiscard]] const torch::Tensor& positions() const { return m_positions; }
    /// Tokens of the longest sentence, padding included.
    [[nodiscard]] std::int64_t longest() const { return m_longest; }
    /// NeMo's form_attention_mask for padded tokens: [B, 1, 1 or L, L] float32, 0 where a query may look,
    /// -10000 elsewhere.
    [[nodiscard]] torch::Tensor attentionMask(bool causal) const;

private:
    torch::Tensor m_mask{}; ///< [B, L] bool; undefined: packed
    torch::Tensor m_positions{};
    std::vector<kernels::TokenSpan> m_spans{};
    std::int64_t m_longest = 0;
};

/// The first `lengths[b]` of each row of [B, L] or [B, L, H], behind each other: [N] or [N, H].
[[nodiscard]] torch::Tensor packRows(const torch::Tensor& padded, const std::vector<std::int64_t>& lengths);

} // namespace fathom::nn
