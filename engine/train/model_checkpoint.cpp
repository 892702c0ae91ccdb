// SPDX-License-Identifier: Apache-2.0
// Moments and texts: lightning/pytorch/callbacks/model_checkpoint.py and nemo/utils/callbacks.
#include "engine/train/model_checkpoint.h"

#include "engine/archive/torch_file_writer.h"
#include "engine/base/checksum.h"
#include "engine/base/file.h"
#include "engine/nn/weights.h"
#include "engine/run/archive_manifest.h"
#include "engine/train/checkpoint_name.h"
#include "engine/train/checkpoint_state.h"
#include "engine/train/ema.h"
#include "engine/train/text.h"
#include "engine/train/trainer.h"

#include <cmath>
#include <limits>

namespace fathom::train {
namespace {

using Path = std::filesystem::path;
using Object = archive::TorchObject;

std::int64_t sizeOf(const Path& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(bytes);
}

bool isLast(const Path& path) {
    return path.stem().string().find("-last") != std::string::npos;
}

bool isOfEma(const Path& path) {
    return path.stem().string().ends_with("-EMA");
}

/// Of a .nemo that was just written.
Result<store::Artifact> describeNemo(const Path& path) {
    const Result<std::shared_ptr<const MappedFile>> written = MappedFile::open(path);
    if (!written) return fail(written.error());
    const Result<archive::Nemo> nemo = archive::Nemo::open(path);
    if (!nemo) return fail(nemo.error());
    return store::Artifact{.kind = "nemo",
                           .path = path.string(),
                           .sha256 = sha256Hex((*written)->bytes()),
                           .bytes = static_cast<std::int64_t>((*written)->bytes().size()),
                           .members = run::manifestOf(*nemo)};
}

void removeWithSibling(const Path& path) {
    std::error_code error; // one that is gone already is as good as removed
    std::filesystem::remove(path, error);
    std::filesystem::remove(Ema::siblingOf(path), error);
}

} // namespace

ModelCheckpoint::ModelCheckpoint(model::Model& model, store::RunWriter& writer, Log& log, Ema* ema,
                                 Target target)
    : m_model(model), m_writer(writer), m_log(log), m_ema(ema), m_target(std::move(target)) {}

Status ModelCheckpoint::setup(Trainer& trainer, Stage) {
    m_trainer = &trainer;
    return {};
}

Status ModelCheckpoint::onFitStart(const LoopState& state) {
    m_savedAt = std::chrono::steady_clock::now();
    if (state.batchesSeen > 0) adoptFiles();
    return {};
}

bool ModelCheckpoint::isBetter(double value, double than) const {
    return m_target.params.mode == "max" ? value > than : value < than;
}

/// Checkpoints of an earlier part of this training that the state does not know (it may be older than they):
/// they count among the best by the value in their name.
void ModelCheckpoint::adoptFiles() {
    std::erase_if(m_scores, [](const auto& known) { return !std::filesystem::exists(known.first); });
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(m_target.folder, error)) {
        const Path path = entry.path();
        if (path.extension() != ".ckpt" || isLast(path) || isOfEma(path) || m_scores.contains(path.string()))
            continue;
        if (const auto value = metricInName(path.filename().string(), m_target.params.monitor))
            m_scores[path.string()] = *value;
    }
}

Status ModelCheckpoint::onTrainBatchEnd(const LoopState& state, const StepReport& report) {
    if (Status fine = m_background.check(); !fine) return fine;
    if (report.loss.defined()) m_loss = report.loss;
    if (!report.stepped) return {};
    m_metrics["learning_rate"] = report.learningRate;
    const CheckpointParams& params = m_target.params;
    const bool isStepDue = params.everyNTrainSteps > 0 && state.globalStep % params.everyNTrainSteps == 0;
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - m_savedAt;
    const bool isTimeDue = params.trainTimeInterval && waited.count() >= *params.trainTimeInterval;
    return isStepDue || isTimeDue ? save(state) : Status{};
}

Status ModelCheckpoint::onTrainEpochEnd(const LoopState& state) {
    const CheckpointParams& params = m_target.params;
    const bool isDue =
        params.saveOnTrainEpochEnd && params.everyNEpochs > 0 && (state.epoch + 1) % params.everyNEpochs == 0;
    return isDue ? save(state) : Status{};
}

