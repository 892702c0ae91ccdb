// SPDX-License-Identifier: Apache-2.0
// Which checkpoint a run goes on from, and the markers of checkpoints that are being written: check_resume of
// nemo.utils.exp_manager and the markers of NeMoModelCheckpoint.
#pragma once

#include "engine/base/result.h"
#include "engine/train/exp_manager_params.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fathom::train {

struct ResumeChoice {
    std::optional<std::filesystem::path> checkpoint{}; ///< nothing: the run starts anew
    std::vector<std::string> warnings{};
};

/// What `resume_if_exists` and `resume_from_checkpoint` come to for a run whose checkpoints lie in
/// `checkpoints` (which need not exist). Changes nothing on disk. Errors are Usage, of NeMo's classes: no
/// checkpoint (NotFoundError), a finished run, an unfinished or ambiguous checkpoint (ValueError).
///
/// Where NeMo finds exactly one `*end.ckpt` with resume_past_end it starts from scratch, against its
/// documentation; this goes on from that checkpoint. Of several `*last.ckpt` in one folder, which a kill can
/// leave, it takes the newest, where NeMo stops.
[[nodiscard]] Result<ResumeChoice> findResume(const ExpManagerParams& params, const config::Config& config,
                                              const std::filesystem::path& checkpoints);

/// The file whose existence says that a checkpoint is not complete: `<name>-unfinished` beside it, one for
/// `<name>.ckpt`, `<name>-EMA.ckpt` and `<name>.nemo`.
[[nodiscard]] std::filesystem::path unfinishedMarker(const std::filesystem::path& checkpoint);
[[nodiscard]] bool isUnfinished(const std::filesystem::path& checkpoint);
/// To be called before a checkpoint is written or removed, and after. Errors are Failed.
[[nodiscard]] Status markUnfinished(const std::filesystem::path& checkpoint);
[[nodiscard]] Status clearUnfinished(const std::filesystem::path& checkpoint);
/// Deletes the checkpoints below a folder that were left unfinished, and the markers. Says which.
[[nodiscard]] std::vector<std::string> removeUnfinished(const std::filesystem::path& folder);

} // namespace fathom::train
