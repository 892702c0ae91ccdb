// SPDX-License-Identifier: GPL-3.0-or-later
// The boards of a workspace: `.fathom/boards/<name>.json` in its folder. Wait for the disk: background
// threads only.
#pragma once

#include "app/plots/board_spec.h"
#include "engine/base/result.h"

#include <filesystem>
#include <vector>

namespace fathom::app {

struct StoredBoards {
    std::vector<BoardSpec> boards{}; ///< by name
    std::vector<Error> errors{};     ///< of files that are no boards
};

[[nodiscard]] StoredBoards loadBoards(const std::filesystem::path& workspace);
/// Replaces the board of that name.
[[nodiscard]] Status saveBoard(const std::filesystem::path& workspace, const BoardSpec& board);
[[nodiscard]] Status removeBoard(const std::filesystem::path& workspace, const QString& name);
/// Any name makes a legal file name, and different names different ones.
[[nodiscard]] std::filesystem::path boardFile(const std::filesystem::path& workspace, const QString& name);

} // namespace fathom::app
