// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/depthwise_norm.h"

#include "engine/kernels/channel_norm.h"
#include "engine/nn/torch_threads.h"

#include <optional>

namespace fathom::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Rides through autograd as a capsule.
struct DepthwiseNormHolder : torch::CustomClassHolder {
    DepthwiseNormHolder(const DepthwiseNormShape& s, bool statistics)
        : shape(s), batchStatistics(statistics) {}
    DepthwiseNormShape shape;
    bool batchStatistics;
};

kernels::PackedDepthwiseConv1d convOf(const DepthwiseNormShape& shape, const torch::Tensor& weight) {
    return {.channels = weight.size(0),
            .kernel = weight.size(2),
            .padding = shape.padding,
            .inputs = shape.inputs,
            .outputs = shape.outputs,
            .inputFrames = shape.inputFrames,
            .outputFrames = shape.outputFrames};
}

kernels::ChannelNorm plainNorm(const DepthwiseNormShape& shape, std::int64_t channels) {
    return {.channels = channels, .frames = shape.outputFrames, .count = shape.count, .relu = false};
}

/// Arguments: x, weight, bias or nothing, gamma, beta, mean and variance without the bias (written with batch
/// statistics), eps.
class DepthwiseNormFunction : public torch::autograd::Function<DepthwiseNormFunction> {
public:
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                                 const torch::Tensor& weight, const std::optional<torch::Tensor>& bias,
                                 const torch::Tensor& gamma, const torch::Tensor& beta,
                                 const torch::Tensor& mean, const torch::Tensor& var, double eps,
                                 const c10::intrusive_ptr<DepthwiseNormHolder>& held) {
        const DepthwiseNormShape& shape = held->shape;
        torch::Tensor spread = torch::empty({x.size(0), shape.outputFrames}, x.options());
        kernels::depthwiseForward(convOf(shape, weight), x.const_data_ptr<float>(),
                                  weight.const_data_ptr<float>(), spread.data_ptr<float>(), onTorchThreads);
        const kernels::ChannelNorm norm = plainNorm(shape, x.size(0));
        if (held->batchStatistics)
            kernels::channelStatistics(norm, spread.const_data_ptr<float>(), mean.data_ptr<float>(),
                                       var.data_ptr<float>(), onTorchThreads);
        const torch::Tensor rstd = (var + eps).rsqrt_();
        torch::Tensor y = torch::empty_like(spread);
        kernels::channelNormForward(norm, spread.const_data_ptr<float>(), mean.const_data_ptr<float>(),
                                    rstd.const_data_ptr<float>(), gamma.const_data_ptr<float>(),
                                    beta.const_data_ptr<float>(), nullptr, y.data_ptr<float>(),
                                    onTorchThreads);
        context->save_for_backward({x, weight, gamma, spread, mean, rstd});
        context->saved_data["held"] = torch::IValue::make_capsule(held);
        context->saved_data["hasBias"] = bias.has_value();
        return y;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        const auto saved = context->get_saved_variables();
        const torch::Tensor& x = saved[0];
        const torch::Tensor& weight = saved[1];
        const torch::Tensor& gamma = saved[2];
        const torch::Tensor& spread = saved[3];
        const auto held =
            c10::static_intrusive_pointer_cast<DepthwiseNormHolder>(context->saved_data["held"].toCapsule());
        const torch::Tensor gradY = gradients[0].contiguous();
        torch::Tensor gradSpread = torch::empty_like(spread);
        torch::Tensor gradGamma = torch::empty_like(gamma);
        torch::Tensor gradBeta = torch::empty_like(gamma);
        const kernels::ChannelNormInputs inputs{.gradY = gradY.const_data_ptr<float>(),
                                                .x = spread.const_data_ptr<float>(),
                                                .mean = saved[4].const_data_ptr<float>(),
                                                .rstd = saved[5].const_data_ptr<float>(),
                                                .weight = gamma.const_data_ptr<float>(),
                                                .batchStatistics = held->batchStatistics};
        kernels::channelNormBackward(
            plainNorm(held->shape, x.size(0)), inputs,
            {gradSpread.data_ptr<float>(), gradGamma.data_ptr<float>(), gradBeta.data_ptr<float>(), nullptr},
            onTorchThreads);
        torch::Tensor gradX = torch::empty_like(x);
        torch::Tensor gradWeight = torch::empty_like(weight);
        kernels::depthwiseBackward(convOf(held->shape, weight), gradSpread.const_data_ptr<float>(),
                                   x.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                                   {gradX.data_ptr<float>(), gradWeight.data_ptr<float>()}, onTorchThreads);
        torch::Tensor gradBias;
        if (context->saved_data["hasBias"].toBool()) // batch statistics take a constant out again
            gradBias = held->batchStatistics ? torch::zeros_like(gamma) : gradSpread.sum(1);
        return {gradX, gradWeight, gradBias, gradGamma, gradBeta, {}, {}, {}, {}};
    }
};

} // namespace

torch::Tensor depthwiseNorm(const DepthwiseNormShape& shape, const torch::Tensor& x,
                            const torch::Tensor& weight, const torch::Tensor& bias, BatchNorm& norm) {
    const bool training = norm.is_training();
    const torch::Tensor offset = bias.defined() ? bias.detach() : torch::zeros_like(norm.runningMean);
    const torch::Tensor mean = training ? torch::empty_like(norm.runningMean) : norm.runningMean - offset;
    const torch::Tensor var = training ? torch::empty_like(norm.runningVar) : norm.runningVar;
    const torch::Tensor y = DepthwiseNormFunction::apply(
        x, weight, bias.defined() ? std::optional(bias) : std::nullopt, norm.weight, norm.bias, mean, var,
        norm.eps(), c10::make_intrusive<DepthwiseNormHolder>(shape, training));
    if (training) norm.updateRunning(mean + offset, var, shape.count);
    return y;
}

} // namespace fathom::nn
