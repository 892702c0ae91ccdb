// SPDX-License-Identifier: Apache-2.0
// Models as Hugging Face publishes them: a folder with config.json, vocab.txt, tokenizer_config.json and
// weights. Found on this machine only; nothing is downloaded.
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"

#include <filesystem>
#include <optional>
#include <string>

namespace fathom::text {

/// The folder that `name` is the path of, or that huggingface_hub downloaded for the model of that name
/// (below $HF_HOME, ~/.cache/huggingface); nullopt: there is none.
[[nodiscard]] std::optional<std::filesystem::path> findPretrainedFolder(const std::string& name);

/// A JSON file of the folder, or of any other place. Errors (BadInput) name it.
[[nodiscard]] Result<Value> readJsonFile(const std::filesystem::path& file);

} // namespace fathom::text
