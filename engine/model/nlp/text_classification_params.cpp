// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nlp/text_classification_params.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/section.h"

namespace fathom::model {

namespace {

using config::Config;
using config::Schema;
using Text = std::optional<std::string>;

struct TextTokenizerSection {
    Text name{}, vocabFile{}, tokenizerModel{};
    Value specialTokens{};
};
const Schema<TextTokenizerSection>& textTokenizerSchema() {
    static const auto schema = Schema<TextTokenizerSection>(schemas::at("TextTokenizer"))
                                   .bind("tokenizer_name", &TextTokenizerSection::name)
                                   .bind("vocab_file", &TextTokenizerSection::vocabFile)
                                   .bind("tokenizer_model", &TextTokenizerSection::tokenizerModel)
                                   .bind("special_tokens", &TextTokenizerSection::specialTokens);
    return schema;
}

struct LanguageSection {
    Text pretrainedName{}, checkpoint{}, configFile{};
    Value config{};
    bool randomWeights{};
};
const Schema<LanguageSection>& languageSchema() {
    static const auto schema = Schema<LanguageSection>(schemas::at("LanguageModel"))
                                   .bind("pretrained_model_name", &LanguageSection::pretrainedName)
                                   .bind("lm_checkpoint", &LanguageSection::checkpoint)
                                   .bind("config_file", &LanguageSection::configFile)
                                   .bind("config", &LanguageSection::config)
                                   .bind("random_weights", &LanguageSection::randomWeights);
    return schema;
}

struct TextHeadSection {
    std::int64_t layers{};
    double dropout{};
};
const Schema<TextHeadSection>& textHeadSchema() {
    static const auto schema = Schema<TextHeadSection>(schemas::at("ClassifierHead"))
                                   .bind("num_output_layers", &TextHeadSection::layers)
                                   .bind("fc_dropout", &TextHeadSection::dropout);
    return schema;
}

struct TextDataSection {
    std::int64_t classes{};
    bool lowerCase{};
    std::int64_t maxSequence{};
    Text balancing{};
};
const Schema<TextDataSection>& textDataSchema() {
    static const auto schema = Schema<TextDataSection>(schemas::at("TextClassificationData"))
                                   .bind("num_classes", &TextDataSection::classes)
                                   .bind("do_lower_case", &TextDataSection::lowerCase)
                                   .bind("max_seq_length", &TextDataSection::maxSequence)
                                   .bind("class_balancing", &TextDataSection::balancing);
    return schema;
}

struct LabelsSection {
    Text file{};
};
const Schema<LabelsSection>& labelsSchema() {
    static const auto schema =
        Schema<LabelsSection>(schemas::at("ClassLabels")).bind("class_labels_file", &LabelsSection::file);
    return schema;
}

struct TextSetSection {
    Text file{};
    int batchSize{};
    bool shuffle{};
    std::int64_t samples{};
    int workers{};
    bool dropLast{};
    bool pinMemory{};
    double wordDropout{};
};
const Schema<TextSetSection>& textSetSchema() {
    static const auto schema = Schema<TextSetSection>(schemas::at("TextClassificationSet"))
                                   .bind("file_path", &TextSetSection::file)
                                   .bind("batch_size", &TextSetSection::batchSize)
                                   .bind("shuffle", &TextSetSection::shuffle)
                                   .bind("num_samples", &TextSetSection::samples)
                                   .bind("num_workers", &TextSetSection::workers)
                                   .bind("drop_last", &TextSetSection::dropLast)
                                   .bind("pin_memory", &TextSetSection::pinMemory)
                                   .bind("word_dropout", &TextSetSection::wordDropout);
    return schema;
}

struct TextModelSection {
    double labelSmoothing{};
};
const Schema<TextModelSection>& textModelSchema() {
    static const auto schema = Schema<TextModelSection>(schemas::at("TextClassificationModel"))
                                   .bind("label_smoothing", &TextModelSection::labelSmoothing);
    return schema;
}

/// Absent or null, directly or through an interpolation.
Result<bool> isNone(const Config& config, std::string_view path) {
    const config::Node* node = config.find(path);
    if (!node) return true;
    if (node->kind != config::NodeKind::Scalar) return false;
    const Result<Value> value = config.resolved(path);
    if (!value) return fail(value.error());
    return value->isNull();
}

} // namespace

Result<TextClassificationParams> readTextClassification(const Config& config, std::string_view path) {
    const Result<TextModelSection> top = textModelSchema().read(config, path);
    if (!top) return fail(top.error());
    const Result<TextTokenizerSection> tokenizer =
        textTokenizerSchema().read(config, below(path, "tokenizer"));
    if (!tokenizer) return fail(tokenizer.error());
    const Result<LanguageSection> language = languageSchema().read(config, below(path, "language_model"));
    if (!language) return fail(language.error());
    const Result<TextHeadSection> head = textHeadSchema().read(config, below(path, "classifier_head"));
    if (!head) return fail(head.error());
    const Result<TextDataSection> data = textDataSchema().read(config, below(path, "dataset"));
    if (!data) return fail(data.error());
    TextClassificationParams params;
    params.tokenizer = {tokenizer->name.value_or(""), tokenizer->vocabFile.value_or(""),
                        tokenizer->tokenizerModel.value_or(""), tokenizer->specialTokens};
    params.languageModel = {language->pretrainedName.value_or(""), language->checkpoint.value_or(""),
                            language->configFile.value_or(""), language->config, language->randomWeights};
    params.outputLayers = head->layers;
    params.fcDropout = head->dropout;
    params.classes = data->classes;
    params.lowerCase = data->lowerCase;
    params.maxSequence = data->maxSequence;
    params.weightedLoss = data->balancing == "weighted_loss";
    params.labelSmoothing = top->labelSmoothing;
    const Result<bool> unnamed = isNone(config, below(path, "class_labels"));
    if (!unnamed) return fail(unnamed.error());
    if (*unnamed) return params;
    const Result<LabelsSection> labels = labelsSchema().read(config, below(path, "class_labels"));
    if (!labels) return fail(labels.error());
    params.classLabelsFile = labels->file.value_or("");
    return params;
}

Result<std::optional<TextSetParams>> readTextSet(const Config& config, std::string_view path) {
    const Result<bool> none = isNone(config, path);
    if (!none) return fail(none.error());
    if (*none) return std::nullopt;
    const Result<TextSetSection> section = textSetSchema().read(config, path);
    if (!section) return fail(section.error());
    if (section->file.value_or("").empty()) return std::nullopt;
    if (*section->file == "???") {
        Error error =
            config.errorAt(below(path, "file_path"), "Cannot set up the data",
                           "file_path is missing (\"???\")", "Give " + below(path, "file_path") + "=FILE");
        error.className = "MissingMandatoryValue";
        return fail(std::move(error));
    }
    TextSetParams params;
    params.file = *section->file;
    params.loader = {.batchSize = section->batchSize,
                     .shuffle = section->shuffle,
                     .dropLast = section->dropLast,
                     .workers = section->workers,
                     .pinMemory = section->pinMemory};
    params.samples = section->samples;
    params.wordDropout = section->wordDropout;
    return params;
}

} // namespace fathom::model
