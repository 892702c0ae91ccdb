// SPDX-License-Identifier: GPL-3.0-or-later
// From a file to a model that can be asked.
#pragma once

#include "engine/base/result.h"
#include "engine/run/torch_module.h"

#include <QString>

#include <filesystem>
#include <functional>
#include <memory>

namespace fathom::app {

/// Says what is being done now: "Loading LibTorch".
using TellStage = std::function<void(const QString&)>;
/// Restores the model of a `.nemo` or a checkpoint. Called on a background thread; never throws.
using RestoreModel = std::function<Result<std::unique_ptr<run::RestoredModel>>(
    const std::filesystem::path& file, const TellStage& tell)>;

/// By the engine beyond LibTorch, which is loaded for it.
[[nodiscard]] RestoreModel restoreByTorch();

} // namespace fathom::app
