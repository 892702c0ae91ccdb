// SPDX-License-Identifier: Apache-2.0
#include "engine/base/file.h"
#include "engine/base/published.h"
#include "engine/config/compose.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/ctc_model.h"
#include "engine/model/model.h"
#include "engine/model/section.h"
#include "engine/nn/device.h"
#include "engine/nn/weights.h"

#include <array>
#include <cassert>

namespace fathom::model {

namespace {

using Models = Registry<plugin::ModelRegistration>;

Status registerIn(Models& models, plugin::ModelRegistration registration) {
    if (!models.find(registration.name)) {
        const std::array addition{
            schemas::Addition{schemas::Role::Model, registration.name, registration.schema}};
        if (Status described = schemas::extend(addition); !described) return described;
    }
    return models.add(std::move(registration));
}

struct WithBuiltins : Models {
    WithBuiltins() : Registry("model") {
        [[maybe_unused]] const Status added =
            registerIn(*this, {.name = "EncDecCTCModel", .factory = &CtcModel::make});
        assert(added && "a built-in model cannot be registered");
    }
};

Models& models() {
    static WithBuiltins all;
    return all;
}

std::string_view classNameOf(std::string_view target) {
    const std::size_t dot = target.rfind('.');
    return dot == std::string_view::npos ? target : target.substr(dot + 1);
}

/// NeMo's training scripts name the class in Python, so that most YAML files do not: the shape of the section
/// tells.
std::string_view guessClass(const config::Config& config, std::string_view path) {
    const config::Node* decoder = config.find(below(path, "decoder._target_"));
    const bool ctc =
        decoder && decoder->value.isString() && decoder->value.asString().ends_with("ConvASRDecoder");
    return ctc && config.find(below(path, "preprocessor")) ? "EncDecCTCModel" : "";
}

std::string knownClasses() {
    std::string text;
    for (const std::string& name : modelNames())
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

} // namespace

Status registerModel(plugin::ModelRegistration registration) {
    return registerIn(models(), std::move(registration));
}

const std::vector<std::string>& modelNames() {
    return models().names();
}

std::string_view sectionName(Split split) {
    switch (split) {
    case Split::Train:
        return "train_ds";
    case Split::Validation:
        return "validation_ds";
    case Split::Test:
        return "test_ds";
    }
    return "";
}

std::string_view metricPrefix(Split split) {
    switch (split) {
    case Split::Train:
        return "train_";
    case Split::Validation:
        return "val_";
    case Split::Test:
        return "test_";
    }
    return "";
}

Result<std::unique_ptr<Model>> createModel(const config::Config& config, std::string_view path,
                                           const ModelOptions& options) {
    const config::Node* section = config.find(path);
    if (!section || section->kind != config::NodeKind::Map)
        return fail(config.errorAt(path, "Cannot build the model",
                                   "the config has no section '" + std::string(path) + "'",
                                   "Add it, or choose another config with --config-name"));
    const config::Node* target = config.find(below(path, "target"));
    const bool named = target && target->value.isString();
    const std::string_view className =
        named ? classNameOf(target->value.asString()) : guessClass(config, path);
    if (const plugin::ModelRegistration* found = models().find(className))
        return found->factory(config, path, options);
    if (!named)
        return fail(config.errorAt(path, "Cannot build the model",
                                   "the section does not say which class it is for",
                                   "Set " + below(path, "target") + ", for example to " + CtcModel::kTarget));
    return fail(config.errorAt(below(path, "target"), "Cannot build the model",
                               "the class '" + target->value.asString() + "' is not known",
                               "Known: " + knownClasses() + "; load the plugin that has it with --plugin"));
}

namespace {

/// The archive's config, or the one that is to be used instead.
Result<config::Config> restoredConfig(const archive::Nemo& nemo, const std::filesystem::path& overridePath) {
    const Result<std::string> yaml = overridePath.empty() ? nemo.configYaml() : readFile(overridePath);
    if (!yaml) return fail(yaml.error());
    auto config = config::compose({.configName = "model_config", .files = {{"model_config.yaml", *yaml}}});
    if (!config || overridePath.empty() || config->find("model") == nullptr) return config;
    const auto section = config->toYaml("model", /*resolve=*/true);
    if (!section) return fail(section.error());
    return config::compose({.configName = "model_config", .files = {{"model_config.yaml", *section}}});
}

} // namespace

Result<Restored> restoreModel(const archive::Nemo& nemo, const run::RestoreOptions& options) {
    const std::string file = nemo.path().string();
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
    const Result<config::Config> config = restoredConfig(nemo, options.overrideConfigPath);
    if (!config) return inFile(config.error());
    Result<std::unique_ptr<Model>> model = createModel(*config, "", {.initializeWeights = !options.strict});
    if (!model) return inFile(model.error());
    (*model)->artifacts() = archive::ArtifactRegistry(nemo);
    if (auto added = (*model)->artifacts().addReferences(config->unresolved()); !added)
        return inFile(added.error());
    const Result<std::shared_ptr<const archive::Checkpoint>> weights = nemo.weights();
    if (!weights) return fail(weights.error());
    const std::string className(classNameOf((*model)->target()));
    auto loaded =
        nn::loadStateDict((*model)->module(), **weights,
                          {.strict = options.strict, .share = device->is_cpu(), .className = className});
    if (!loaded) return inFile(loaded.error());
    (*model)->module().to(*device);
    (*model)->module().eval();
    return Restored{std::move(*model), {std::move(loaded->missing), std::move(loaded->unexpected)}};
}

namespace {

Result<archive::NemoContents> contentsOf(Model& model, bool copies) {
    const Result<std::string> yaml = model.configYaml();
    if (!yaml) return fail(yaml.error());
    auto packed = model.artifacts().pack(*yaml);
    if (!packed) return fail(packed.error());
    archive::NemoContents contents;
    contents.configYaml = std::move(packed->configYaml);
    contents.artifacts = std::move(packed->files);
    const torch::NoGradGuard guard;
    for (const nn::NamedTensor& item : nn::stateDict(model.module()))
        contents.tensors.push_back(
            nn::toArchive(item.name, copies ? item.tensor.detach().clone() : item.tensor));
    contents.modules = nn::moduleVersions(model.module());
    return contents;
}

} // namespace

Result<archive::NemoContents> copyForSaving(Model& model) {
    return contentsOf(model, /*copies=*/true);
}

Status saveModel(Model& model, const std::filesystem::path& path) {
    try {
        const auto contents = contentsOf(model, /*copies=*/false);
        return contents ? archive::writeNemo(path, *contents) : fail(contents.error());
    } catch (const std::exception& error) {
        return fail({.what = "Cannot save " + path.string(),
                     .why = error.what(),
                     .remedy = "",
                     .file = path.string()});
    }
}

} // namespace fathom::model
