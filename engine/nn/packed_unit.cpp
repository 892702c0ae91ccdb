// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/packed_unit.h"

#include "engine/kernels/channel_norm.h"
#include "engine/nn/torch_threads.h"

#include <memory>
#include <optional>

namespace fathom::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Rides through autograd as a capsule.
struct HeldShape : torch::CustomClassHolder {
    explicit HeldShape(const PackedUnitShape& s) : shape(s) {}
    PackedUnitShape shape;
};

kernels::PackedDepthwiseConv1d depthwiseOf(const PackedUnitShape& shape, std::int64_t channels) {
    return {channels,     shape.kernel,  shape.stride,      shape.dilation,    shape.padding,
            shape.inputs, shape.outputs, shape.inputFrames, shape.outputFrames};
}

kernels::ChannelNorm normOf(const PackedUnitShape& shape, std::int64_t channels) {
    return {channels,  shape.outputFrames, shape.count, shape.relu, static_cast<float>(shape.dropout),
            shape.seed};
}

const float* data(const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

/// A parameter's [Cout, Cin, 1] as a matrix.
torch::Tensor matrix(const torch::Tensor& weight) {
    return weight.view({weight.size(0), weight.size(1)});
}

class PackedUnit : public torch::autograd::Function<PackedUnit> {
public:
    // Optional where it may be undefined: autograd asks every tensor for its device.
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                                 const std::optional<torch::Tensor>& givenDepthwise,
                                 const torch::Tensor& pointwise, const torch::Tensor& weight,
                                 const torch::Tensor& bias, const std::optional<torch::Tensor>& givenResidual,
                                 const torch::Tensor& mean, const torch::Tensor& var,
                                 const c10::intrusive_ptr<HeldShape>& held) {
        const torch::Tensor depthwise = givenDepthwise.value_or(torch::Tensor());
        const torch::Tensor residual = givenResidual.value_or(torch::Tensor());
        const PackedUnitShape& shape = held->shape;
        torch::Tensor spread = x;
        if (depthwise.defined()) {
            spread = torch::empty({x.size(0), shape.outputFrames}, x.options());
            kernels::depthwiseForward(depthwiseOf(shape, x.size(0)), data(x), data(depthwise),
                                      spread.data_ptr<float>(), onTorchThreads);
        }
        const torch::Tensor mixed = torch::mm(matrix(pointwise), spread);
        const kernels::ChannelNorm norm = normOf(shape, mixed.size(0));
        if (shape.batchStatistics)
            kernels::channelStatistics(norm, data(mixed), mean.data_ptr<float>(), var.data_ptr<float>(),
                                       onTorchThreads);
        const torch::Tensor rstd = (var + shape.eps).rsqrt_();
        torch::Tensor y = torch::empty_like(mixed);
        kernels::channelNormForward(norm, data(mixed), data(mean), data(rstd), data(weight), data(bias),
                                    data(residual), y.data_ptr<float>(), onTorchThreads);
        context->save_for_backward(
            {x, depthwise, pointwise, weight, spread, mixed, shape.relu ? y : torch::Tensor(), mean, rstd});
        context->saved_data["shape"] = torch::IValue::make_capsule(held);
        context->saved_data["residual"] = residual.defined();
        return y;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
        const auto saved = context->get_saved_variables();
        const torch::Tensor& x = saved[0];
        const torch::Tensor& depthwise = saved[1];
        const torch::Tensor& pointwise = saved[2];
        const torch::Tensor& spread = saved[4];
        const auto held =
            c10::static_intrusive_pointer_cast<HeldShape>(context->saved_data["shape"].toCapsule());
        const PackedUnitShape& shape = held->shape;

        const NormGradients norm =
            normBackward(saved, shape, gradients[0].contiguous(), context->saved_data["residual"].toBool());
        const torch::Tensor gradPointwise = torch::mm(norm.x, spread.t()).view(pointwise.sizes());
        const bool needsX = context->needs_input_grad(0);
        torch::Tensor gradX;
        torch::Tensor gradDepthwise;
        if (depthwise.defined()) {
            const torch::Tensor gradSpread = torch::mm(matrix(pointwise).t(), norm.x);
            gradDepthwise = torch::empty_like(depthwise);
            if (needsX) gradX = torch::empty_like(x);
            kernels::depthwiseBackward(
                depthwiseOf(shape, x.size(0)), data(gradSpread), data(x), data(depthwise),
                {needsX ? gradX.data_ptr<float>() : nullptr, gradDepthwise.data_ptr<float>()},
                onTorchThreads);
        } else if (needsX) {
            gradX = torch::mm(matrix(pointwise).t(), norm.x);
        }
        return {gradX, gradDepthwise, gradPointwise, norm.weight, norm.bias, norm.residual, {}, {}, {}};
    }

private:
    struct NormGradients {
        torch::Tensor x, weight, bias, residual;
    };

    static NormGradients normBackward(const torch::autograd::variable_list& saved,
                                      const PackedUnitShape& shape, const torch::Tensor& gradY,
                                      bool hasResidual) {
        const torch::Tensor& weight = saved[3];
        const torch::Tensor& mixed = saved[5];
        NormGradients out{torch::empty_like(mixed), torch::empty_like(weight), torch::empty_like(weight),
                          hasResidual ? torch::empty_like(mixed) : torch::Tensor()};
        const kernels::ChannelNormInputs inputs{data(gradY),          data(mixed),    data(saved[6]),
                                                data(saved[7]),       data(saved[8]), data(weight),
                                                shape.batchStatistics};
        kernels::channelNormBackward(normOf(shape, mixed.size(0)), inputs,
                                     {out.x.data_ptr<float>(), out.weight.data_ptr<float>(),
                                      out.bias.data_ptr<float>(),
                                      hasResidual ? out.residual.data_ptr<float>() : nullptr},
                                     onTorchThreads);
        return out;
    }
};

} // namespace

torch::Tensor packedUnit(const PackedUnitShape& shape, const PackedUnitTensors& t) {
    const auto given = [](const torch::Tensor& tensor) {
        return tensor.defined() ? std::optional(tensor) : std::nullopt;
    };
    return PackedUnit::apply(t.x, given(t.depthwise), t.pointwise, t.weight, t.bias, given(t.residual),
                             t.mean, t.var, c10::make_intrusive<HeldShape>(shape));
}

} // namespace fathom::nn
