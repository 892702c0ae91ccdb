// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/transformer_layers.h"

#include "engine/kernels/residual_norm.h"
#include "engine/nn/activation.h"
#include "engine/nn/init.h"
#include "engine/nn/torch_threads.h"

#include <ATen/autocast_mode.h>

namespace fathom::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

kernels::ResidualNorm normShape(const torch::Tensor& x, double eps, double dropout, std::int64_t seed) {
    return {.rows = x.numel() / x.size(-1),
            .columns = x.size(-1),
            .eps = static_cast<float>(eps),
            .dropout = static_cast<float>(dropout),
            .seed = static_cast<std::uint64_t>(seed)};
}

class ResidualNormFunction : public torch::autograd::Function<ResidualNormFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& givenX,
                                 const torch::Tensor& givenBranch, const torch::Tensor& weight,
                                 const torch::Tensor& bias, double eps, double dropout, std::int64_t seed) {
        const torch::Tensor x = givenX.contiguous();
        const torch::Tensor branch = givenBranch.contiguous();
        const kernels::ResidualNorm shape = normShape(x, eps, dropout, seed);
        const torch::Tensor normalised = torch::empty_like(x);
        const torch::Tensor rstd = torch::empty({shape.rows}, x.options());
        torch::Tensor y = torch::empty_like(x);
        kernels::residualNormForward(shape, x.const_data_ptr<float>(), branch.const_data_ptr<float>(),
                                     weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
                                     normalised.data_ptr<float>(), rstd.data_ptr<float>(),
                                     y.data_ptr<float>(), onTorchThreads);
        context->save_for_backward({normalised, rstd, weight});
        context->saved_data["eps"] = eps;
        context->saved_data["dropout"] = dropout;
        context->saved_data["seed"] = seed;
        return y;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        const auto saved = context->get_saved_variables();
        const torch::Tensor gradY = gradients[0].contiguous();
        const double dropout = context->saved_data["dropout"].toDouble();
        const auto shape = normShape(gradY, context->saved_data["eps"].toDouble(), dropout,
                                     context->saved_data["seed"].toInt());
        const torch::Tensor gradX = torch::empty_like(gradY);
        torch::Tensor gradBranch = gradX;
        if (dropout > 0) gradBranch = torch::empty_like(gradY);
        const torch::Tensor gradWeight = torch::empty_like(saved[2]);
        const torch::Tensor gradBias = torch::empty_like(saved[2]);
        kernels::residualNormBackward(shape, gradY.const_data_ptr<float>(), saved[0].const_data_ptr<float>(),
                                      saved[1].const_data_ptr<float>(), saved[2].const_data_ptr<float>(),
                                      {gradX.data_ptr<float>(),
                                       dropout > 0 ? gradBranch.data_ptr<float>() : nullptr,
                                       gradWeight.data_ptr<float>(), gradBias.data_ptr<float>()},
                                      onTorchThreads);
        return {gradX, gradBranch, gradWeight, gradBias, {}, {}, {}};
    }
};

} // namespace

bool fitsKernels(const torch::Tensor& tensor) {
    return tensor.is_cpu() && tensor.scalar_type() == torch::kFloat32 &&
           !at::autocast::is_autocast_enabled(at::kCPU);
}

std::shared_ptr<Linear> transformerLinear(std::int64_t in, std::int64_t out, Random& random) {
    return std::make_shared<Linear>(in, out, InitMode::XavierUniform, random);
}

torch::Tensor joinedLinear(const torch::Tensor& x, std::initializer_list<const Linear*> layers) {
    if (layers.size() == 1) return (*layers.begin())->forward(x);
    std::vector<torch::Tensor> weights;
    std::vector<torch::Tensor> biases;
    for (const Linear* layer : layers) {
        weights.push_back(layer->weight);
        biases.push_back(layer->bias);
    }
    return torch::linear(x, torch::cat(weights), torch::cat(biases));
}

torch::Tensor TransformerNorm::ofSum(const torch::Tensor& x, const torch::Tensor& branch, double probability,
                                     Random* random) const {
    if (probability >= 1 || !fitsKernels(x) || x.sizes() != branch.sizes())
        return forward(x + dropout(branch, probability, random));
    const bool drops = random != nullptr && probability > 0;
    const auto seed = drops ? static_cast<std::int64_t>(random->bits()) : 0;
    return ResidualNormFunction::apply(x, branch, weight, bias, eps(), drops ? probability : 0.0, seed);
}

} // namespace fathom::nn
