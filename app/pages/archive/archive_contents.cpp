// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_contents.h"

#include "engine/store/manifest.h"

#include <QFileInfo>

namespace fathom::app {

namespace {

void readConfig(ArchiveContents& contents) {
    const Result<std::string> yaml = contents.nemo->configYaml();
    if (!yaml) {
        contents.configError = yaml.error();
        return;
    }
    contents.configYaml = QString::fromStdString(*yaml);
    auto editor = archive::NemoEditor::edit(*contents.nemo);
    if (editor)
        contents.editor = std::move(*editor);
    else
        contents.configError = editor.error();
    contents.config = composeConfig(contents.configYaml, {});
    if (!contents.config.config && !contents.configError && !contents.config.errors.empty())
        contents.configError = contents.config.errors.front().error;
}

void takeWeights(ArchiveContents& contents, Result<std::shared_ptr<const archive::Checkpoint>> weights) {
    if (!weights) {
        contents.weightsError = weights.error();
        return;
    }
    contents.weights = std::move(*weights);
    contents.tensors = entriesOf(*contents.weights);
    for (const archive::Tensor& tensor : contents.weights->tensors())
        contents.parameters += tensor.elementCount();
}

} // namespace

bool isArtifact(const archive::Member& member) {
    // What lies in this folder belongs to weights of many files.
    const bool isPart = member.name.find("model_weights/") != std::string::npos;
    return member.type == archive::MemberType::File && !isPart &&
           !archive::isCalled(member.name, archive::kConfigName) &&
           !archive::isCalled(member.name, archive::kWeightsName);
}

std::optional<std::filesystem::path> storeFor(const std::filesystem::path& archive,
                                              const std::filesystem::path& workspace) {
    if (auto near = store::workspaceOf(archive)) return near;
    // A file of the workspace's own folder stands for it; the file need not be there.
    return workspace.empty() ? std::nullopt : store::workspaceOf(workspace / "archive");
}

QString configFileName() {
    return QStringLiteral("./model_config.yaml");
}

Composition composeConfig(const QString& yaml, const std::vector<std::string>& edits) {
    // The file is handed over in memory: nothing is read from the folder.
    const ConfigState state{QStringLiteral("."), QStringLiteral("model_config"), {edits, 0}};
    return composeState(state, {.frozen = {{configFileName(), yaml}}});
}

Result<std::shared_ptr<const ArchiveContents>> openArchive(const QString& path,
                                                           const archive::OpenOptions& options) {
    auto contents = std::make_shared<ArchiveContents>();
    const QFileInfo info(path);
    contents->path = path;
    contents->fileBytes = info.isFile() ? info.size() : 0;
    if (archive::isCheckpointFile(path.toStdString())) {
        auto weights = archive::openWeights(path.toStdString(), options);
        if (!weights) return fail(weights.error());
        takeWeights(*contents, std::move(weights));
    } else {
        auto nemo = archive::Nemo::open(path.toStdString(), options);
        if (!nemo) return fail(nemo.error());
        contents->nemo = std::move(*nemo);
        readConfig(*contents);
        takeWeights(*contents, contents->nemo->weights());
        if (!contents->weights) contents->weightParts = contents->nemo->weightParts();
    }
    return std::shared_ptr<const ArchiveContents>(std::move(contents));
}

} // namespace fathom::app
