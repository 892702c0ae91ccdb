// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/speech_tokenizer.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/section.h"
#include "engine/text/sentencepiece.h"
#include "engine/text/wordpiece.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>

namespace fathom::model {

namespace {

struct TokenizerSection {
    std::optional<std::string> dir{};
    std::string type{};
    std::optional<std::string> modelPath{};
    std::optional<std::string> vocabPath{};
    std::optional<std::string> speVocab{};
    Value langs{};
    Value hfKwargs{};
};

const config::Schema<TokenizerSection>& tokenizerSchema() {
    static const auto schema = config::Schema<TokenizerSection>(schemas::at("SpeechTokenizer"))
                                   .bind("dir", &TokenizerSection::dir)
                                   .bind("type", &TokenizerSection::type)
                                   .bind("model_path", &TokenizerSection::modelPath)
                                   .bind("vocab_path", &TokenizerSection::vocabPath)
                                   .bind("spe_tokenizer_vocab", &TokenizerSection::speVocab)
                                   .bind("langs", &TokenizerSection::langs)
                                   .bind("hf_kwargs", &TokenizerSection::hfKwargs);
    return schema;
}

/// One of the files: its key, where the section names it, and what it is called in `dir`.
struct TokenizerFile {
    const char* key;
    std::optional<std::string> named;
    const char* inDir;
    bool isRequired = true;
};

class TokenizerReader {
public:
    TokenizerReader(const config::Config& config, std::string_view path, archive::ArtifactRegistry& artifacts)
        : m_config(config), m_path(path), m_artifacts(artifacts) {}

    Result<SpeechTokenizer> read();

private:
    [[nodiscard]] tl::unexpected<Error> refuse(const char* key, std::string why, std::string remedy) const {
        Error error = m_config.errorAt(below(m_path, key), "Cannot set up the tokenizer", std::move(why),
                                       std::move(remedy));
        error.className = "ValueError";
        return fail(std::move(error));
    }
    /// The file's bytes; registered and noted in m_result. nullopt for one that is missing and not needed.
    Result<std::optional<archive::Artifact>> open(const TokenizerFile& file);
    Status readSentencePiece();
    Status readWordPiece();

    const config::Config& m_config;
    std::string m_path;
    archive::ArtifactRegistry& m_artifacts;
    TokenizerSection m_section{};
    SpeechTokenizer m_result{};
};

Result<std::optional<archive::Artifact>> TokenizerReader::open(const TokenizerFile& file) {
    std::string source = file.named.value_or("");
    if (source.empty()) {
        if (!m_section.dir || m_section.dir->empty() || *m_section.dir == "???")
            return refuse("dir", "neither dir nor " + std::string(file.key) + " says where its files are",
                          "Set " + below(m_path, "dir") + " to the folder with " + file.inDir);
        source = (std::filesystem::path(*m_section.dir) / file.inDir).string();
    }
    Result<std::optional<archive::Artifact>> found =
        m_artifacts.add(std::string("tokenizer.") + file.key, source, file.isRequired);
    if (!found) {
        Error error = m_config.errorAt(
            below(m_path, file.named ? file.key : "dir"), "Cannot set up the tokenizer",
            "'" + source + "': " + found.error().why, "Make one with: fathom-cli tokenizer train");
        error.kind = found.error().kind;
        error.className = found.error().className;
        return fail(std::move(error));
    }
    if (*found) m_result.files.emplace_back(file.key, source);
    return found;
}

std::string_view textOf(const archive::Artifact& artifact) {
    return {reinterpret_cast<const char*>(artifact.bytes().data()), artifact.bytes().size()};
}

Status TokenizerReader::readSentencePiece() {
    const auto model = open({"model_path", m_section.modelPath, "tokenizer.model"});
    if (!model) return fail(model.error());
    const auto vocab = open({"vocab_path", m_section.vocabPath, "vocab.txt"});
    if (!vocab) return fail(vocab.error());
    const auto pieces = open({"spe_tokenizer_vocab", m_section.speVocab, "tokenizer.vocab", false});
    if (!pieces) return fail(pieces.error());
    auto tokenizer = text::readSentencePiece(textOf(**model), (*model)->name());
    if (!tokenizer) return fail(tokenizer.error());
    m_result.tokenizer = std::move(*tokenizer);
    return {};
}

Status TokenizerReader::readWordPiece() {
    const auto vocab = open({"vocab_path", m_section.vocabPath, "vocab.txt"});
    if (!vocab) return fail(vocab.error());
    auto tokenizer = text::readWordPiece(textOf(**vocab), (*vocab)->name(), text::WordPieceOptions::speech());
    if (!tokenizer) return fail(tokenizer.error());
    m_result.tokenizer = std::move(*tokenizer);
    return {};
}

Result<SpeechTokenizer> TokenizerReader::read() {
    const config::Node* node = m_config.find(m_path);
    if (!node || node->kind != config::NodeKind::Map)
        return refuse("", "`cfg` must have `tokenizer` config to create a tokenizer !",
                      "Add the section tokenizer: {dir: FOLDER, type: bpe}");
    Result<TokenizerSection> section = tokenizerSchema().read(m_config, m_path);
    if (!section) return fail(section.error());
    m_section = std::move(*section);
    std::string type = m_section.type;
    std::ranges::transform(type, type.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (type == "agg")
        return refuse("type", "tokenizers of several languages (agg) are not supported", "Use bpe or wpe");
    if (type != "bpe" && type != "wpe")
        return refuse("type",
                      "`tokenizer.type` must be either `bpe` for SentencePiece tokenizer or `wpe` for BERT "
                      "based tokenizer, not '" +
                          m_section.type + "'",
                      "Use bpe or wpe");
    if (Status read = type == "bpe" ? readSentencePiece() : readWordPiece(); !read) return fail(read.error());
    for (std::int64_t id = 0; id < m_result.tokenizer->size(); ++id)
        m_result.vocabulary.push_back(m_result.tokenizer->piece(id));
    return std::move(m_result);
}

} // namespace

Result<SpeechTokenizer> openSpeechTokenizer(const config::Config& config, std::string_view path,
                                            archive::ArtifactRegistry& artifacts) {
    return TokenizerReader(config, path, artifacts).read();
}

} // namespace fathom::model
