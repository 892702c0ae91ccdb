// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/archive_tokenizers.h"

#include "engine/archive/nemo.h"
#include "engine/config/config.h"
#include "engine/config/yaml_reader.h"
#include "engine/text/char_tokenizer.h"
#include "engine/text/open_tokenizer.h"
#include "engine/text/tokenizer_settings.h"

#include <QCoreApplication>

#include <array>

namespace fathom::app {

namespace {

using Opened = Result<std::shared_ptr<const text::Tokenizer>>;

constexpr std::string_view kSection = "tokenizer"; ///< of speech and classifiers; translation has two

QString text(const char* source) {
    return QCoreApplication::translate("fathom::app::ArchiveTokenizers", source);
}

Result<config::Config> configOf(const archive::Nemo& nemo) {
    const auto yaml = nemo.configYaml();
    if (!yaml) return fail(yaml.error());
    auto node = config::readYaml(*yaml, "model_config.yaml", config::Layer::Yaml);
    if (!node) return fail(node.error());
    return config::Config(std::move(*node));
}

std::string textAt(const config::Config& config, const std::string& key) {
    const auto value = config.find(key) ? config.resolved(key) : Result<Value>(Value());
    return value && value->isString() ? value->asString() : std::string();
}

bool flagAt(const config::Config& config, const std::string& key) {
    const auto value = config.find(key) ? config.resolved(key) : Result<Value>(Value());
    return value && value->isBool() && value->asBool();
}

/// The bytes of the member that a config key names; nullopt where it names none.
Result<std::optional<std::string_view>> memberAt(const archive::Nemo& nemo, const config::Config& config,
                                                 const std::string& key) {
    constexpr std::string_view kMember = "nemo:";
    const std::string named = textAt(config, key);
    if (!named.starts_with(kMember)) return std::nullopt;
    const auto bytes = nemo.bytes(named.substr(kMember.size()));
    if (!bytes) return fail(bytes.error());
    return std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

text::ClassifierTokenizer classifierSettings(const config::Config& config, const std::string& section) {
    const std::string special = section + ".special_tokens";
    const auto tokens = config.find(special) ? config.resolved(special) : Result<Value>(Value());
    return {.name = textAt(config, section + ".tokenizer_name"),
            .lowerCase = flagAt(config, "dataset.do_lower_case"),
            .specialTokens = tokens ? *tokens : Value()};
}

/// As the models open theirs: speech and translation have sections of their own, the rest is a classifier's.
Opened openSentencePiece(std::string_view bytes, const std::string& name, const config::Config& config,
                         const std::string& section) {
    if (section != kSection) {
        auto model = text::readSentencePiece(bytes, name);
        if (!model || !flagAt(config, section + ".sentencepiece_legacy")) return model;
        return text::readSentencePiece(bytes, name, text::legacyTranslationOptions(**model));
    }
    if (!textAt(config, section + ".type").empty()) return text::readSentencePiece(bytes, name);
    return text::readSentencePiece(bytes, name,
                                   text::sentencePieceOptions(classifierSettings(config, section)));
}

Opened openWordPiece(std::string_view bytes, const std::string& name, const config::Config& config,
                     const std::string& section) {
    if (textAt(config, section + ".type") == "wpe")
        return text::readWordPiece(bytes, name, text::WordPieceOptions::speech());
    auto options = text::wordPieceOptions(classifierSettings(config, section));
    if (!options && !options.error().key.empty()) options.error().key = section + '.' + options.error().key;
    if (!options) return fail(options.error());
    return text::readWordPiece(bytes, name, *options);
}

/// What a section such as `tokenizer` describes, by the file that it names; null where it names none.
Result<NamedTokenizer> readSection(const archive::Nemo& nemo, const config::Config& config,
                                   const std::string& section) {
    const bool isWordPiece = textAt(config, section + ".type") == "wpe";
    for (const char* const key : {".model_path", ".tokenizer_model"}) {
        const auto bytes = memberAt(nemo, config, section + key);
        if (!bytes) return fail(bytes.error());
        if (!*bytes || isWordPiece) continue;
        auto read = openSentencePiece(**bytes, textAt(config, section + key), config, section);
        if (!read) return fail(read.error());
        return NamedTokenizer{.kind = text("SentencePiece"), .tokenizer = *read};
    }
    for (const char* const key : {".vocab_path", ".vocab_file"}) {
        const auto bytes = memberAt(nemo, config, section + key);
        if (!bytes) return fail(bytes.error());
        if (!*bytes) continue;
        auto read = openWordPiece(**bytes, textAt(config, section + key), config, section);
        if (!read) return fail(read.error());
        return NamedTokenizer{.kind = text("WordPiece"), .tokenizer = *read};
    }
    return NamedTokenizer{};
}

/// The labels of a model that writes characters: of its decoder, else of the model.
std::vector<std::string> labelsOf(const config::Config& config) {
    for (const char* const key : {"decoder.vocabulary", "labels"}) {
        const auto value = config.find(key) ? config.resolved(key) : Result<Value>(Value());
        if (!value || !value->isList()) continue;
        std::vector<std::string> labels;
        for (const Value& label : value->asList())
            if (label.isString()) labels.push_back(label.asString());
        if (!labels.empty()) return labels;
    }
    return {};
}

} // namespace

Result<NamedTokenizers> readTokenizers(const std::filesystem::path& nemoFile) {
    NamedTokenizers found;
    if (archive::isCheckpointFile(nemoFile)) return found;
    const auto nemo = archive::Nemo::open(nemoFile);
    if (!nemo) return fail(nemo.error());
    const auto config = configOf(*nemo);
    if (!config) return fail(config.error());
    const std::array<std::pair<const char*, QString>, 3> sections{
        std::pair("tokenizer", text("Tokenizer")), std::pair("encoder_tokenizer", text("Encoder")),
        std::pair("decoder_tokenizer", text("Decoder"))};
    for (const auto& [section, name] : sections) {
        auto read = readSection(*nemo, *config, section);
        if (!read) return fail(read.error());
        if (!read->tokenizer) continue;
        read->name = name;
        found.push_back(std::move(*read));
    }
    if (!found.empty()) return found; // their pieces are the decoder's vocabulary
    if (auto labels = labelsOf(*config); !labels.empty()) {
        auto characters = text::CharTokenizer::create(std::move(labels));
        if (!characters) return fail(characters.error());
        found.push_back({.name = text("Tokenizer"),
                         .kind = text("Characters"),
                         .tokenizer = std::make_shared<const text::CharTokenizer>(std::move(*characters))});
    }
    return found;
}

Result<NamedTokenizer> readTokenizerFile(const std::filesystem::path& path) {
    auto opened = text::openTokenizer(path);
    if (!opened) return fail(opened.error());
    // What BERT's vocabularies have and no SentencePiece model.
    const bool isWordPiece = (*opened)->clsId() && (*opened)->maskId();
    return NamedTokenizer{.name = QString::fromStdString(path.filename().string()),
                          .kind = isWordPiece ? text("WordPiece") : text("SentencePiece"),
                          .tokenizer = *opened};
}

} // namespace fathom::app