Status ModelCheckpoint::onEvaluationEnd(const LoopState& state, const EvaluationReport& report) {
    if (state.sanityChecking || report.split != model::Split::Validation || !m_trainer) return {};
    for (const model::Metric& metric : report.metrics)
        m_metrics[metric.name] = metric.value;
    const CheckpointParams& params = m_target.params;
    const bool isDue = !params.saveOnTrainEpochEnd && params.everyNEpochs > 0 &&
                       (state.epoch + 1) % params.everyNEpochs == 0;
    if (params.saveTopK != 0 && !m_metrics.contains(params.monitor) && params.monitor != "train_loss")
        return monitorIsMissing(report);
    return isDue ? save(state) : Status{};
}

Status ModelCheckpoint::monitorIsMissing(const EvaluationReport& report) const {
    std::string known = "train_loss";
    for (const model::Metric& metric : report.metrics)
        known += ", " + metric.name;
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot choose the best model",
                 .why = "`ModelCheckpoint(monitor='" + m_target.params.monitor +
                        "')` could not find the monitored key in the returned metrics: [" + known + "]",
                 .remedy = "Set exp_manager.checkpoint_callback_params.monitor to one of " + known,
                 .key = "exp_manager.checkpoint_callback_params.monitor",
                 .className = "MisconfigurationException"});
}

Status ModelCheckpoint::onCommand(const LoopState& state, const run::Command& command, const std::string&) {
    return command.kind == run::Command::Kind::Checkpoint ? saveLast(state) : Status{};
}

Status ModelCheckpoint::save(const LoopState& state) {
    if (m_savedStep == state.globalStep) return {};
    if (m_loss.defined()) m_metrics["train_loss"] = m_loss.item<double>();
    if (m_target.params.saveTopK != 0)
        if (Status saved = saveBest(state); !saved) return saved;
    if (m_target.params.saveLast)
        if (Status saved = saveLast(state); !saved) return saved;
    m_savedAt = std::chrono::steady_clock::now();
    return {};
}

std::string ModelCheckpoint::worst() const {
    const std::pair<const std::string, double>* found = nullptr;
    for (const auto& each : m_scores)
        if (!found || isBetter(found->second, each.second)) found = &each;
    return found ? found->first : "";
}

std::string ModelCheckpoint::best() const {
    const std::pair<const std::string, double>* found = nullptr;
    for (const auto& each : m_scores)
        if (!found || isBetter(each.second, found->second)) found = &each;
    return found ? found->first : "";
}

Status ModelCheckpoint::saveBest(const LoopState& state) {
    const CheckpointParams& params = m_target.params;
    const auto metric = m_metrics.find(params.monitor);
    if (metric == m_metrics.end()) return {}; // before the first validation
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double value =
        std::isnan(metric->second) ? (params.mode == "max" ? -kInfinity : kInfinity) : metric->second;
    const std::string place = "epoch " + std::to_string(state.epoch) + ", global step " +
                              std::to_string(state.globalStep) + ": '" + params.monitor + "' ";
    const bool isFull = params.saveTopK > 0 && m_scores.size() >= static_cast<std::size_t>(params.saveTopK);
    if (isFull && !isBetter(value, m_scores.at(worst()))) {
        if (params.verbose) m_log.info(place + "was not in top " + std::to_string(params.saveTopK));
        return {};
    }
    std::string superseded;
    while (params.saveTopK > 0 && m_scores.size() >= static_cast<std::size_t>(params.saveTopK)) {
        if (!superseded.empty())
            m_background.put([path = superseded] { return removeWithSibling(path), Status{}; });
        superseded = worst();
        m_scores.erase(superseded);
    }
    const Result<Path> path = nameFor(state, "", superseded);
    if (!path) return fail(path.error());
    m_current = value;
    m_scores[path->string()] = value;
    if (params.verbose)
        m_log.info(place + "reached " + shortNumber(value, 6) + " (best " +
                   shortNumber(m_scores.at(best()), 6) + "), saving " + path->filename().string() +
                   (params.saveTopK > 0 ? " as top " + std::to_string(params.saveTopK) : ""));
    if (Status saved = write(*path, superseded); !saved) return saved;
    m_writer.mark("checkpoint", state.globalStep,
                  "step " + std::to_string(state.globalStep) + ": saved " + path->filename().string());
    if (params.alwaysSaveNemo && params.saveBestModel && m_nemoOfBest != best()) {
        m_nemoOfBest = best();
        if (Status kept = keepNemo(); !kept) return kept;
    }
    m_savedStep = state.globalStep;
    m_savedBatches = state.batchesSeen;
    return {};
}

