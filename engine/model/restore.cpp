// SPDX-License-Identifier: Apache-2.0
// Models from archives (ModelPT.restore_from) and from Lightning's checkpoints (load_from_checkpoint).
#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/config/yaml_writer.h"
#include "engine/model/model.h"
#include "engine/model/older_config.h"
#include "engine/model/section.h"
#include "engine/nn/device.h"
#include "engine/nn/weights.h"

namespace fathom::model {

namespace {

using Weights = std::shared_ptr<const archive::Checkpoint>;

/// What a file has to say of a model.
struct Source {
    std::filesystem::path file{};
    std::function<Result<std::string>()> configYaml{};
    std::function<Result<Weights>()> weights{};
    archive::ArtifactRegistry artifacts{};
};

/// The file's config, or the one that is to be used instead, as it stands there.
Result<config::Config> writtenConfig(const Source& source, const std::filesystem::path& overridePath) {
    const Result<std::string> yaml = overridePath.empty() ? source.configYaml() : readFile(overridePath);
    if (!yaml) return fail(yaml.error());
    auto config = config::compose({.configName = "model_config", .files = {{"model_config.yaml", *yaml}}});
    if (!config || overridePath.empty() || config->find("model") == nullptr) return config;
    const auto section = config->toYaml("model", /*resolve=*/true);
    if (!section) return fail(section.error());
    return config::compose({.configName = "model_config", .files = {{"model_config.yaml", *section}}});
}

Result<Restored> restoreFrom(const Source& source, const run::RestoreOptions& options) {
    const std::string file = source.file.string();
    const auto inFile = [&](Error error) {
        error.kind = ErrorKind::BadInput;
        error.why = error.why.empty() ? error.what : error.what + ": " + error.why;
        error.what = "Cannot restore " + file;
        error.file = options.overrideConfigPath.empty() ? file : options.overrideConfigPath.string();
        error.line = error.column = 0;
        return fail(std::move(error));
    };
    const Result<torch::Device> device = nn::deviceNamed(options.mapLocation);
    if (!device) return fail(device.error());
    const Result<config::Config> config =
        writtenConfig(source, options.overrideConfigPath).and_then(inTodaysForm);
    if (!config) return inFile(config.error());
    Result<std::unique_ptr<Model>> model =
        createModel(*config, "", {.initializeWeights = !options.strict, .artifacts = source.artifacts});
    if (!model) return inFile(model.error());
    if (!(*model)->artifacts().hasArchive())
        (*model)->artifacts() = source.artifacts; // its class reads no files
    if (auto added = (*model)->artifacts().addReferences(config->unresolved()); !added)
        return inFile(added.error());
    const Result<Weights> weights = source.weights();
    if (!weights) return fail(weights.error());
    const std::string className(classNameOf((*model)->target()));
    // NLPModel.load_state_dict: old transformers saved position_ids, and what the model lacks (the weights of
    // a loss) is dropped.
    const bool isNlp = (*model)->target().starts_with("nemo.collections.nlp.");
    auto loaded = nn::loadStateDict((*model)->module(), **weights,
                                    {.strict = options.strict,
                                     .tolerateUnexpected = isNlp,
                                     .share = device->is_cpu(),
                                     .className = className,
                                     .wants = [isNlp](std::string_view name) {
                                         return !isNlp || name.find("position_ids") == std::string_view::npos;
                                     }});
    if (!loaded) return inFile(loaded.error());
    (*model)->module().to(*device);
    (*model)->module().eval();
    return Restored{std::move(*model), {std::move(loaded->missing), std::move(loaded->unexpected)}};
}

/// `hyper_parameters` of a checkpoint: NeMo's have the model's config below `cfg`.
Result<std::string> hyperParametersOf(const archive::Checkpoint& checkpoint,
                                      const std::filesystem::path& file) {
    // A DictConfig: an object, whose content is what it is as plain data.
    const auto parameters = checkpoint.root().find("hyper_parameters");
    const Result<Value> value = parameters ? archive::toValue(*parameters) : Result<Value>(Value{});
    if (!value) return fail(value.error());
    const Value* cfg = value->isMap() ? value->asMap().find("cfg") : nullptr;
    if (!cfg)
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot tell which model it is of",
                     .why = "it has no hyper_parameters.cfg",
                     .remedy = "Give the model's config with --override-config",
                     .file = file.string()});
    return config::writeYaml(*cfg);
}

} // namespace

Result<Restored> restoreModel(const archive::Nemo& nemo, const run::RestoreOptions& options) {
    return restoreFrom({.file = nemo.path(),
                        .configYaml = [&] { return nemo.configYaml(); },
                        .weights = [&] { return nemo.weights(); },
                        .artifacts = archive::ArtifactRegistry(nemo)},
                       options);
}

Result<Restored> loadFromCheckpoint(const std::filesystem::path& file, const run::RestoreOptions& options) {
    auto opened = archive::Checkpoint::open(file);
    if (!opened) return fail(opened.error());
    const auto checkpoint = std::make_shared<const archive::Checkpoint>(std::move(*opened));
    return restoreFrom({.file = file,
                        .configYaml = [&] { return hyperParametersOf(*checkpoint, file); },
                        .weights = [&]() -> Result<Weights> { return checkpoint; }},
                       options);
}

} // namespace fathom::model
