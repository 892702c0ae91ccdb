// SPDX-License-Identifier: Apache-2.0
// transformers.BertModel with Hugging Face's names and numbers: embeddings, attention layers, and the pooler,
// whose output NeMo does not use.
#pragma once

#include "engine/nn/bert_activation.h"
#include "engine/nn/bert_params.h"
#include "engine/nn/random.h"
#include "engine/nn/token_rows.h"

#include <memory>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// A batch of token sequences: [B, width] int64 each.
struct BertInput {
    torch::Tensor ids{};   ///< in [0, vocab_size)
    torch::Tensor types{}; ///< in [0, type_vocab_size); undefined: all 0
};

class BertEncoder : public torch::nn::Module {
public:
    /// Fresh weights: normal with initializer_range, biases 0, the padding row 0. Usage error where
    /// hidden_act is not known.
    [[nodiscard]] static Result<std::shared_ptr<BertEncoder>> make(const BertParams& params, Random& random);

    /// The last layer's output for all rows, [N, H]. `random` null: evaluation, no dropout.
    [[nodiscard]] torch::Tensor forward(const BertInput& input, const TokenRows& rows, Random* random) const;
    /// Only that of each sequence's first position, [B, H]: the same numbers with far less work, because the
    /// last layer attends from there only.
    [[nodiscard]] torch::Tensor forwardFirst(const BertInput& input, const TokenRows& rows,
                                             Random* random) const;

    [[nodiscard]] const BertParams& params() const { return m_params; }

    struct Affine { ///< torch.nn.Linear
        torch::Tensor weight{}, bias{};
    };
    struct Norm { ///< torch.nn.LayerNorm
        torch::Tensor weight{}, bias{};
    };

private:
    struct Layer {
        Affine query{}, key{}, value{}, attention{};
        torch::Tensor distances{}; ///< [2 · maxPositions − 1, head size]; undefined for absolute positions
        Norm attentionNorm{};
        Affine intermediate{}, output{};
        Norm outputNorm{};
    };
    explicit BertEncoder(BertParams params, HiddenAct act) : m_params(std::move(params)), m_act(act) {}
    void build(Random& random);
    [[nodiscard]] torch::Tensor embed(const BertInput& input, const TokenRows& rows, Random* random) const;
    /// `firstOnly`: rows of first positions only, [B, H].
    [[nodiscard]] torch::Tensor run(const Layer& layer, const torch::Tensor& x, const TokenRows& rows,
                                    bool firstOnly, Random* random) const;
    [[nodiscard]] torch::Tensor attend(const Layer& layer, const torch::Tensor& x, const TokenRows& rows,
                                       bool firstOnly, Random* random) const;
    [[nodiscard]] torch::Tensor scores(const Layer& layer, const torch::Tensor& query,
                                       const torch::Tensor& key) const;
    [[nodiscard]] torch::Tensor normalised(const torch::Tensor& x, const Norm& norm) const;

    BertParams m_params;
    HiddenAct m_act;
    torch::Tensor m_words{}, m_positions{}, m_types{};
    Norm m_embeddingNorm{};
    std::vector<Layer> m_layers{};
};

} // namespace fathom::nn
