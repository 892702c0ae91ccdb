// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_models.h"

#include "app/bridge/job_runner.h"
#include "app/shell/app_context.h"
#include "engine/store/reader.h"

#include <QPointer>
#include <QWidget>

#include <algorithm>

namespace fathom::app {

namespace {

QString tr(const char* text) {
    return InferenceDialog::tr(text);
}

bool isNemo(const ModelFile& file) {
    return file.path.extension() == ".nemo";
}

} // namespace

std::vector<ModelFile> modelFilesOf(const std::filesystem::path& workspace, store::RunId run) {
    auto reader = store::Reader::open(workspace);
    const auto artifacts = reader ? reader->artifacts(run) : Result<std::vector<store::Artifact>>();
    std::vector<ModelFile> files;
    if (!reader || !artifacts) return files;
    for (auto it = artifacts->rbegin(); it != artifacts->rend(); ++it) {
        const std::filesystem::path path = it->path;
        const bool isListed =
            std::any_of(files.begin(), files.end(), [&](const ModelFile& file) { return file.path == path; });
        if ((it->kind == "nemo" || it->kind == "ckpt") && !isListed)
            files.push_back({QString::fromStdString(path.filename().string()), path});
    }
    std::stable_partition(files.begin(), files.end(), &isNemo);
    return files;
}

void tryModels(AppContext& context, const store::Run& run, QWidget* parent) {
    context.jobs().run(
        QStringLiteral("runs.try"), parent,
        [workspace = context.workspace(), id = run.id](const std::stop_token&) {
            auto files = modelFilesOf(workspace, id);
            std::error_code ignored;
            std::erase_if(
                files, [&](const ModelFile& file) { return !std::filesystem::exists(file.path, ignored); });
            return files;
        },
        [&context, parent, title = QString::fromStdString(run.title())](const std::vector<ModelFile>& files) {
            if (files.empty())
                return Q_EMIT context.statusMessage(
                    tr("%1 has no model to be tried: it has written none, or it was deleted").arg(title));
            auto* const dialog = new InferenceDialog(context.jobs(), title, files, restoreByTorch(), parent);
            QObject::connect(dialog, &InferenceDialog::statusMessage, &context, &AppContext::statusMessage);
            dialog->show();
        });
}

void openModel(AppContext& context, const store::Run& run) {
    context.jobs().run(
        QStringLiteral("runs.archive"), &context,
        [workspace = context.workspace(), id = run.id](const std::stop_token&) {
            return modelFilesOf(workspace, id);
        },
        [&context, title = QString::fromStdString(run.title())](const std::vector<ModelFile>& files) {
            if (files.empty() || !isNemo(files.front()))
                return Q_EMIT context.statusMessage(tr("%1 has written no model").arg(title));
            Q_EMIT context.openFileRequested(QString::fromStdString(files.front().path.string()));
        });
}

} // namespace fathom::app
