// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nlp/text_tokenizer.h"

#include "engine/model/section.h"
#include "engine/text/pretrained_folder.h"
#include "engine/text/tokenizer_settings.h"

#include <algorithm>
#include <map>

namespace fathom::model {

namespace {

using TokenizerPointer = std::shared_ptr<const text::Tokenizer>;

std::string_view contentOf(const archive::Artifact& artifact) {
    return {reinterpret_cast<const char*>(artifact.bytes().data()), artifact.bytes().size()};
}

/// NeMo's tokenizer_vocab_dict: {piece: id}, sorted by piece.
std::string vocabularyDict(const text::Tokenizer& tokenizer) {
    std::map<std::string, std::int64_t> ids;
    for (std::int64_t id = 0; id < tokenizer.size(); ++id)
        ids[tokenizer.piece(id)] = id;
    std::string json = "{";
    for (const auto& [piece, id] : ids)
        json += (json.size() == 1 ? "\n  " : ",\n  ") + toJson(Value(piece)) + ": " + std::to_string(id);
    return json + "\n}\n";
}

class Opener {
public:
    Opener(const config::Config& config, const std::string& path, const TextClassificationParams& params,
           archive::ArtifactRegistry& artifacts)
        : m_config(config), m_path(path), m_params(params), m_artifacts(artifacts) {}

    Result<TokenizerPointer> wordPiece() {
        const TextTokenizerParams& section = m_params.tokenizer;
        const Result<text::WordPieceOptions> options = text::wordPieceOptions(settings());
        if (!options && options.error().kind == ErrorKind::Usage)
            return refuse(options.error().key, options.error().why, options.error().remedy);
        if (!options) return fail(options.error());
        if (!section.vocabFile.empty()) {
            const auto file = m_artifacts.add("tokenizer.vocab_file", section.vocabFile);
            if (!file) return fail(file.error());
            return text::readWordPiece(contentOf(**file), section.vocabFile, *options);
        }
        const auto folder = text::findPretrainedFolder(section.name);
        if (!folder)
            return refuse("vocab_file",
                          "there is no vocab_file, and no folder '" + section.name + "' with a vocab.txt",
                          "Set tokenizer.vocab_file; fathom-cli tokenizer train makes one from texts");
        const auto file = m_artifacts.add("tokenizer.vocab_file", (*folder / "vocab.txt").string());
        if (!file) return fail(file.error());
        auto tokenizer = text::readWordPiece(contentOf(**file), (**file).name(), *options);
        if (tokenizer)
            m_artifacts.addContent("tokenizer_vocab_dict", "tokenizer_vocab_dict",
                                   vocabularyDict(**tokenizer));
        return tokenizer;
    }

    Result<TokenizerPointer> sentencePiece() {
        const auto file = m_artifacts.add("tokenizer.tokenizer_model", m_params.tokenizer.tokenizerModel);
        if (!file) return fail(file.error());
        if (!*file)
            return refuse("tokenizer_model", "tokenizer_name is sentencepiece and no model is named",
                          "Set tokenizer.tokenizer_model");
        return text::readSentencePiece(contentOf(**file), m_params.tokenizer.tokenizerModel,
                                       text::sentencePieceOptions(settings()));
    }

    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& key, std::string why,
                                               std::string remedy) const {
        Error error = m_config.errorAt(below(m_path, "tokenizer." + key), "Cannot open the tokenizer",
                                       std::move(why), std::move(remedy));
        error.className = "ValueError";
        return fail(std::move(error));
    }

private:
    [[nodiscard]] text::ClassifierTokenizer settings() const {
        return {.name = m_params.tokenizer.name,
                .lowerCase = m_params.lowerCase,
                .specialTokens = m_params.tokenizer.specialTokens};
    }

    const config::Config& m_config;
    const std::string& m_path;
    const TextClassificationParams& m_params;
    archive::ArtifactRegistry& m_artifacts;
};

} // namespace

Result<TokenizerPointer> openTextTokenizer(const config::Config& config, const std::string& path,
                                           const TextClassificationParams& params,
                                           archive::ArtifactRegistry& artifacts) {
    Opener opener(config, path, params, artifacts);
    const std::string& name = params.tokenizer.name;
    for (const char* other : {"word", "char", "regex", "tiktoken"})
        if (name == other)
            return opener.refuse("tokenizer_name", "the tokenizer '" + name + "' is not supported here",
                                 "Use a WordPiece vocabulary (vocab_file), or sentencepiece");
    Result<TokenizerPointer> tokenizer =
        name == "sentencepiece" ? opener.sentencePiece() : opener.wordPiece();
    if (!tokenizer) return tokenizer;
    if (!(*tokenizer)->clsId() || !(*tokenizer)->sepId())
        return opener.refuse("vocab_file", "the vocabulary has no [CLS] or no [SEP]",
                             "Use the vocabulary of a BERT");
    return tokenizer;
}

} // namespace fathom::model
