// SPDX-License-Identifier: Apache-2.0
// Which positions of a padded batch of token sequences a transformer computes.
//
// Sequences of a batch differ in length; padded to the longest, half of a batch of short texts is padding.
// Here the tokens of all sequences lie one below the other, [N, H], so that whatever works on single tokens
// (projections, normalisation, dropout) does nothing for padding. Only attention puts them back side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// Lengths of the sentences of a mask [B, L] on the CPU; nullopt for one that is not ones followed by zeros,
/// or has a sentence without tokens.
[[nodiscard]] std::optional<std::vector<std::int64_t>> prefixLengths(const torch::Tensor& mask);

/// Immutable; cheap to copy.
class TokenRows {
public:
    /// The first lengths[b] positions of sequence b. Lengths are in [1, width].
    [[nodiscard]] static TokenRows packed(const std::vector<std::int64_t>& lengths, std::int64_t width,
                                          const torch::Device& device);
    /// All positions of `mask` [B, width], of any type: those that are 1 may be attended to.
    [[nodiscard]] static TokenRows padded(const torch::Tensor& mask);

    [[nodiscard]] std::int64_t batch() const { return m_batch; }
    [[nodiscard]] std::int64_t width() const { return m_width; }
    /// Of packed rows; empty where padding is computed too.
    [[nodiscard]] const std::vector<std::int64_t>& lengths() const { return m_lengths; }
    /// The rows of [B, width, …] as [N, …], and back, with zeros where there is no row. Differentiable.
    [[nodiscard]] torch::Tensor pack(const torch::Tensor& padded) const;
    [[nodiscard]] torch::Tensor unpack(const torch::Tensor& rows) const;
    /// The position of each row within its sequence: [N] int64.
    [[nodiscard]] torch::Tensor positions() const;
    /// Of rows [N, …] those of each sequence's first position: [B, …]. Differentiable.
    [[nodiscard]] torch::Tensor first(const torch::Tensor& rows) const;
    /// True where a position may be attended to: [B, 1, 1, width] bool; undefined: everywhere.
    [[nodiscard]] const torch::Tensor& mask() const { return m_mask; }

private:
    std::int64_t m_batch = 0;
    std::int64_t m_width = 0;
    std::vector<std::int64_t> m_lengths{};
    torch::Tensor m_rows{};  ///< [N] int64, flat positions; undefined: all of them
    torch::Tensor m_first{}; ///< [B] int64, rows
    torch::Tensor m_mask{};
};

} // namespace fathom::nn
