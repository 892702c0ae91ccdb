// SPDX-License-Identifier: Apache-2.0
// Saves the training while it goes on: the best checkpoints by a monitored metric, the last one, and `.nemo`
// files, under NeMo's names and at NeMo's moments (nemo.utils.callbacks.NeMoModelCheckpoint).
//
//   checkpoints/<name>--<monitor>=0.1234-epoch=3.ckpt        the best save_top_k
//   checkpoints/<name>--<monitor>=0.1234-epoch=3-last.ckpt   what a resume goes on from
//   checkpoints/<name>.nemo                                  the model at the end
#pragma once

#include "engine/store/recorder.h"
#include "engine/train/background.h"
#include "engine/train/callback.h"
#include "engine/train/exp_manager_params.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace fathom::train {

class Ema;

/// The training thread copies tensors; a background thread writes, each file as a whole or not at all. The
/// last one among the callbacks, so that what it saves is what the others left.
class ModelCheckpoint : public Callback {
public:
    struct Target {
        std::filesystem::path folder{};
        std::string name{}; ///< of the experiment: begins the files' names
        CheckpointParams params{};
        std::optional<std::filesystem::path> resumedFrom{}; ///< is not removed
        std::int64_t validationInterval = 0; ///< trainer.val_check_interval as an int; 0: it is a share
    };
    /// Borrows all but the target. `ema` may be null.
    ModelCheckpoint(model::Model& model, store::RunWriter& writer, Log& log, Ema* ema, Target target);

    Status setup(Trainer& trainer, Stage stage) override;
    Status onFitStart(const LoopState& state) override;
    Status onTrainBatchEnd(const LoopState& state, const StepReport& report) override;
    Status onTrainEpochEnd(const LoopState& state) override;
    /// Errors (Usage) when the monitored metric is not among those of a validation.
    Status onEvaluationEnd(const LoopState& state, const EvaluationReport& report) override;
    Status onCommand(const LoopState& state, const run::Command& command,
                     const std::string& outcome) override;
    Status onTrainEnd(const LoopState& state, run::TrainEnd end) override;
    void onException(const LoopState& state, const Error& error) override;

    [[nodiscard]] std::string stateKey() const override;
    [[nodiscard]] archive::TorchObject stateDict() const override;
    Status loadStateDict(const archive::PickleValue& state) override;
    void restoreMetrics(const std::map<std::string, double>& metrics) override { m_metrics = metrics; }

private:
    using Path = std::filesystem::path;
    enum class Moment { Due, Demanded };

    [[nodiscard]] Status save(const LoopState& state);
    [[nodiscard]] Status saveBest(const LoopState& state);
    [[nodiscard]] Status saveLast(const LoopState& state);
    [[nodiscard]] Status write(const Path& path, const Path& superseded);
    [[nodiscard]] Status writeNemoNow(const Path& path);
    [[nodiscard]] Status keepNemo();
    [[nodiscard]] Status restoreBest();
    [[nodiscard]] Result<Path> nameFor(const LoopState& state, std::string_view suffix,
                                       const Path& mayReplace);
    [[nodiscard]] std::string worst() const;
    [[nodiscard]] std::string best() const;
    [[nodiscard]] bool isBetter(double value, double than) const;
    [[nodiscard]] Path nemoPath() const;
    [[nodiscard]] Status monitorIsMissing(const EvaluationReport& report) const;
    void adoptFiles();
    void recordFiles();

    model::Model& m_model;
    store::RunWriter& m_writer;
    Log& m_log;
    Ema* m_ema;
    Target m_target;
    Trainer* m_trainer = nullptr;
    std::map<std::string, double> m_metrics{}; ///< the last values, by name
    torch::Tensor m_loss{};                    ///< of the last step: read when a name or monitor asks for it
    std::map<std::string, double> m_scores{};  ///< the saved best ones: path → monitored value
    std::optional<double> m_current{};         ///< the last monitored value that was among the best
    std::string m_lastPath{};
    std::string m_nemoOfBest{}; ///< the best path when the .nemo was last written
    std::int64_t m_savedStep = -1;
    std::int64_t m_savedBatches = -1;
    std::chrono::steady_clock::time_point m_savedAt{};
    Background m_background{};
};

} // namespace fathom::train
