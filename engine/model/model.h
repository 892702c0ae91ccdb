// SPDX-License-Identifier: Apache-2.0
// What the training loop knows of a model. Everything that depends on the task (features, losses, decoding,
// how a batch is put together) is behind this; everything about loops, optimizers and checkpoints is in
// engine/train.
//
//   auto model = model::createModel(config, "model", {.seed = 42});
//   auto data = (*model)->dataset(model::Split::Train);              // nullptr: the config has no such set
//   auto batch = (*data)->load(indices);                             // any thread
//   auto step = (*model)->trainingStep(*batch, {.seed = seedOfThisStep});
//   step->loss.backward();
//   model::saveModel(**model, "out.nemo");
#pragma once

#include "engine/archive/artifacts.h"
#include "engine/archive/nemo.h"
#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/config/config.h"
#include "engine/plugin/registrar.h"
#include "engine/run/inference.h"
#include "engine/run/torch_module.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <torch/torch.h>
#include <vector>

namespace fathom::model {

enum class Split { Train, Validation, Test };

/// The config section and the prefix of metric names: "train", "validation" / "val", "test".
[[nodiscard]] std::string_view sectionName(Split split);  ///< "train_ds", "validation_ds", "test_ds"
[[nodiscard]] std::string_view metricPrefix(Split split); ///< "train_", "val_", "test_"

/// What a dataset collates: NeMo's tuple in NeMo's order. Speech: signal [B, T] float32, its length in
/// samples [B] int64, tokens [B, U] int64, their number [B] int64; on the CPU.
struct Batch {
    std::vector<torch::Tensor> tensors{};
    std::vector<std::string> sources{}; ///< one name per item (the audio file)
    std::vector<Error> skipped{};       ///< items left out because the config says skip_bad_files
    std::vector<std::string> notes{};   ///< for the log: items that took long, with their manifest line
    std::int64_t elements = 0;          ///< samples, frames or tokens that the model reads, padding included
    std::int64_t padding = 0;           ///< those of them that are padding
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(sources.size()); }
};

/// A range of items that an epoch visits as a whole.
struct Bucket {
    std::int64_t first = 0;
    std::int64_t items = 0;
    int batchSize = 0; ///< 0: batches go over the ends of buckets and have the size that all have
};

/// The order in which an epoch visits the buckets.
enum class BucketOrder { Fixed, SyncedRandomized, FullyRandomized };

/// Batches of like length, with enough noise that they differ between epochs: NeMo's SemiSortBatchSampler.
struct SemiSorting {
    std::vector<float> durations{}; ///< of every item, s
    double randomization = 0.1;     ///< noise, as a share of the range of durations
    std::uint64_t seed = 42;
};

struct LoaderOptions {
    int batchSize = 1;
    bool shuffle = false;
    bool dropLast = false;
    int workers = 0;        ///< as configured; the loop may prefetch with more or fewer
    int prefetchFactor = 2; ///< batches that each worker is ahead
    bool pinMemory = false; ///< page-locked batches, where there is CUDA
    /// Shuffling goes through a buffer of so many items in their stored order, as for tar files, which are
    /// read best from begin to end; 0: it knows no bounds.
    std::int64_t shuffleBuffer = 0;
    std::vector<Bucket> buckets{}; ///< empty: all items are one
    BucketOrder bucketOrder = BucketOrder::Fixed;
    std::shared_ptr<const SemiSorting> semiSorting{}; ///< null for none; there are no buckets then
};

/// The epoch that items are loaded for.
struct EpochContext {
    std::uint64_t seed = 0; ///< what is random about an item derives from it and the item's index
    std::stop_token stop{};
};

/// The items of one split. Immutable; any thread may load.
class Dataset {
public:
    virtual ~Dataset() = default;
    [[nodiscard]] virtual std::int64_t size() const = 0;
    [[nodiscard]] virtual const LoaderOptions& loader() const = 0;
    /// Reads and collates the items at `indices` ([0, size())). May have fewer than asked for, even none
    /// (`skipped`). Errors are BadInput and name the manifest line and the file.
    [[nodiscard]] virtual Result<Batch> load(std::span<const std::int64_t> indices) const = 0;
    /// The same for one epoch; a request to stop ends it between two items (Interrupted).
    [[nodiscard]] virtual Result<Batch> loadFor(const EpochContext&,
                                                std::span<const std::int64_t> indices) const {
        return load(indices);
    }
    /// For the log while the loop waits: which item has been read for how long. Any thread.
    [[nodiscard]] virtual std::string underWay() const { return {}; }
    /// One line for the log: "360 clips, 0.31 hours, 2 left out by duration".
    [[nodiscard]] virtual std::string summary() const = 0;
};

struct StepContext {
    std::uint64_t seed = 0;   ///< all randomness of the step derives from it, so a resumed run draws the same
    bool wantMetrics = false; ///< also those that cost decoding (training_batch_wer)
};

struct Metric {
    std::string name{};
    double value = 0;
};

