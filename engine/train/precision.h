// SPDX-License-Identifier: Apache-2.0
// `trainer.precision`: autocast, loss scaling and the type of the weights, as Lightning's precision plugins
// and torch.amp.GradScaler.
#pragma once

#include "engine/archive/pickle_value.h"
#include "engine/archive/torch_object.h"
#include "engine/base/log.h"
#include "engine/model/model.h"
#include "engine/optim/optimizer.h"
#include "engine/train/trainer_params.h"

#include <torch/torch.h>

namespace fathom::train {

/// One thread at a time.
class Precision {
public:
    /// On a CPU 16-mixed becomes bf16-mixed, as in Lightning; the log says so.
    Precision(PrecisionMode mode, torch::Device device, Log& log);

    /// Gives the weights their type (`*-true`).
    void convert(torch::nn::Module& module) const;
    /// Gives a batch's floating tensors the type of the weights (`*-true`).
    void convert(model::Batch& batch) const;

    /// Autocast of the calling thread for as long as it lives; nothing where the mode has none.
    class Autocast {
    public:
        Autocast(bool enabled, torch::Device device, torch::Dtype type);
        ~Autocast();
        Autocast(const Autocast&) = delete;
        Autocast& operator=(const Autocast&) = delete;

    private:
        bool m_enabled;
        c10::DeviceType m_device;
        bool m_wasEnabled = false;
        torch::Dtype m_previous = torch::kFloat;
    };
    [[nodiscard]] Autocast autocast() const;

    /// The loss that backward() starts from.
    [[nodiscard]] torch::Tensor scale(const torch::Tensor& loss) const;
    /// Divides the gradients by the scale and notes whether all are finite. Before clipping.
    void unscale(const std::vector<torch::Tensor>& parameters);
    /// The optimizer's step; without a scaler always, with one only when all gradients were finite. Then
    /// adapts the scale.
    void step(optim::Optimizer& optimizer);

    /// The name under which Lightning keeps the scaler's state; empty without a scaler.
    [[nodiscard]] std::string stateKey() const;
    /// Of torch.amp.GradScaler.
    [[nodiscard]] archive::TorchObject stateDict() const;
    [[nodiscard]] Status loadStateDict(const archive::PickleValue& state);

private:
    [[nodiscard]] bool scales() const { return m_scale.defined(); }

    PrecisionMode m_mode;
    torch::Device m_device;
    torch::Tensor m_scale{};         ///< 0-dim float32 on the device; undefined without loss scaling
    torch::Tensor m_growthTracker{}; ///< 0-dim int32: finite steps since the scale last changed
    torch::Tensor m_foundInf{};      ///< 0-dim float32, of the step under way
};

} // namespace fathom::train
