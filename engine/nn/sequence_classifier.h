// SPDX-License-Identifier: Apache-2.0
// NeMo's SequenceClassifier: a multi-layer perceptron on the hidden state of one position.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/random.h"

#include <memory>
#include <string>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

struct SequenceClassifierParams {
    std::int64_t hiddenSize = 0;
    std::int64_t classes = 0;
    std::int64_t layers = 2;         ///< linear ones; at least 1
    std::string activation = "relu"; ///< between them: relu, tanh, sigmoid, selu or celu
    double dropout = 0;              ///< of the hidden state
    bool logSoftmax = false;
    bool transformerInit = true; ///< normal(0, 0.02) and zeros instead of torch.nn.Linear's own
};

class SequenceClassifier : public torch::nn::Module {
public:
    /// Usage error for an unknown activation.
    [[nodiscard]] static Result<std::shared_ptr<SequenceClassifier>>
    make(const SequenceClassifierParams& params, Random& random);

    /// [B, H] to [B, classes]: logits, or log-probabilities. `random` null: evaluation, no dropout.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& hidden, Random* random) const;

private:
    struct Layer {
        torch::Tensor weight{}, bias{};
    };
    SequenceClassifierParams m_params{};
    torch::Tensor (*m_activation)(const torch::Tensor&) = nullptr;
    std::vector<Layer> m_layers{};
};

} // namespace fathom::nn