Status ModelCheckpoint::saveLast(const LoopState& state) {
    if (m_loss.defined()) m_metrics["train_loss"] = m_loss.item<double>();
    const Path previous = m_lastPath;
    const Result<Path> path = nameFor(state, "-last", previous);
    if (!path) return fail(path.error());
    m_lastPath = path->string();
    const bool mayRemove =
        !previous.empty() && previous != *path && previous.parent_path() == path->parent_path();
    if (Status saved = write(*path, mayRemove ? previous : Path{}); !saved) return saved;
    if (m_target.params.alwaysSaveNemo && !m_target.params.saveBestModel)
        if (Status kept = keepNemo(); !kept) return kept;
    m_savedStep = state.globalStep;
    m_savedBatches = state.batchesSeen;
    return {};
}

/// The checkpoints that are left: most that a training saves are superseded while it goes on.
void ModelCheckpoint::recordFiles() {
    std::vector<std::string> paths;
    for (const auto& [path, score] : m_scores)
        paths.push_back(path);
    if (!m_lastPath.empty()) paths.push_back(m_lastPath);
    for (const std::string& path : paths)
        if (std::filesystem::exists(path))
            m_writer.artifact({.kind = "ckpt", .path = path, .bytes = sizeOf(path)});
}

void ModelCheckpoint::onException(const LoopState&, const Error&) {
    (void)m_background.finish(); // the training's own error is the one to tell
    recordFiles();
}

/// A name that no other checkpoint has; `mayReplace` does not count.
Result<Path> ModelCheckpoint::nameFor(const LoopState& state, std::string_view suffix,
                                      const Path& mayReplace) {
    const CheckpointParams& params = m_target.params;
    const std::string pattern =
        params.filename.value_or(m_target.name + "--{" + params.monitor + ":.4f}-{epoch}");
    const auto name =
        checkpointName(pattern, m_metrics, state.epoch, state.globalStep, params.autoInsertMetricName);
    if (!name) return fail(name.error());
    for (int version = 0;; ++version) {
        const std::string number = version == 0 ? "" : "-v" + std::to_string(version);
        Path path = m_target.folder / (*name + std::string(suffix) + number + ".ckpt");
        const bool isFree = !std::filesystem::exists(path) || path == mayReplace;
        if (isFree && (!m_scores.contains(path.string()) || path == mayReplace)) return path;
    }
}

/// Copies now, writes in the background, then removes `superseded`.
Status ModelCheckpoint::write(const Path& path, const Path& superseded) {
    const bool isKept = m_target.resumedFrom && superseded == *m_target.resumedFrom && !isLast(path);
    Object checkpoint = m_trainer->snapshot(m_target.params.saveWeightsOnly);
    const bool hasAverages = m_ema && m_ema->isReady();
    Object averaged = hasAverages ? m_ema->averaged(checkpoint) : Object{};
    m_background.put([path, checkpoint = std::move(checkpoint), averaged = std::move(averaged), hasAverages,
                      remove = isKept || superseded == path ? Path{} : superseded]() -> Status {
        // First what a resume from `path` will look for.
        if (hasAverages)
            if (Status written = archive::writeTorchFile(Ema::siblingOf(path), averaged); !written)
                return written;
        if (Status written = archive::writeTorchFile(path, checkpoint); !written) return written;
        if (!remove.empty()) removeWithSibling(remove);
        return {};
    });
    return m_background.check();
}

Path ModelCheckpoint::nemoPath() const {
    return m_target.folder / (m_target.params.prefix.value_or(m_target.name) + m_target.params.postfix);
}

/// always_save_nemo: from copies, in the background.
Status ModelCheckpoint::keepNemo() {
    auto contents = model::copyForSaving(m_model);
    if (!contents) return fail(contents.error());
    m_background.put([this, path = nemoPath(), held = std::move(*contents)]() -> Status {
        if (Status written = archive::writeNemo(path, held); !written) return written;
        const auto artifact = describeNemo(path);
        if (!artifact) return fail(artifact.error());
        m_writer.artifact(*artifact);
        return {};
    });
    return m_background.check();
}

Status ModelCheckpoint::writeNemoNow(const Path& path) {
    if (Status saved = model::saveModel(m_model, path); !saved) return saved;
    const auto artifact = describeNemo(path);
    if (!artifact) return fail(artifact.error());
    m_writer.artifact(*artifact);
    m_log.info("saved " + path.string());
    return {};
}

