// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/sequence_classifier.h"

#include "engine/nn/activation.h"
#include "engine/nn/init.h"

namespace fathom::nn {

namespace {

constexpr double kDeviation = 0.02; // transformer_weights_init

using Function = torch::Tensor (*)(const torch::Tensor&);

/// NeMo takes any function of the torch module of that name; these make sense here.
Function functionNamed(const std::string& name) {
    if (name == "relu") return [](const torch::Tensor& x) { return torch::relu(x); };
    if (name == "tanh") return [](const torch::Tensor& x) { return torch::tanh(x); };
    if (name == "sigmoid") return [](const torch::Tensor& x) { return torch::sigmoid(x); };
    if (name == "selu") return [](const torch::Tensor& x) { return torch::selu(x); };
    if (name == "celu") return [](const torch::Tensor& x) { return torch::celu(x); };
    return nullptr;
}

} // namespace

Result<std::shared_ptr<SequenceClassifier>> SequenceClassifier::make(const SequenceClassifierParams& params,
                                                                     Random& random) {
    const std::shared_ptr<SequenceClassifier> classifier(new SequenceClassifier);
    classifier->m_params = params;
    classifier->m_activation = functionNamed(params.activation);
    if (!classifier->m_activation)
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot build the classifier",
                     .why = "the activation '" + params.activation + "' is not known",
                     .remedy = "Use relu, tanh, sigmoid, selu or celu",
                     .key = "activation",
                     .className = "AttributeError"});
    const auto mlp = classifier->register_module("mlp", std::make_shared<torch::nn::Module>("mlp"));
    for (std::int64_t i = 0; i < params.layers; ++i) {
        // Between two layers lies the activation, which counts as one.
        const auto module = mlp->register_module("layer" + std::to_string(2 * i),
                                                 std::make_shared<torch::nn::Module>("Linear"));
        torch::Tensor weight =
            torch::empty({i + 1 == params.layers ? params.classes : params.hiddenSize, params.hiddenSize});
        torch::Tensor bias = torch::zeros({weight.size(0)});
        if (params.transformerInit) {
            initNormal(weight, kDeviation, random);
        } else {
            initWeight(weight, InitMode::None, random);
            initBias(bias, weight, random);
        }
        classifier->m_layers.push_back(
            {module->register_parameter("weight", weight), module->register_parameter("bias", bias)});
    }
    return classifier;
}

torch::Tensor SequenceClassifier::forward(const torch::Tensor& hidden, Random* random) const {
    torch::Tensor x = dropout(hidden, m_params.dropout, random);
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        if (i > 0) x = m_activation(x);
        x = torch::linear(x, m_layers[i].weight, m_layers[i].bias);
    }
    return m_params.logSoftmax ? torch::log_softmax(x, -1) : x;
}

} // namespace fathom::nn
