// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/bert_params.h"

#include <algorithm>
#include <array>

namespace fathom::nn {

namespace {

Error refusal(std::string key, std::string why, std::string remedy) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot build the encoder",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .key = std::move(key),
            .className = "ValueError"};
}

/// Reads keys of one map and remembers the first that does not fit.
class Reader {
public:
    explicit Reader(const Value::Map& map) : m_map(map) {}

    void integer(const char* key, std::int64_t& out, std::int64_t least) {
        const Value* value = m_map.find(key);
        if (!value) return;
        if (value->isInt() && value->asInt() >= least) {
            out = value->asInt();
            return;
        }
        note(key, "is not a whole number of at least " + std::to_string(least));
    }
    void number(const char* key, double& out, double least, double most) {
        const Value* value = m_map.find(key);
        if (!value) return;
        if (value->isNumber() && value->toDouble() >= least && value->toDouble() <= most) {
            out = value->toDouble();
            return;
        }
        note(key, "is not a number from " + formatFloat(least) + " to " + formatFloat(most));
    }
    void text(const char* key, std::string& out) {
        const Value* value = m_map.find(key);
        if (!value || value->isNull()) return;
        if (value->isString())
            out = value->asString();
        else
            note(key, "is not a text");
    }
    [[nodiscard]] Status status() const {
        if (m_key.empty()) return {};
        return fail(refusal(m_key, m_key + ' ' + m_why, "Correct it"));
    }

private:
    void note(const char* key, std::string why) {
        if (!m_key.empty()) return;
        m_key = key;
        m_why = std::move(why);
    }
    const Value::Map& m_map;
    std::string m_key{};
    std::string m_why{};
};

Status check(const BertParams& params) {
    if (params.hiddenSize % params.heads != 0)
        return fail(refusal("hidden_size",
                            "The hidden size (" + std::to_string(params.hiddenSize) +
                                ") is not a multiple of the number of attention heads (" +
                                std::to_string(params.heads) + ")",
                            "Change one of them"));
    constexpr std::array kPositions = {"absolute", "relative_key", "relative_key_query"};
    if (std::ranges::find(kPositions, params.positionEmbeddingType) == kPositions.end())
        return fail(refusal("position_embedding_type",
                            "'" + params.positionEmbeddingType + "' is not a kind of position embedding",
                            "Use absolute, relative_key or relative_key_query"));
    return {};
}

struct Sizes {
    std::int64_t hidden, layers, heads, intermediate;
};
constexpr Sizes kTiny{128, 2, 2, 512}, kMini{256, 4, 4, 1024}, kSmall{512, 4, 8, 2048},
    kMedium{512, 8, 8, 2048}, kBase{768, 12, 12, 3072}, kLarge{1024, 24, 16, 4096};

struct Published {
    std::string_view name;
    Sizes sizes;
    std::int64_t vocabulary;
};
constexpr Published kPublished[] = {
    {"bert-base-uncased", kBase, 30522},
    {"bert-large-uncased", kLarge, 30522},
    {"bert-base-cased", kBase, 28996},
    {"bert-large-cased", kLarge, 28996},
    {"bert-base-multilingual-uncased", kBase, 105879},
    {"bert-base-multilingual-cased", kBase, 119547},
    {"bert-base-chinese", kBase, 21128},
    {"bert-base-german-cased", kBase, 30000},
    {"bert-large-uncased-whole-word-masking", kLarge, 30522},
    {"bert-large-cased-whole-word-masking", kLarge, 28996},
    {"bert-large-uncased-whole-word-masking-finetuned-squad", kLarge, 30522},
    {"bert-large-cased-whole-word-masking-finetuned-squad", kLarge, 28996},
    {"bert-base-cased-finetuned-mrpc", kBase, 28996},
    {"bert-base-german-dbmdz-cased", kBase, 31102},
    {"bert-base-german-dbmdz-uncased", kBase, 31102},
    {"bert-base-finnish-cased-v1", kBase, 50105},
    {"bert-base-finnish-uncased-v1", kBase, 50101},
    {"bert-tiny", kTiny, 30522},
    {"bert-mini", kMini, 30522},
    {"bert-small", kSmall, 30522},
    {"bert-medium", kMedium, 30522},
};

