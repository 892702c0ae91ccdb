// SPDX-License-Identifier: Apache-2.0
#include "engine/train/precision.h"

#include <ATen/autocast_mode.h>
#include <optional>

namespace fathom::train {
namespace {

// torch.amp.GradScaler's defaults.
constexpr double kInitialScale = 65536;
constexpr double kGrowth = 2;
constexpr double kBackoff = 0.5;
constexpr std::int64_t kGrowthInterval = 2000;

PrecisionMode onDevice(PrecisionMode mode, const torch::Device& device, Log& log) {
    if (mode != PrecisionMode::Float16Mixed || !device.is_cpu()) return mode;
    log.warning("trainer.precision: 16-mixed is not supported on the CPU, using bf16-mixed instead");
    return PrecisionMode::BFloat16Mixed;
}

/// The type of the weights, where it is not float32.
std::optional<torch::Dtype> weightType(PrecisionMode mode) {
    switch (mode) {
    case PrecisionMode::Float64:
        return torch::kFloat64;
    case PrecisionMode::BFloat16:
        return torch::kBFloat16;
    case PrecisionMode::Float16:
        return torch::kFloat16;
    case PrecisionMode::Float32:
    case PrecisionMode::BFloat16Mixed:
    case PrecisionMode::Float16Mixed:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

Precision::Precision(PrecisionMode mode, torch::Device device, Log& log)
    : m_mode(onDevice(mode, device, log)), m_device(device) {
    if (m_mode != PrecisionMode::Float16Mixed) return;
    m_scale = torch::full({}, kInitialScale, torch::TensorOptions(torch::kFloat32).device(device));
    m_growthTracker = torch::zeros({}, torch::TensorOptions(torch::kInt32).device(device));
    m_foundInf = torch::zeros({}, torch::TensorOptions(torch::kFloat32).device(device));
}

void Precision::convert(torch::nn::Module& module) const {
    if (const auto type = weightType(m_mode)) module.to(*type);
}

void Precision::convert(model::Batch& batch) const {
    const auto type = weightType(m_mode);
    if (!type) return;
    for (torch::Tensor& tensor : batch.tensors)
        if (tensor.is_floating_point()) tensor = tensor.to(*type);
}

Precision::Autocast::Autocast(bool enabled, torch::Device device, torch::Dtype type)
    : m_enabled(enabled), m_device(device.type()) {
    if (!m_enabled) return;
    m_wasEnabled = at::autocast::is_autocast_enabled(m_device);
    m_previous = at::autocast::get_autocast_dtype(m_device);
    at::autocast::set_autocast_enabled(m_device, true);
    at::autocast::set_autocast_dtype(m_device, type);
    at::autocast::increment_nesting();
}

Precision::Autocast::~Autocast() {
    if (!m_enabled) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(m_device, m_wasEnabled);
    at::autocast::set_autocast_dtype(m_device, m_previous);
}

Precision::Autocast Precision::autocast() const {
    const bool isMixed = m_mode == PrecisionMode::BFloat16Mixed || m_mode == PrecisionMode::Float16Mixed;
    return {isMixed, m_device, m_mode == PrecisionMode::Float16Mixed ? torch::kFloat16 : torch::kBFloat16};
}

torch::Tensor Precision::scale(const torch::Tensor& loss) const {
    return scales() ? loss * m_scale : loss;
}

void Precision::unscale(const std::vector<torch::Tensor>& parameters) {
    if (!scales()) return;
    std::vector<torch::Tensor> gradients;
    for (const torch::Tensor& parameter : parameters)
        if (parameter.grad().defined()) gradients.push_back(parameter.grad());
    m_foundInf.zero_();
    if (gradients.empty()) return;
    const torch::NoGradGuard guard;
    at::_amp_foreach_non_finite_check_and_unscale_(
        gradients, m_foundInf, m_scale.to(torch::kFloat64).reciprocal().to(torch::kFloat32));
}

void Precision::step(optim::Optimizer& optimizer) {
    if (!scales()) {
        optimizer.step();
        return;
    }
    if (m_foundInf.item<float>() == 0) optimizer.step();
    at::_amp_update_scale_(m_scale, m_growthTracker, m_foundInf, kGrowth, kBackoff, kGrowthInterval);
}

std::string Precision::stateKey() const {
    return scales() ? "MixedPrecision" : "";
}

archive::TorchObject Precision::stateDict() const {
    using Object = archive::TorchObject;
    if (!scales()) return {};
    return Object::dict({{"scale", m_scale.item<double>()},
                         {"growth_factor", kGrowth},
                         {"backoff_factor", kBackoff},
                         {"growth_interval", kGrowthInterval},
                         {"_growth_tracker", m_growthTracker.item<std::int64_t>()}});
}

Status Precision::loadStateDict(const archive::PickleValue& state) {
    if (!scales()) return {};
    const auto scale = state.find("scale");
    const auto tracker = state.find("_growth_tracker");
    if (!scale || !scale->toDouble() || !tracker || !tracker->toInt())
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot resume the loss scaling",
                     .why = "the checkpoint's MixedPrecision has no scale or _growth_tracker",
                     .remedy = "Resume from another checkpoint"});
    m_scale.fill_(*scale->toDouble());
    m_growthTracker.fill_(*tracker->toInt());
    return {};
}

} // namespace fathom::train
