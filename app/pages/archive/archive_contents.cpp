// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_contents.h"

#include "engine/config/compose.h"

#include <QFileInfo>

namespace fathom::app {

namespace {

constexpr std::string_view kConfigName = "model_config.yaml";
constexpr std::string_view kWeightsName = "model_weights.ckpt";

void readConfig(ArchiveContents& contents) {
    const Result<std::string> yaml = contents.nemo->configYaml();
    if (!yaml) {
        contents.configError = yaml.error();
        return;
    }
    contents.configYaml = QString::fromStdString(*yaml);
    // The file is handed over in memory: nothing is read from the folder.
    const auto config = config::compose(
        {.configPath = ".", .configName = "model_config", .files = {{std::string(kConfigName), *yaml}}});
    if (config)
        contents.configTree = buildConfigTree(*config);
    else
        contents.configError = config.error();
}

void readWeights(ArchiveContents& contents) {
    const auto weights = contents.nemo->weights();
    if (weights)
        contents.weights = *weights;
    else
        contents.weightsError = weights.error();
}

bool isArtifact(const archive::Member& member) {
    const std::string_view name = archive::plainMemberName(member.name);
    return member.type == archive::MemberType::File && name != kConfigName && name != kWeightsName;
}

} // namespace

Result<std::shared_ptr<const ArchiveContents>> openArchive(const QString& path) {
    auto contents = std::make_shared<ArchiveContents>();
    const QFileInfo info(path);
    contents->path = path;
    contents->fileBytes = info.isFile() ? info.size() : 0;
    const bool isCheckpoint = path.endsWith(QStringLiteral(".ckpt"), Qt::CaseInsensitive) ||
                              path.endsWith(QStringLiteral(".pt"), Qt::CaseInsensitive);
    if (isCheckpoint) {
        auto weights = archive::openWeights(path.toStdString());
        if (!weights) return fail(weights.error());
        contents->weights = std::move(*weights);
    } else {
        auto nemo = archive::Nemo::open(path.toStdString());
        if (!nemo) return fail(nemo.error());
        contents->nemo = std::move(*nemo);
        readConfig(*contents);
        readWeights(*contents);
        for (const archive::Member& member : contents->nemo->members()) {
            if (isArtifact(member)) contents->artifacts.push_back(member.name);
        }
    }
    if (contents->weights) {
        for (const archive::Tensor& tensor : contents->weights->tensors())
            contents->parameters += tensor.elementCount();
    }
    if (contents->nemo)
        contents->findings = archive::verify(*contents->nemo);
    else
        contents->findings = archive::verify(*contents->weights);
    return std::shared_ptr<const ArchiveContents>(std::move(contents));
}

} // namespace fathom::app
