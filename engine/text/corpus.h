// SPDX-License-Identifier: Apache-2.0
// The sentences that a vocabulary is trained on: lines of text files, or the texts of speech manifests.
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <vector>

namespace fathom::text {

/// Reads all files one after the other. A file called .json or .jsonl is a manifest: one JSON object a line,
/// whose "text" counts. Empty lines are left out. What is not UTF-8, or no entry of a manifest, is an error
/// (BadInput) with file and line; so are files without a single sentence.
[[nodiscard]] Result<std::vector<std::string>> readCorpus(const std::vector<std::filesystem::path>& files);

} // namespace fathom::text