/// save_best_model: the weights of the best checkpoint, and the averages beside it, take the place of the
/// last ones.
Status ModelCheckpoint::restoreBest() {
    const std::string path = best();
    if (path.empty()) {
        m_log.warning("save_best_model: no best checkpoint was saved; the last weights are taken instead");
        return {};
    }
    const auto checkpoint = archive::Checkpoint::open(path);
    if (!checkpoint) return fail(checkpoint.error());
    const auto loaded = nn::loadStateDict(m_model.module(), *checkpoint, {.strict = true});
    if (!loaded) return fail(loaded.error());
    if (m_ema && m_ema->isReady())
        if (Status averaged = m_ema->loadBeside(path); !averaged) return averaged;
    m_log.info("restored the weights with the best " + m_target.params.monitor + " (" +
               shortNumber(m_scores.at(path), 5) + ") from " + Path(path).filename().string());
    return {};
}

Status ModelCheckpoint::onTrainEnd(const LoopState& state, run::TrainEnd end) {
    const CheckpointParams& params = m_target.params;
    // A training that was stopped must be able to go on from where it is; one that is complete is saved once
    // more as NeMo does, unless its last validation was at its last step.
    const bool isDue =
        end == run::TrainEnd::Stopped
            ? m_savedBatches != state.batchesSeen
            : m_target.validationInterval == 0 || state.globalStep % m_target.validationInterval != 0;
    if (params.saveLast && isDue)
        if (Status saved = saveLast(state); !saved) return saved;
    if (Status written = m_background.finish(); !written) return written;
    recordFiles();
    if (params.saveBestModel)
        if (Status restored = restoreBest(); !restored) return restored;
    return params.saveNemoOnTrainEnd ? writeNemoNow(nemoPath()) : Status{};
}

std::string ModelCheckpoint::stateKey() const {
    const CheckpointParams& params = m_target.params;
    std::string interval = "None";
    if (params.trainTimeInterval)
        interval = "datetime.timedelta(seconds=" +
                   std::to_string(static_cast<std::int64_t>(*params.trainTimeInterval)) + ')';
    return "NeMoModelCheckpoint{'monitor': '" + params.monitor + "', 'mode': '" + params.mode +
           "', 'every_n_train_steps': " + std::to_string(params.everyNTrainSteps) +
           ", 'every_n_epochs': " + std::to_string(params.everyNEpochs) +
           ", 'train_time_interval': " + interval + '}';
}

Object ModelCheckpoint::stateDict() const {
    const std::string bestPath = best();
    const std::string worstPath = worst();
    const auto score = [&](const std::string& path) {
        return path.empty() ? Object{} : scalarTensor(m_scores.at(path));
    };
    const bool isFull =
        m_target.params.saveTopK > 0 && m_scores.size() == static_cast<std::size_t>(m_target.params.saveTopK);
    Object::Entries saved;
    for (const auto& [path, value] : m_scores)
        saved.emplace_back(path, scalarTensor(value));
    return Object::dict({{"monitor", m_target.params.monitor},
                         {"best_model_score", score(bestPath)},
                         {"best_model_path", bestPath},
                         {"current_score", m_current ? scalarTensor(*m_current) : Object{}},
                         {"dirpath", m_target.folder.string()},
                         {"best_k_models", Object::dict(std::move(saved))},
                         {"kth_best_model_path", isFull ? worstPath : ""},
                         {"kth_value", isFull ? score(worstPath) : Object{}},
                         {"last_model_path", m_lastPath}});
}

Status ModelCheckpoint::loadStateDict(const archive::PickleValue& state) {
    const auto folder = state.find("dirpath");
    if (!folder || folder->text() != m_target.folder.string()) {
        m_log.warning("the checkpoint was saved in another folder, so which of its files are the best is not "
                      "taken over");
        return {};
    }
    m_scores.clear();
    if (const auto saved = state.find("best_k_models"))
        for (std::size_t i = 0; i < saved->size(); ++i)
            if (const auto value = scalarOf(saved->at(i)))
                m_scores[std::string(saved->keyAt(i).text())] = *value;
    if (const auto current = state.find("current_score")) m_current = scalarOf(*current);
    if (const auto last = state.find("last_model_path")) m_lastPath = std::string(last->text());
    return {};
}

} // namespace fathom::train
