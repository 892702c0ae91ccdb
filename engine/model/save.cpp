// SPDX-License-Identifier: Apache-2.0
#include "engine/model/model.h"
#include "engine/nn/weights.h"

namespace fathom::model {

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
