// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/restore_model.h"

#include <QCoreApplication>

namespace fathom::app {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("fathom::app::RestoreModel", source);
}

} // namespace

RestoreModel restoreByTorch() {
    return [](const std::filesystem::path& file,
              const TellStage& tell) -> Result<std::unique_ptr<run::RestoredModel>> {
        tell(text("Loading LibTorch"));
        const auto module = run::loadTorchModule();
        if (!module) return fail(module.error());
        tell(text("Restoring %1").arg(QString::fromStdString(file.filename().string())));
        return (*module)->restore(file, {});
    };
}

} // namespace fathom::app
