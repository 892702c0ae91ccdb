// SPDX-License-Identifier: Apache-2.0
// What the source was when a run started.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace fathom::run {

struct GitState {
    std::string commit{}; ///< its hash
    std::string branch{}; ///< empty where the head is detached
    std::optional<std::string>
        patch{}; ///< `git diff`; nothing where it took too long or is larger than 32 MiB
};

/// Of the repository that holds `folder`; nullopt where there is none, no commit, or no git. Runs git without
/// a shell and waits for it at most `limit`.
[[nodiscard]] std::optional<GitState>
gitState(const std::filesystem::path& folder,
         std::chrono::milliseconds limit = std::chrono::milliseconds(2000));

/// exp_manager's git-info.log: "commit hash: <hash>\n" and the patch, or that it was left out.
[[nodiscard]] std::string gitInfo(const GitState& state);

} // namespace fathom::run