std::string jsonText(std::string_view text) {
    return toJson(Value(text));
}

} // namespace

Result<BertParams> BertParams::from(const Value& config) {
    if (!config.isMap())
        return fail(
            refusal("", "the encoder's config is not a map", "Give BertConfig's keys, hidden_size …"));
    const Value::Map& map = config.asMap();
    std::string type = "bert";
    BertParams params;
    Reader reader(map);
    reader.text("model_type", type);
    if (type != "bert")
        return fail(refusal("model_type", "the encoder is '" + type + "'; only bert is supported",
                            "Use a model whose model_type is bert"));
    reader.integer("vocab_size", params.vocabSize, 1);
    reader.integer("hidden_size", params.hiddenSize, 1);
    reader.integer("num_hidden_layers", params.layers, 1);
    reader.integer("num_attention_heads", params.heads, 1);
    reader.integer("intermediate_size", params.intermediateSize, 1);
    reader.text("hidden_act", params.hiddenAct);
    reader.number("hidden_dropout_prob", params.hiddenDropout, 0, 1);
    reader.number("attention_probs_dropout_prob", params.attentionDropout, 0, 1);
    reader.integer("max_position_embeddings", params.maxPositions, 1);
    reader.integer("type_vocab_size", params.typeVocab, 1);
    reader.number("initializer_range", params.initializerRange, 0, 1e6);
    reader.number("layer_norm_eps", params.layerNormEps, 0, 1e6);
    if (const Value* pad = map.find("pad_token_id"); !pad || !pad->isNull())
        reader.integer("pad_token_id", params.padId, 0);
    reader.text("position_embedding_type", params.positionEmbeddingType);
    if (const Status read = reader.status(); !read) return fail(read.error());
    if (const Status fits = check(params); !fits) return fail(fits.error());
    return params;
}

std::optional<BertParams> BertParams::published(std::string_view name) {
    if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos)
        name.remove_prefix(slash + 1);
    const auto* const found = std::ranges::find(kPublished, name, &Published::name);
    if (found == std::end(kPublished)) return std::nullopt;
    BertParams params;
    params.vocabSize = found->vocabulary;
    params.hiddenSize = found->sizes.hidden;
    params.layers = found->sizes.layers;
    params.heads = found->sizes.heads;
    params.intermediateSize = found->sizes.intermediate;
    return params;
}

std::string BertParams::toJson() const {
    const std::pair<const char*, std::string> lines[] = {
        {"attention_probs_dropout_prob", formatFloat(attentionDropout)},
        {"classifier_dropout", "null"},
        {"hidden_act", jsonText(hiddenAct)},
        {"hidden_dropout_prob", formatFloat(hiddenDropout)},
        {"hidden_size", std::to_string(hiddenSize)},
        {"initializer_range", formatFloat(initializerRange)},
        {"intermediate_size", std::to_string(intermediateSize)},
        {"layer_norm_eps", formatFloat(layerNormEps)},
        {"max_position_embeddings", std::to_string(maxPositions)},
        {"model_type", "\"bert\""},
        {"num_attention_heads", std::to_string(heads)},
        {"num_hidden_layers", std::to_string(layers)},
        {"pad_token_id", std::to_string(padId)},
        {"position_embedding_type", jsonText(positionEmbeddingType)},
        {"type_vocab_size", std::to_string(typeVocab)},
        {"use_cache", "true"},
        {"vocab_size", std::to_string(vocabSize)},
    };
    std::string text = "{\n";
    for (const auto& [key, value] : lines)
        text += "  \"" + std::string(key) + "\": " + value +
                (key == lines[std::size(lines) - 1].first ? "\n" : ",\n");
    return text + "}\n";
}

} // namespace fathom::nn
