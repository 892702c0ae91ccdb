// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/mt_params.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/section.h"

#include <array>

namespace fathom::model {

namespace {

struct MtSection {
    double labelSmoothing{};
    std::int64_t beamSize{};
    double lengthPenalty{};
    std::int64_t maxGenerationDelta{};
    Value sourceLanguage{};
    Value targetLanguage{};
    std::optional<bool> sharedTokenizer{};
    std::optional<bool> multilingual{};
    std::optional<bool> validateInputIds{};
    bool sharedEmbeddings{};
    int validationExamples{};
    int testExamples{};
};

const config::Schema<MtSection>& mtSchema() {
    static const auto schema = config::Schema<MtSection>(schemas::at("MTEncDecModel"))
                                   .bind("label_smoothing", &MtSection::labelSmoothing)
                                   .bind("beam_size", &MtSection::beamSize)
                                   .bind("len_pen", &MtSection::lengthPenalty)
                                   .bind("max_generation_delta", &MtSection::maxGenerationDelta)
                                   .bind("src_language", &MtSection::sourceLanguage)
                                   .bind("tgt_language", &MtSection::targetLanguage)
                                   .bind("shared_tokenizer", &MtSection::sharedTokenizer)
                                   .bind("multilingual", &MtSection::multilingual)
                                   .bind("validate_input_ids", &MtSection::validateInputIds)
                                   .bind("shared_embeddings", &MtSection::sharedEmbeddings)
                                   .bind("num_val_examples", &MtSection::validationExamples)
                                   .bind("num_test_examples", &MtSection::testExamples)
                                   .open();
    return schema;
}

/// A nested section whose keys are the transformer's and some of its own.
struct FlatTransformer : nn::TransformerParams {
    std::string library{};
    std::optional<std::string> modelName{};
    bool pretrained{};
};

config::Schema<FlatTransformer> transformerSchema(const char* name) {
    using F = FlatTransformer;
    auto schema = config::Schema<F>(schemas::at(name));
    const auto bind = [&](const char* key, auto nn::TransformerParams::*member) {
        using M = std::remove_reference_t<decltype(std::declval<F>().*member)>;
        schema.bind(key, static_cast<M F::*>(member));
    };
    bind("hidden_size", &F::hiddenSize);
    bind("num_layers", &F::layers);
    bind("inner_size", &F::innerSize);
    bind("num_attention_heads", &F::heads);
    bind("max_sequence_length", &F::maxSequenceLength);
    bind("num_token_types", &F::tokenTypes);
    bind("embedding_dropout", &F::embeddingDropout);
    bind("learn_positional_encodings", &F::learnedPositions);
    bind("ffn_dropout", &F::ffnDropout);
    bind("attn_score_dropout", &F::attentionScoreDropout);
    bind("attn_layer_dropout", &F::attentionLayerDropout);
    bind("hidden_act", &F::activation);
    bind("pre_ln", &F::preNorm);
    bind("pre_ln_final_layer_norm", &F::finalNorm);
    schema.bind("library", &F::library).bind("model_name", &F::modelName).bind("pretrained", &F::pretrained);
    return std::move(schema.open());
}

const config::Schema<FlatTransformer>& encoderSideSchema() {
    static const auto schema = [] {
        auto described = transformerSchema("NeMoTransformerEncoderConfig");
        described.bind("mask_future", static_cast<bool FlatTransformer::*>(&FlatTransformer::maskFuture));
        return described;
    }();
    return schema;
}

const config::Schema<FlatTransformer>& decoderSideSchema() {
    static const auto schema = transformerSchema("NeMoTransformerConfig");
    return schema;
}

struct MtTokenizerSection {
    std::string library{};
    std::optional<std::string> model{};
    std::optional<bool> legacy{};
};

const config::Schema<MtTokenizerSection>& mtTokenizerSchema() {
    static const auto schema = config::Schema<MtTokenizerSection>(schemas::at("TokenizerConfig"))
                                   .bind("library", &MtTokenizerSection::library)
                                   .bind("tokenizer_model", &MtTokenizerSection::model)
                                   .bind("sentencepiece_legacy", &MtTokenizerSection::legacy)
                                   .open();
    return schema;
}

struct MtHeadSection {
    bool logSoftmax{};
    double dropout{};
};

const config::Schema<MtHeadSection>& mtHeadSchema() {
    static const auto schema = config::Schema<MtHeadSection>(schemas::at("TokenClassifierConfig"))
                                   .bind("log_softmax", &MtHeadSection::logSoftmax)
                                   .bind("dropout", &MtHeadSection::dropout);
    return schema;
}

struct MtReader {
    const config::Config& config;
    std::string path;

    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& key, std::string why,
                                               std::string remedy) const {
        Error error = config.errorAt(below(path, key), "Cannot build the translation model", std::move(why),
                                     std::move(remedy));
        error.key = below(path, key);
        error.className = "ValueError";
        return fail(std::move(error));
    }
    [[nodiscard]] bool has(const std::string& key) const { return config.find(below(path, key)) != nullptr; }
    [[nodiscard]] Result<nn::TransformerParams> transformer(const std::string& side) const;
    [[nodiscard]] Result<MtTokenizerParams> tokenizer(const std::string& side) const;
    [[nodiscard]] Result<std::string> language(const std::string& key, const Value& value) const;
    void asConstructor(const std::string& side, nn::TransformerParams& params) const;
};

/// What NeMo's constructor takes where a saved config lacks a key; its dataclass has other defaults.
void MtReader::asConstructor(const std::string& side, nn::TransformerParams& params) const {
    const auto lacks = [&](const char* key) { return !has(side + '.' + key); };
    if (side == "encoder" && lacks("mask_future")) params.maskFuture = true;
    if (lacks("pre_ln_final_layer_norm")) params.finalNorm = false;
    if (lacks("ffn_dropout")) params.ffnDropout = 0;
    if (lacks("attn_score_dropout")) params.attentionScoreDropout = 0;
    if (lacks("attn_layer_dropout")) params.attentionLayerDropout = 0;
}

Result<nn::TransformerParams> MtReader::transformer(const std::string& side) const {
    const config::Node* node = config.find(below(path, side));
    if (!node || node->kind != config::NodeKind::Map)
        return refuse(side, "the section '" + below(path, side) + "' is missing",
                      "Add it; configs/nmt/aayn_base.yaml has one");
    const auto& schema = side == "encoder" ? encoderSideSchema() : decoderSideSchema();
    Result<FlatTransformer> section = schema.read(config, below(path, side));
    if (!section) return fail(section.error());
    if (section->library != "nemo")
        return refuse(side + ".library", "'" + section->library + "' transformers are not supported",
                      "Use nemo");
    if (section->modelName || section->pretrained)
        return refuse(side + ".model_name",
                      "NeMo transformers cannot be loaded from NGC yet. model_name should be None",
                      "Set model_name to null and pretrained to false");
    if (const config::Node* arch = config.find(below(path, side + ".arch"));
        arch && !arch->value.isNull() && !(arch->value.isString() && arch->value.asString().empty()))
        return refuse(side + ".arch", "bottleneck architectures are not supported", "Remove the key");
    if (has("nemo_version")) asConstructor(side, *section);
    if (const Status checked = section->check(); !checked)
        return refuse(side + '.' + checked.error().key, checked.error().why, checked.error().remedy);
    return static_cast<nn::TransformerParams>(std::move(*section));
}

Result<MtTokenizerParams> MtReader::tokenizer(const std::string& side) const {
    const Result<MtTokenizerSection> section = mtTokenizerSchema().read(config, below(path, side));
    if (!section) return fail(section.error());
    if (section->library != "sentencepiece")
        return refuse(side + ".library",
                      "'" + section->library + "' tokenizers are not supported for translation",
                      "Use sentencepiece");
    if (!section->model || section->model->empty())
        return refuse(side + ".tokenizer_model", "No Tokenizer path provided or file does not exist!",
                      "Name a SentencePiece model; fathom-cli tokenizer train makes one");
    return MtTokenizerParams{*section->model, section->legacy.value_or(false)};
}

Result<std::string> MtReader::language(const std::string& key, const Value& value) const {
    if (value.isNull()) return std::string();
    if (value.isString()) return value.asString();
    if (value.isList() && value.asList().size() == 1 && value.asList().front().isString())
        return value.asList().front().asString();
    return refuse(key, "several languages need multilingual models, which are not supported",
                  "Train a model for each pair of languages");
}

Result<MtModelParams> readMt(const MtReader& reader) {
    const Result<MtSection> section = mtSchema().read(reader.config, reader.path);
    if (!section) return fail(section.error());
    if (section->multilingual.value_or(false))
        return reader.refuse("multilingual", "multilingual models are not supported",
                             "Train a model for each pair of languages, with multilingual=false");
    MtModelParams params;
    auto encoder = reader.transformer("encoder");
    if (!encoder) return fail(encoder.error());
    auto decoder = reader.transformer("decoder");
    if (!decoder) return fail(decoder.error());
    params.encoder = std::move(*encoder);
    params.decoder = std::move(*decoder);
    if (params.encoder.hiddenSize != params.decoder.hiddenSize)
        return reader.refuse("decoder.hidden_size",
                             "Class does not support encoder.hidden_size (" +
                                 std::to_string(params.encoder.hiddenSize) + ") != decoder.hidden_size (" +
                                 std::to_string(params.decoder.hiddenSize) + ")",
                             "Use one hidden_size");
    for (auto [side, out] : {std::pair{"encoder_tokenizer", &params.encoderTokenizer},
                             std::pair{"decoder_tokenizer", &params.decoderTokenizer}}) {
        auto tokenizer = reader.tokenizer(side);
        if (!tokenizer) return fail(tokenizer.error());
        *out = std::move(*tokenizer);
    }
    const auto head = mtHeadSchema().read(reader.config, below(reader.path, "head"));
    if (!head) return fail(head.error());
    params.headDropout = head->dropout;
    params.logSoftmax = head->logSoftmax;
    for (auto [key, value, out] :
         {std::tuple{"src_language", &section->sourceLanguage, &params.sourceLanguage},
          std::tuple{"tgt_language", &section->targetLanguage, &params.targetLanguage}}) {
        auto language = reader.language(key, *value);
        if (!language) return fail(language.error());
        *out = std::move(*language);
    }
    if (section->sharedEmbeddings && !section->sharedTokenizer.value_or(true))
        return reader.refuse("shared_embeddings",
                             "shared_tokenizer cannot be False when shared_embeddings is True",
                             "Set shared_tokenizer=true, or shared_embeddings=false");
    params.labelSmoothing = section->labelSmoothing;
    params.beamSize = section->beamSize;
    params.lengthPenalty = section->lengthPenalty;
    params.maxGenerationDelta = section->maxGenerationDelta;
    params.sharedEmbeddings = section->sharedEmbeddings;
    params.validateInputIds = section->validateInputIds.value_or(true);
    params.validationExamples = section->validationExamples;
    params.testExamples = section->testExamples;
    return params;
}

void addMissing(Value& section, const char* schema) {
    const Value defaults = schemas::at(schema).defaults();
    for (const auto& [key, value] : defaults.asMap())
        if (!section.asMap().find(key)) section.asMap().set(key, value);
}

} // namespace

Result<MtModelParams> readMtModel(const config::Config& config, std::string_view path) {
    return readMt({config, std::string(path)});
}

Value completeMtModel(const Value& section) {
    Value whole = section;
    for (const auto& [key, schema] :
         {std::pair{"encoder_tokenizer", "TokenizerConfig"},
          std::pair{"decoder_tokenizer", "TokenizerConfig"},
          std::pair{"encoder", "NeMoTransformerEncoderConfig"}, std::pair{"decoder", "NeMoTransformerConfig"},
          std::pair{"head", "TokenClassifierConfig"}}) {
        if (!whole.asMap().find(key)) whole.asMap().set(key, Value(Value::Map{}));
        addMissing(*whole.asMap().find(key), schema);
    }
    addMissing(whole, "MTEncDecModel");
    return whole;
}

} // namespace fathom::model
