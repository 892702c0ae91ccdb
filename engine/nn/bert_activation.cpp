// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/bert_activation.h"

#include <cmath>
#include <utility>

namespace fathom::nn {

namespace {

constexpr std::pair<const char*, HiddenAct> kActs[] = {
    {"gelu", HiddenAct::Gelu},
    {"gelu_10", HiddenAct::Gelu10},
    {"gelu_accurate", HiddenAct::GeluTanh},
    {"gelu_fast", HiddenAct::GeluTanh},
    {"gelu_new", HiddenAct::GeluTanh},
    {"gelu_python", HiddenAct::Gelu},
    {"gelu_pytorch_tanh", HiddenAct::GeluTanh},
    {"laplace", HiddenAct::Laplace},
    {"leaky_relu", HiddenAct::LeakyRelu},
    {"linear", HiddenAct::Linear},
    {"mish", HiddenAct::Mish},
    {"quick_gelu", HiddenAct::QuickGelu},
    {"relu", HiddenAct::Relu},
    {"relu2", HiddenAct::Relu2},
    {"relu6", HiddenAct::Relu6},
    {"sigmoid", HiddenAct::Sigmoid},
    {"silu", HiddenAct::Silu},
    {"swish", HiddenAct::Silu},
    {"tanh", HiddenAct::Tanh},
};

} // namespace

Result<HiddenAct> hiddenActFrom(const std::string& name) {
    std::string known;
    for (const auto& [text, act] : kActs) {
        if (name == text) return act;
        known += (known.empty() ? "" : ", ") + std::string(text);
    }
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot build the encoder",
                 .why = "the activation '" + name + "' is not known",
                 .remedy = "Use one of " + known,
                 .key = "hidden_act",
                 .className = "KeyError"});
}

torch::Tensor apply(HiddenAct act, const torch::Tensor& x) {
    switch (act) {
    case HiddenAct::Gelu:
        return torch::gelu(x);
    case HiddenAct::Gelu10:
        return torch::gelu(x).clamp(-10, 10);
    case HiddenAct::GeluTanh:
        return torch::gelu(x, "tanh");
    case HiddenAct::Laplace:
        return 0.5 * (1.0 + torch::erf((x - 0.707107) / (0.282095 * std::sqrt(2.0))));
    case HiddenAct::LeakyRelu:
        return torch::leaky_relu(x);
    case HiddenAct::Linear:
        return x;
    case HiddenAct::Mish:
        return torch::mish(x);
    case HiddenAct::QuickGelu:
        return x * torch::sigmoid(1.702 * x);
    case HiddenAct::Relu:
        return torch::relu(x);
    case HiddenAct::Relu2:
        return torch::relu(x).square();
    case HiddenAct::Relu6:
        return torch::relu6(x);
    case HiddenAct::Sigmoid:
        return torch::sigmoid(x);
    case HiddenAct::Silu:
        return torch::silu(x);
    case HiddenAct::Tanh:
        return torch::tanh(x);
    }
    return x;
}

} // namespace fathom::nn
