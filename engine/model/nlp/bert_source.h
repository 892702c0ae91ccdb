// SPDX-License-Identifier: Apache-2.0
// Which encoder a `language_model` section asks for.
#pragma once

#include "engine/archive/artifacts.h"
#include "engine/base/log.h"
#include "engine/model/nlp/text_classification_params.h"
#include "engine/nn/bert_params.h"

#include <filesystem>
#include <optional>
#include <string>

namespace fathom::model {

struct BertSource {
    nn::BertParams params{};
    std::optional<std::filesystem::path> weights{}; ///< file or folder to begin with; none: random
    std::string name{}; ///< as NeMo calls the config file: <name>_encoder_config.json
};

/// NeMo's get_lm_model: config_file before config before the published model of that name, whose weights are
/// taken where nothing else says what the encoder is. `isNew` false: all weights are about to be loaded.
/// Errors carry the place in the config (the section at `path`).
[[nodiscard]] Result<BertSource> findBert(const config::Config& config, const std::string& path,
                                          const LanguageModelParams& params,
                                          archive::ArtifactRegistry& artifacts, bool isNew, Log* log);

} // namespace fathom::model
