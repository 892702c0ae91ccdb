// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/depthwise_conv.h"

#include "engine/kernels/depthwise_conv1d.h"
#include "engine/nn/torch_threads.h"

#include <torch/torch.h>

namespace fathom::nn {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

const std::int64_t* lengthsOrNull(const Tensor& lengths) {
    return lengths.defined() ? lengths.const_data_ptr<std::int64_t>() : nullptr;
}

kernels::DepthwiseConv1d describe(const Tensor& x, const Tensor& weight,
                                  const DepthwiseConvOptions& options) {
    return {x.size(0),      x.size(1),        x.size(2),       weight.size(2),
            options.stride, options.dilation, options.padding, options.padding};
}

/// Arguments: x, weight, lengths, options.
class DepthwiseFunction : public torch::autograd::Function<DepthwiseFunction> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& xAnyLayout, const Tensor& weightAnyLayout,
                          const std::optional<Tensor>& givenLengths, DepthwiseConvOptions options) {
        const Tensor x = xAnyLayout.contiguous();
        const Tensor weight = weightAnyLayout.contiguous();
        const Tensor lengths = givenLengths.value_or(Tensor());
        context->save_for_backward({x, weight, lengths});
        context->saved_data["stride"] = options.stride;
        context->saved_data["padding"] = options.padding;
        context->saved_data["dilation"] = options.dilation;
        const kernels::DepthwiseConv1d conv = describe(x, weight, options);
        Tensor y = torch::empty({conv.batch, conv.channels, conv.outputLength()}, x.options());
        kernels::depthwiseForward(conv, x.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                                  lengthsOrNull(lengths), y.data_ptr<float>(), onTorchThreads);
        return y;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        TORCH_CHECK(!torch::GradMode::is_enabled(), "depthwiseConv1d has no second derivative");
        const auto saved = context->get_saved_variables();
        const Tensor& x = saved[0];
        const Tensor& weight = saved[1];
        const DepthwiseConvOptions options{context->saved_data["stride"].toInt(),
                                           context->saved_data["padding"].toInt(),
                                           context->saved_data["dilation"].toInt()};
        const Tensor gradY = gradients[0].contiguous();
        Tensor gradX = context->needs_input_grad(0) ? torch::empty_like(x) : Tensor();
        Tensor gradWeight = context->needs_input_grad(1) ? torch::empty_like(weight) : Tensor();
        kernels::depthwiseBackward(describe(x, weight, options), gradY.const_data_ptr<float>(),
                                   x.const_data_ptr<float>(), weight.const_data_ptr<float>(),
                                   lengthsOrNull(saved[2]),
                                   {gradX.defined() ? gradX.data_ptr<float>() : nullptr,
                                    gradWeight.defined() ? gradWeight.data_ptr<float>() : nullptr},
                                   onTorchThreads);
        return {gradX, gradWeight, Tensor(), Tensor()};
    }
};

bool isFast(const Tensor& x, const Tensor& weight) {
    return x.is_cpu() && weight.is_cpu() && x.scalar_type() == torch::kFloat &&
           weight.scalar_type() == torch::kFloat && x.layout() == torch::kStrided && !x.is_quantized();
}

Tensor masked(const Tensor& x, const std::optional<Tensor>& lengths) {
    if (!lengths) return x;
    const Tensor positions = torch::arange(x.size(2), lengths->options());
    return x.masked_fill((positions.unsqueeze(0) >= lengths->unsqueeze(1)).unsqueeze(1).to(x.device()), 0);
}

} // namespace

Tensor depthwiseConv1d(const Tensor& x, const Tensor& weight, const DepthwiseConvOptions& options,
                       const std::optional<Tensor>& lengths) {
    TORCH_CHECK(x.dim() == 3 && weight.dim() == 3 && weight.size(0) == x.size(1) && weight.size(1) == 1,
                "depthwiseConv1d: x ", x.sizes(), " and weight ", weight.sizes(),
                " are not [B, C, T] and [C, 1, K]");
    TORCH_CHECK(!lengths || (lengths->dim() == 1 && lengths->size(0) == x.size(0)),
                "depthwiseConv1d: lengths must be [B] for x ", x.sizes());
    if (!isFast(x, weight)) {
        return torch::conv1d(masked(x, lengths), weight, {}, options.stride, options.padding,
                             options.dilation, x.size(1));
    }
    TORCH_CHECK(options.stride > 0 && options.dilation > 0 && options.padding >= 0,
                "depthwiseConv1d: stride and dilation must be positive and padding not negative");
    TORCH_CHECK(describe(x, weight, options).outputLength() > 0, "depthwiseConv1d: a kernel of ",
                weight.size(2), " with dilation ", options.dilation, " does not fit on ", x.size(2),
                " steps with padding ", options.padding);
    std::optional<Tensor> valid;
    if (lengths) valid = lengths->to(torch::kCPU, torch::kLong).contiguous();
    return DepthwiseFunction::apply(x, weight, valid, options);
}

} // namespace fathom::nn