struct TrainingStep {
    torch::Tensor loss{}; ///< 0-dim, with a graph; on the model's device, so reading it synchronises
    std::vector<Metric> metrics{};
};

/// A metric of an epoch is the sum of numerators over the sum of denominators (over batches and ranks). A
/// denominator of 0 gives infinity for a positive numerator, as NeMo's word error rate.
struct Ratio {
    std::string name{}; ///< without a prefix: "loss", "wer"
    double numerator = 0;
    double denominator = 0;
};

struct Sample {
    std::string source{};
    std::string reference{};
    std::string prediction{};
    double score = 0;         ///< what it is, `kind` says
    std::string kind = "wer"; ///< as store::Sample's: "wer", "class", "bleu"
};

struct EvaluationStep {
    std::vector<Ratio> metrics{};
    std::vector<Sample> samples{}; ///< one per item
    /// Added up element by element over the epoch (and ranks), for Model::epochMetrics; as many each time.
    std::vector<double> counts{};
};

/// One thread at a time (datasets excepted).
class Model : public run::Inference {
public:
    /// Parameters and buffers under NeMo's names and in NeMo's order; train() and to() it here.
    [[nodiscard]] virtual torch::nn::Module& module() = 0;
    /// The model section as it is saved: resolved, with target, nemo_version and the defaults NeMo inserts.
    [[nodiscard]] virtual Result<std::string> configYaml() const = 0;

    /// Files that the config names, which saving packs.
    [[nodiscard]] archive::ArtifactRegistry& artifacts() { return m_artifacts; }

    /// Reads the split's manifest and checks its texts; nullptr when the config has no such set.
    [[nodiscard]] virtual Result<std::shared_ptr<const Dataset>> dataset(Split split) = 0;

    /// Forward and loss of one batch with module() in training mode. Does not call backward.
    [[nodiscard]] virtual Result<TrainingStep> trainingStep(const Batch& batch,
                                                            const StepContext& context) = 0;
    /// Loss, metrics and predictions of one batch without gradients, module() in eval mode.
    [[nodiscard]] virtual Result<EvaluationStep> evaluationStep(const Batch& batch) = 0;
    /// Metrics of an epoch that are no ratio of sums (F1, BLEU), without a prefix, from the sums of
    /// EvaluationStep::counts. May write a report to the log.
    [[nodiscard]] virtual std::vector<Metric> epochMetrics(Split /*split*/,
                                                           std::span<const double> /*counts*/) {
        return {};
    }

    /// One forward in eval mode by NeMo's input and output names (run::RestoredModel::forward says which).
    [[nodiscard]] virtual Result<std::vector<run::NamedArray>>
    forward(const std::vector<run::NamedArray>& inputs) = 0;

private:
    archive::ArtifactRegistry m_artifacts{};
};

struct ModelOptions {
    std::uint64_t seed = 0;        ///< of the initial weights
    bool initializeWeights = true; ///< false: they are undefined, because all are about to be loaded
    Log* log = nullptr;            ///< borrowed for the model's life; may be null
    /// Where "nemo:…" values of the config are found. A class that reads files puts it into artifacts() first
    /// and add()s each there.
    archive::ArtifactRegistry artifacts{};
};

/// Makes the class known to configs. Errors (Usage): a class that there is already, a malformed schema. Any
/// thread; what was read before stays valid.
[[nodiscard]] Status registerModel(plugin::ModelRegistration registration);

/// Classes that `target` may name, in the order of registration.
[[nodiscard]] const std::vector<std::string>& modelNames();

/// Builds the model of the section at `path` ("model", or "" for an archive's config) with fresh weights.
/// The class is `<path>.target`; without one the section's shape decides. Errors are Usage, with file, line
/// and key.
[[nodiscard]] Result<std::unique_ptr<Model>> createModel(const config::Config& config, std::string_view path,
                                                         const ModelOptions& options);

struct Restored {
    std::unique_ptr<Model> model{};
    run::RestoreReport report{};
};

/// Builds the model an archive holds and loads its weights, converted to float32, in eval mode. `strict`
/// false tolerates missing and unexpected names, which the report lists, never shapes. Errors are BadInput (a
/// broken file, names that do not match) or Usage (a class or device that is not known).
[[nodiscard]] Result<Restored> restoreModel(const archive::Nemo& nemo, const run::RestoreOptions& options);

/// The same from a Lightning checkpoint, ours or NeMo's (load_from_checkpoint). Its config names files where
/// they lay when it was written.
[[nodiscard]] Result<Restored> loadFromCheckpoint(const std::filesystem::path& file,
                                                  const run::RestoreOptions& options);

/// What saveModel writes, with copies of the weights: another thread may write it while training goes on.
[[nodiscard]] Result<archive::NemoContents> copyForSaving(Model& model);
/// Writes config and weights as `.nemo`, atomically.
[[nodiscard]] Status saveModel(Model& model, const std::filesystem::path& path);

} // namespace fathom::model
