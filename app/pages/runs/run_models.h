// SPDX-License-Identifier: GPL-3.0-or-later
// The models that a run wrote: opened on the Archive page, or tried in a window of their own.
#pragma once

#include "app/inference/inference_dialog.h"
#include "engine/store/types.h"

#include <vector>

class QWidget;

namespace fathom::app {

class AppContext;

/// What the run recorded as its models: `.nemo` before checkpoints, newer before older; they may be gone by
/// now. For a background thread.
[[nodiscard]] std::vector<ModelFile> modelFilesOf(const std::filesystem::path& workspace, store::RunId run);

/// Opens a window to try them; says in the status bar when there are none. `parent` is what it lies over.
void tryModels(AppContext& context, const store::Run& run, QWidget* parent);
/// Shows the newest `.nemo` on the Archive page; says when there is none.
void openModel(AppContext& context, const store::Run& run);

} // namespace fathom::app
