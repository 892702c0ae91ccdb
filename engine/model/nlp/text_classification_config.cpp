// SPDX-License-Identifier: Apache-2.0
// The model section of a text classifier as NeMo can read it back.
#include "engine/config/compose.h"
#include "engine/model/nlp/text_classification_model.h"
#include "engine/model/section.h"

namespace fathom::model {

namespace {

constexpr const char* kNlpVersion = "2.2.1"; // the last NeMo of which this class is known to be a part

/// Keys that NeMo's constructor reads without a default, and their values in its example config.
constexpr std::pair<const char*, const char*> kNeeded[] = {
    {"tokenizer.tokenizer_name", "null"},
    {"tokenizer.vocab_file", "null"},
    {"tokenizer.tokenizer_model", "null"},
    {"tokenizer.special_tokens", "null"},
    {"language_model.pretrained_model_name", "bert-base-uncased"},
    {"language_model.lm_checkpoint", "null"},
    {"language_model.config_file", "null"},
    {"classifier_head.num_output_layers", "2"},
    {"classifier_head.fc_dropout", "0.1"},
    {"dataset.max_seq_length", "256"},
    {"dataset.class_balancing", "null"},
    {"dataset.use_cache", "false"},
};

} // namespace

Result<std::string> TextClassificationModel::configYaml() const {
    Result<std::string> section = m_config.toYaml(m_path, /*resolve=*/true);
    if (!section) return section;
    config::ComposeRequest request{.configName = "model_config",
                                   .files = {{"model_config.yaml", std::move(*section)}}};
    const auto add = [&](const std::string& key, const std::string& value) {
        if (!m_config.find(below(m_path, key))) request.overrides.push_back("++" + key + '=' + value);
    };
    for (const auto& [key, value] : kNeeded)
        add(key, value);
    add("target", m_target);
    add("nemo_version", kNlpVersion);
    const Result<config::Config> completed = config::compose(request);
    if (!completed) return fail(completed.error());
    return completed->toYaml("", /*resolve=*/false);
}

} // namespace fathom::model
