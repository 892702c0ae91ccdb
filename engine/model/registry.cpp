// SPDX-License-Identifier: Apache-2.0
#include "engine/base/published.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/asr/ctc_model.h"
#include "engine/model/model.h"
#include "engine/model/nlp/text_classification_model.h"
#include "engine/model/nmt/mt_model.h"
#include "engine/model/section.h"

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
        for (plugin::ModelRegistration model : {
                 plugin::ModelRegistration{.name = "EncDecCTCModel", .factory = &CtcModel::make},
                 plugin::ModelRegistration{.name = "EncDecCTCModelBPE", .factory = &CtcModel::makeSubword},
                 plugin::ModelRegistration{.name = "TextClassificationModel",
                 .factory = &TextClassificationModel::make},
                 plugin::ModelRegistration{.name = "MTEncDecModel", .factory = &MtModel::make},
             }) {
            [[maybe_unused]] const Status added = registerIn(*this, std::move(model));
            assert(added && "a built-in model cannot be registered");
        }
    }
};

Models& models() {
    static WithBuiltins all;
    return all;
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
    const std::string className = schemas::modelClassAt(config, path);
    if (const plugin::ModelRegistration* found = models().find(className))
        return found->factory(config, path, options);
    if (className.empty())
        return fail(config.errorAt(path, "Cannot build the model",
                                   "the section does not say which class it is for",
                                   "Set " + below(path, "target") + ", for example to " + CtcModel::kTarget));
    return fail(config.errorAt(below(path, "target"), "Cannot build the model",
                               "the class '" + className + "' is not known",
                               "Known: " + knownClasses() + "; load the plugin that has it with --plugin"));
}

} // namespace fathom::model
