// SPDX-License-Identifier: Apache-2.0
// The border to LibTorch. What implements these interfaces lies in libfathom_torch.so, which is loaded on
// first use: the window opens without it, and a machine without LibTorch can still browse archives and runs.
#pragma once

#include "engine/archive/tensor.h"
#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/plugin/plugins.h"
#include "engine/run/command.h"
#include "engine/run/inference.h"
#include "engine/run/request.h"
#include "engine/store/recorder.h"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace fathom::run {

/// Everything a training needs; borrowed for the length of the call.
struct TrainJob {
    const config::Config& config;
    Mode mode = Mode::Train;
    store::RunWriter& writer; ///< metrics, events, samples, progress, directory
    Log& log;
    std::stop_token stop;             ///< asked at least once a step
    CommandQueue* commands = nullptr; ///< null: none will come
};

enum class TrainEnd { Completed, Stopped };

/// An array by name for `fathom-cli forward`.
struct NamedArray {
    std::string name{};
    archive::Tensor tensor{};
};

/// Of ModelPT.restore_from.
struct RestoreOptions {
    bool strict = true; ///< missing and unexpected keys are errors
    /// A YAML file to use instead of the archive's config, whole (nothing is merged); of one with a `model`
    /// section only that. Artifacts are still those of the archive.
    std::filesystem::path overrideConfigPath{};
    /// "cpu", "cuda" or "cuda:1"; empty: the GPU where there is one.
    std::string mapLocation{};
};

/// What a restore without `strict` let pass.
struct RestoreReport {
    std::vector<std::string> missing{};    ///< the model has them, the archive does not
    std::vector<std::string> unexpected{}; ///< the archive has them, the model does not
};

/// A model restored from an archive, in eval mode. One thread at a time.
class RestoredModel {
public:
    virtual ~RestoredModel() = default;
    [[nodiscard]] virtual const RestoreReport& report() const = 0;
    /// One forward pass by NeMo's input names; returns every output by NeMo's name. Speech: `audio_signal`
    /// [B, T] float32 or float64 and `length` [B] int64 give `processed_signal`, `processed_signal_length`,
    /// `encoded`, `encoded_len`, `log_probs`, `greedy_predictions`.
    [[nodiscard]] virtual Result<std::vector<NamedArray>> forward(const std::vector<NamedArray>& inputs) = 0;
    /// What else it can be asked; lives as long as this.
    [[nodiscard]] virtual Inference& inference() = 0;
    /// Writes the model as `.nemo`.
    [[nodiscard]] virtual Status saveTo(const std::filesystem::path& path) = 0;
};

class TorchModule {
public:
    virtual ~TorchModule() = default;
    /// Makes known what a plugin brings, once; it stays. Any thread. Never throws.
    [[nodiscard]] virtual Status addPlugin(const plugin::Plugin& plugin) = 0;
    /// Runs the job on the calling thread until it ends. Never throws.
    [[nodiscard]] virtual Result<TrainEnd> train(const TrainJob& job) = 0;
    /// Checks what can be known before a run exists: trainer, experiment, model and optimizer sections, and
    /// that the experiment folder can be written. Reads no audio. Never throws.
    [[nodiscard]] virtual Status check(const config::Config& config, Mode mode) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<RestoredModel>>
    restore(const std::filesystem::path& nemoFile, const RestoreOptions& options) = 0;
    [[nodiscard]] virtual std::string version() const = 0; ///< "LibTorch 2.11.0, CUDA not available"
};

/// What both sides of the border must agree on; raised with every change of an interface that crosses it.
inline constexpr int kTorchModuleAbi = 5;

/// Loads libfathom_torch.so (its `extern "C" TorchModule* fathomTorchModule(int abi)`) from
/// $FATHOM_MODULE_DIR if that is set, else from beside the program, ../lib or ../lib/fathom, once per
/// process; about 0.4 s the first time. Errors say what is missing. Any thread. The module stays loaded until
/// the process ends.
[[nodiscard]] Result<TorchModule*> loadTorchModule();

} // namespace fathom::run
