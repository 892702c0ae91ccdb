// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nmt/mt_model.h"

#include "engine/config/compose.h"
#include "engine/config/yaml_writer.h"
#include "engine/model/named_arrays.h"
#include "engine/model/nmt/evaluation_counts.h"
#include "engine/model/nmt/mt_text.h"
#include "engine/model/nmt/translation_dataset.h"
#include "engine/model/section.h"
#include "engine/model/torch_failure.h"
#include "engine/nn/init.h"
#include "engine/nn/token_rows.h"

#include <algorithm>

namespace fathom::model {

namespace {

constexpr const char* kMtNemoVersion = "2.2.1"; // NeMo 3.0.0 does not have the class
constexpr double kLossEps = 1e-6;               // of NeMo's SmoothedCrossEntropyLoss

Error cannotRunMt(ErrorKind kind, std::string why, std::string remedy) {
    return {.kind = kind, .what = "Cannot run the model", .why = std::move(why), .remedy = std::move(remedy)};
}

} // namespace

MtModel::MtModel(const config::Config& config, std::string_view path, const ModelOptions& options)
    : m_config(config),
      m_path(path),
      m_options(options),
      m_module(std::make_shared<torch::nn::Module>("MTEncDecModel")) {
    const config::Node* target = config.find(below(m_path, "target"));
    m_target = target && target->value.isString() ? target->value.asString() : kTarget;
    artifacts() = options.artifacts;
}

Result<std::unique_ptr<Model>> MtModel::make(const config::Config& config, std::string_view path,
                                             const ModelOptions& options) {
    const Result<MtModelParams> params = readMtModel(config, path);
    if (!params) return fail(params.error());
    std::unique_ptr<MtModel> model(new MtModel(config, path, options));
    const auto positioned = [&](const Error& error) {
        Error out = config.errorAt(below(path, error.key), error.what, error.why, error.remedy);
        out.kind = error.kind;
        out.className = error.className;
        return fail(std::move(out));
    };
    Result<TokenSides> sides = openTokenizers(*params, model->artifacts());
    if (!sides) return positioned(sides.error());
    model->m_sides = std::move(*sides);
    const Result<LanguagePair> language = LanguagePair::make(params->sourceLanguage, params->targetLanguage);
    if (language)
        model->m_language = *language;
    else if (options.log) // it can still train; asked for translations, it refuses
        options.log->warning(language.error().message());
    try {
        if (const Status built = model->build(*params); !built) return fail(built.error());
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot build the model", error));
    }
    return model;
}

Status MtModel::checkVocabularies() const {
    const std::int64_t source = m_params.encoder.vocabSize;
    const std::int64_t target = m_params.decoder.vocabSize;
    const auto refuse = [&](const char* key, std::string why, std::string remedy) {
        Error error =
            m_config.errorAt(below(m_path, key), "Cannot build the model", std::move(why), std::move(remedy));
        error.className = "ValueError";
        return fail(std::move(error));
    };
    if (m_params.beamSize > target)
        return refuse("beam_size",
                      "a beam of " + std::to_string(m_params.beamSize) + " is wider than the vocabulary of " +
                          std::to_string(target) + " tokens",
                      "Set a smaller beam_size");
    if (m_params.sharedEmbeddings && source != target)
        return refuse("shared_embeddings",
                      "Cannot tie encoder and decoder embeddings due to mismatch in embedding sizes: the "
                      "tokenizers have " +
                          std::to_string(source) + " and " + std::to_string(target) + " tokens",
                      "Use one tokenizer for both languages");
    return {};
}

Status MtModel::build(const MtModelParams& params) {
    m_params = params;
    m_params.encoder.vocabSize = m_sides.source.tokenizer->size();
    m_params.encoder.paddingId = m_sides.source.pad;
    m_params.decoder.vocabSize = m_sides.target.tokenizer->size();
    m_params.decoder.paddingId = m_sides.target.pad;
    if (const Status checked = checkVocabularies(); !checked) return checked;
    nn::Random random(m_options.seed);
    const nn::SkipInit skip(!m_options.initializeWeights);
    auto encoder = nn::TransformerEncoder::make(m_params.encoder, random);
    if (!encoder) return fail(encoder.error());
    auto decoder = nn::TransformerDecoder::make(m_params.decoder, random);
    if (!decoder) return fail(decoder.error());
    m_encoder = std::move(*encoder);
    m_decoder = std::move(*decoder);
    m_head = std::make_shared<nn::TokenHead>(nn::TokenHeadParams{.hiddenSize = m_params.decoder.hiddenSize,
                                                                 .classes = m_params.decoder.vocabSize,
                                                                 .logSoftmax = m_params.logSoftmax,
                                                                 .dropout = m_params.headDropout},
                                             random);
    // NeMo initialises the head last, so that what is tied begins as a linear layer, not as an embedding.
    m_decoder->embedding().tie(m_head->weight());
    if (m_params.sharedEmbeddings) m_encoder->embedding().tie(m_head->weight());

    // NeMo's order of registration is the order of its state_dict.
    m_module->register_module("encoder", m_encoder);
    m_module->register_module("decoder", m_decoder);
    m_module->register_module("log_softmax", m_head);
    m_module->register_module("loss_fn", std::make_shared<torch::nn::Module>("SmoothedCrossEntropyLoss"));
    m_module->register_module("eval_loss_fn", std::make_shared<torch::nn::Module>("NLLLoss"));
    return {};
}

Result<std::string> MtModel::configYaml() const {
    const Result<std::string> section = m_config.toYaml(m_path, /*resolve=*/true);
    if (!section) return fail(section.error());
    const auto composed =
        config::compose({.configName = "model_config", .files = {{"model_config.yaml", *section}}});
    if (!composed) return fail(composed.error());
    Value whole = completeMtModel(composed->unresolved());
    const auto fill = [&](const char* key, std::string_view value) {
        if (const Value* given = whole.asMap().find(key); !given || given->isNull())
            whole.asMap().set(key, Value(std::string(value)));
    };
    fill("target", m_target);
    fill("nemo_version", kMtNemoVersion);
    return config::writeYaml(whole);
}

Result<std::shared_ptr<const Dataset>> MtModel::dataset(Split split) {
    const auto params = readTranslationData(m_config, below(m_path, sectionName(split)));
    if (!params) return fail(params.error());
    if (!*params) return std::shared_ptr<const Dataset>{};
    if (m_options.log && split == Split::Train && !(*params)->samplingNote.empty())
        m_options.log->warning((*params)->samplingNote);
    auto data = TranslationDataset::open(**params, m_sides);
    if (!data) return fail(data.error());
    return std::shared_ptr<const Dataset>(std::move(*data));
}

MtModel::Tokens MtModel::tokensOf(const Batch& batch) const {
    const torch::Tensor& labels = batch.tensors[4];
    Tokens tokens;
    if (nn::fitsKernels(m_head->weight())) {
        const auto sources = nn::prefixLengths(batch.tensors[1]);
        // A token without a label needs no hidden state: those that have one come before it.
        const auto targets = nn::prefixLengths(labels.ne(m_sides.target.pad));
        if (sources && targets) {
            tokens.source = nn::packRows(batch.tensors[0], *sources);
            tokens.target = nn::packRows(batch.tensors[2], *targets);
            tokens.labels = nn::packRows(labels, *targets);
            tokens.sourceLayout = nn::TokenLayout::packed(*sources);
            tokens.targetLayout = nn::TokenLayout::packed(*targets);
            return tokens;
        }
    }
    tokens.source = batch.tensors[0];
    tokens.target = batch.tensors[2];
    tokens.labelRows = labels.flatten().ne(m_sides.target.pad).nonzero().squeeze(1);
    tokens.labels = labels.flatten().index_select(0, tokens.labelRows);
    tokens.sourceLayout = nn::TokenLayout::padded(batch.tensors[1]);
    tokens.targetLayout = nn::TokenLayout::padded(batch.tensors[3]);
    return tokens;
}

torch::Tensor MtModel::lossOf(const Tokens& tokens, double smoothing, double eps, nn::Random* random) const {
    const torch::Tensor encoded = m_encoder->forward(tokens.source, *tokens.sourceLayout, random);
    torch::Tensor hidden =
        m_decoder->forward(tokens.target, *tokens.targetLayout, encoded, *tokens.sourceLayout, random);
    if (tokens.labelRows.defined()) hidden = hidden.flatten(0, 1).index_select(0, tokens.labelRows);
    return m_head->loss(hidden, tokens.labels, smoothing, static_cast<double>(tokens.labels.numel()) + eps,
                        random);
}

Status MtModel::checkIds(const torch::Tensor& source, const torch::Tensor& target) const {
    if (!m_params.validateInputIds) return {};
    for (const auto& [ids, side, name] :
         {std::tuple{&source, &m_sides.source, "Encoder"}, std::tuple{&target, &m_sides.target, "Decoder"}}) {
        if (!ids->defined() || ids->numel() == 0) continue;
        if (ids->min().item<std::int64_t>() >= 0 && ids->max().item<std::int64_t>() < side->tokenizer->size())
            continue;
        Error error = cannotRunMt(ErrorKind::BadInput,
                                  std::string(name) + " ids are out of range (tip: check " +
                                      (side == &m_sides.source ? "encoder" : "decoder") + " tokenizer)",
                                  "Use the tokenizer that the model was trained with");
        error.className = "ValueError";
        return fail(std::move(error));
    }
    return {};
}

Result<TrainingStep> MtModel::trainingStep(const Batch& batch, const StepContext& context) {
    try {
        if (const Status valid = checkIds(batch.tensors[0], batch.tensors[2]); !valid)
            return fail(valid.error());
        nn::Random random(context.seed);
        return TrainingStep{.loss = lossOf(tokensOf(batch), m_params.labelSmoothing, kLossEps, &random)};
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot compute the training step", error));
    }
}

Result<EvaluationStep> MtModel::evaluationStep(const Batch& batch) {
    try {
        const torch::NoGradGuard noGrad;
        return evaluate(batch);
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot evaluate the batch", error));
    }
}

Result<EvaluationStep> MtModel::evaluate(const Batch& batch) {
    if (const Status valid = checkIds(batch.tensors[0], batch.tensors[2]); !valid) return fail(valid.error());
    const torch::Tensor which = batch.tensors[5].to(torch::kCPU);
    const auto corpus = static_cast<std::size_t>(which[0].item<std::int64_t>());
    const torch::Tensor sources = batch.tensors[0].to(torch::kCPU).contiguous();
    const torch::Tensor targets = batch.tensors[2].to(torch::kCPU).contiguous();
    const torch::Tensor predicted = beamIds(batch.tensors[0], batch.tensors[1]);
    const auto rowOf = [](const torch::Tensor& ids, std::int64_t row) {
        return std::span(ids.const_data_ptr<std::int64_t>() + row * ids.size(1),
                         static_cast<std::size_t>(ids.size(1)));
    };
    TranslationCounts counts;
    counts.labels = static_cast<double>(batch.tensors[4].numel());
    counts.loss = lossOf(tokensOf(batch), 0, 0, nullptr).item<double>() * counts.labels;
    EvaluationStep step;
    for (std::int64_t b = 0; b < targets.size(0); ++b) {
        const std::string reference = m_language.finish(textOf(m_sides.target, rowOf(targets, b)));
        const std::string prediction = m_language.finish(textOf(m_sides.target, rowOf(predicted, b)));
        const text::BleuCounts bleu =
            text::countBleu(reference, prediction, bleuTokenizerOf(m_params.targetLanguage));
        // NeMo leaves out what has no reference.
        if (reference.find_first_not_of(" \t\r\n") != std::string::npos) counts.bleu += bleu;
        step.samples.push_back({batch.sources[static_cast<std::size_t>(b)], reference, prediction,
                                text::sentenceBleu(bleu), "bleu"});
        m_examples.see(static_cast<std::size_t>(std::max(m_params.validationExamples, m_params.testExamples)),
                       [&] {
                           return TranslationExamples::Example{textOf(m_sides.source, rowOf(sources, b)),
                                                               prediction, reference};
                       });
    }
    step.metrics = {{"loss" + metricEnding(corpus), counts.loss, counts.labels}};
    step.counts = countsOf(counts, corpus, static_cast<std::size_t>(which[1].item<std::int64_t>()));
    return step;
}

std::vector<Metric> MtModel::epochMetrics(Split split, std::span<const double> counts) {
    const int examples = split == Split::Test ? m_params.testExamples : m_params.validationExamples;
    if (m_options.log) m_examples.report(static_cast<std::size_t>(std::max(examples, 0)), *m_options.log);
    return translationMetrics(fromCounts(counts));
}

Result<std::vector<torch::Tensor>> MtModel::forwardInputs(const std::vector<run::NamedArray>& inputs) const {
    std::vector<torch::Tensor> tensors;
    for (const char* name : {"src", "src_mask", "tgt", "tgt_mask"}) {
        const run::NamedArray* array = findArray(inputs, name);
        if (!array && name == std::string_view("tgt")) break;
        if (!array)
            return fail(
                cannotRunMt(ErrorKind::Usage, std::string("the input '") + name + "' is missing",
                            "Use --in src=S.npy --in src_mask=M.npy, and for log_probs --in tgt=T.npy "
                            "--in tgt_mask=N.npy"));
        Result<torch::Tensor> tensor = inputTensor(*array, 2, torch::kInt64);
        if (!tensor) return fail(tensor.error());
        tensors.push_back(std::move(*tensor));
    }
    for (std::size_t i = 0; i + 1 < tensors.size(); i += 2)
        if (tensors[i].sizes() != tensors[i + 1].sizes() || tensors[i].size(0) != tensors[0].size(0))
            return fail(cannotRunMt(ErrorKind::BadInput, "ids and masks differ in shape",
                                    "Give a mask of ones and zeros for each array of ids"));
    if (const Status valid = checkIds(tensors[0], tensors.size() > 2 ? tensors[2] : torch::Tensor()); !valid)
        return fail(valid.error());
    for (torch::Tensor& tensor : tensors)
        tensor = tensor.to(device());
    return tensors;
}

Result<std::vector<run::NamedArray>> MtModel::forward(const std::vector<run::NamedArray>& inputs) {
    try {
        const torch::NoGradGuard noGrad;
        m_module->eval();
        const auto arrays = forwardInputs(inputs);
        if (!arrays) return fail(arrays.error());
        const nn::TokenLayout sourceLayout = nn::TokenLayout::padded((*arrays)[1]);
        const torch::Tensor encoded = m_encoder->forward((*arrays)[0], sourceLayout, nullptr);
        std::vector<run::NamedArray> outputs{namedArray("encoder_hidden", encoded)};
        if (arrays->size() == 2) {
            outputs.push_back(namedArray("beam_ids", beamIds((*arrays)[0], (*arrays)[1])));
            return outputs;
        }
        const torch::Tensor hidden = m_decoder->forward((*arrays)[2], nn::TokenLayout::padded((*arrays)[3]),
                                                        encoded, sourceLayout, nullptr);
        outputs.push_back(namedArray("log_probs", m_head->forward(hidden, nullptr)));
        return outputs;
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot run the model", error));
    }
}

} // namespace fathom::model
