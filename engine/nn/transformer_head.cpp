// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_head.h"

#include "engine/kernels/cross_entropy.h"
#include "engine/nn/activation.h"
#include "engine/nn/full_precision.h"
#include "engine/nn/torch_threads.h"

#include <algorithm>

namespace fathom::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kLogitsAtOnce = 1 << 21; // floats: what the caches hold

float smoothingOf(double labelSmoothing, std::int64_t classes) {
    return static_cast<float>(labelSmoothing * static_cast<double>(classes) /
                              static_cast<double>(std::max<std::int64_t>(classes - 1, 1)));
}

/// The linear layer and its loss, some rows at a time; gradients are made on the way, because what they are
/// multiplied with in the end is one number.
class HeadLossFunction : public torch::autograd::Function<HeadLossFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& givenHidden,
                                 const torch::Tensor& weight, const torch::Tensor& bias,
                                 const torch::Tensor& labels, double labelSmoothing, double divisor,
                                 bool wantsGradients) {
        const torch::Tensor hidden = givenHidden.contiguous();
        const std::int64_t rows = hidden.size(0);
        const std::int64_t classes = weight.size(0);
        const std::int64_t chunk =
            std::clamp<std::int64_t>(kLogitsAtOnce / classes, 1, std::max<std::int64_t>(rows, 1));
        const torch::Tensor losses = torch::empty({rows}, hidden.options());
        const torch::Tensor logits = torch::empty({chunk, classes}, hidden.options());
        torch::Tensor gradHidden, gradWeight, gradBias;
        if (wantsGradients) {
            gradHidden = torch::empty_like(hidden);
            gradWeight = torch::empty_like(weight);
            gradBias = torch::zeros_like(bias);
        }
        for (std::int64_t begin = 0; begin < rows; begin += chunk) {
            const std::int64_t count = std::min(chunk, rows - begin);
            const torch::Tensor part = hidden.narrow(0, begin, count);
            torch::Tensor z = logits.narrow(0, 0, count);
            at::addmm_out(z, bias, part, weight.t());
            kernels::crossEntropy(
                {.rows = count, .classes = classes, .smoothing = smoothingOf(labelSmoothing, classes)},
                z.data_ptr<float>(), labels.const_data_ptr<std::int64_t>() + begin,
                wantsGradients ? static_cast<float>(1 / divisor) : 0.0F, losses.data_ptr<float>() + begin,
                onTorchThreads);
            if (!wantsGradients) continue;
            torch::Tensor target = gradHidden.narrow(0, begin, count);
            at::mm_out(target, z, weight);
            gradWeight.addmm_(z.t(), part, begin == 0 ? 0 : 1);
            gradBias.add_(z.sum(0));
        }
        context->save_for_backward({gradHidden, gradWeight, gradBias});
        return losses.sum(torch::kFloat64).div_(divisor).to(torch::kFloat32);
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        auto saved = context->get_saved_variables();
        // A second backward would scale what is scaled already; torch frees saved tensors before it.
        const double scale = gradients[0].item<double>();
        for (torch::Tensor& gradient : saved)
            gradient = scale == 1 ? gradient : gradient.mul_(scale);
        return {saved[0], saved[1], saved[2], {}, {}, {}, {}};
    }
};

} // namespace

TokenHead::TokenHead(const TokenHeadParams& params, Random& random)
    : torch::nn::Module("TokenClassifier"), m_params(params) {
    const auto mlp = register_module("mlp", std::make_shared<torch::nn::Module>("MultiLayerPerceptron"));
    m_layer = mlp->register_module("layer0", transformerLinear(params.hiddenSize, params.classes, random));
}

torch::Tensor TokenHead::forward(const torch::Tensor& hidden, Random* random) const {
    const torch::Tensor scores = logits(dropout(hidden, m_params.dropout, random));
    return m_params.logSoftmax ? torch::log_softmax(widened(scores), -1) : scores;
}

torch::Tensor TokenHead::loss(const torch::Tensor& hidden, const torch::Tensor& labels, double labelSmoothing,
                              double divisor, Random* random) const {
    if (!fitsKernels(hidden) || !m_params.logSoftmax)
        return smoothedLoss(forward(hidden, random), labels, labelSmoothing, divisor);
    const bool wantsGradients = torch::GradMode::is_enabled() && m_layer->weight.requires_grad();
    return HeadLossFunction::apply(dropout(hidden, m_params.dropout, random), m_layer->weight, m_layer->bias,
                                   labels.contiguous(), labelSmoothing, divisor, wantsGradients);
}

torch::Tensor smoothedLoss(const torch::Tensor& logProbs, const torch::Tensor& labels, double labelSmoothing,
                           double divisor) {
    const double smoothing = static_cast<double>(smoothingOf(labelSmoothing, logProbs.size(-1)));
    const torch::Tensor likely = logProbs.gather(1, labels.unsqueeze(1)).squeeze(1);
    const torch::Tensor sum =
        smoothing == 0 ? likely.sum() : ((1 - smoothing) * likely + smoothing * logProbs.mean(-1)).sum();
    return sum / -divisor;
}

} // namespace fathom::nn
