// SPDX-License-Identifier: Apache-2.0
// What the source was when a run started, for its git-info.log.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace fathom::train {

/// "commit hash: <hash>\n" and the output of `git diff` for the repository that holds `folder`; nullopt where
/// there is none, or no git. Runs git without a shell and waits for it at most `limit`; a diff that takes
/// longer or is larger than 32 MiB is left out, which the text says.
[[nodiscard]] std::optional<std::string>
gitInfo(const std::filesystem::path& folder,
        std::chrono::milliseconds limit = std::chrono::milliseconds(2000));

} // namespace fathom::train
