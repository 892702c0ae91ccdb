// SPDX-License-Identifier: Apache-2.0
#include "engine/model/nlp/text_classification_model.h"

#include "engine/data/labelled_text.h"
#include "engine/model/named_arrays.h"
#include "engine/model/nlp/class_counts.h"
#include "engine/model/nlp/pretrained_folder.h"
#include "engine/model/nlp/text_dataset.h"
#include "engine/model/nlp/text_tokenizer.h"
#include "engine/model/section.h"
#include "engine/model/torch_failure.h"
#include "engine/nn/init.h"
#include "engine/nn/work_scope.h"
#include "engine/text/words.h"

#include <algorithm>
#include <numeric>

namespace fathom::model {

namespace {

constexpr std::size_t kClassifyBatch = 32;

/// The positions to compute: those of the mask's leading ones where it has no others.
nn::TokenRows rowsOf(const torch::Tensor& mask, const torch::Device& device) {
    const auto lengths = nn::prefixLengths(mask.eq(1).to(torch::kCPU));
    return lengths ? nn::TokenRows::packed(*lengths, mask.size(1), device)
                   : nn::TokenRows::padded(mask.to(device));
}

} // namespace

TextClassificationModel::TextClassificationModel(const config::Config& config, std::string_view path,
                                                 const ModelOptions& options)
    : m_config(config),
      m_path(path),
      m_options(options),
      m_module(std::make_shared<torch::nn::Module>("TextClassificationModel")) {
    const config::Node* target = config.find(below(m_path, "target"));
    m_target = target && target->value.isString() ? target->value.asString() : kTarget;
}

Result<std::unique_ptr<Model>> TextClassificationModel::make(const config::Config& config,
                                                             std::string_view path,
                                                             const ModelOptions& options) {
    Result<TextClassificationParams> params = readTextClassification(config, path);
    if (!params) return fail(params.error());
    std::unique_ptr<TextClassificationModel> model(new TextClassificationModel(config, path, options));
    model->m_params = std::move(*params);
    model->artifacts() = options.artifacts;
    try {
        if (const Status built = model->build(); !built) return fail(built.error());
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot build the model", error));
    }
    return model;
}

Status TextClassificationModel::build() {
    auto tokenizer = openTextTokenizer(m_config, m_path, m_params, artifacts());
    if (!tokenizer) return fail(tokenizer.error());
    m_tokenizer = std::move(*tokenizer);
    if (const Status read = readClassNames(); !read) return read;
    nn::Random random(m_options.seed);
    const nn::SkipInit skip(!m_options.initializeWeights);
    if (const Status built = buildEncoder(random); !built) return built;
    auto classifier = nn::SequenceClassifier::make({.hiddenSize = m_encoder->params().hiddenSize,
                                                    .classes = m_params.classes,
                                                    .layers = m_params.outputLayers,
                                                    .dropout = m_params.fcDropout},
                                                   random);
    if (!classifier) return fail(classifier.error());
    m_classifier = std::move(*classifier);
    m_loss = std::make_shared<torch::nn::Module>("CrossEntropyLoss");
    m_module->register_module("bert_model", m_encoder);
    m_module->register_module("classifier", m_classifier);
    m_module->register_module("loss", m_loss);
    m_module->register_module("classification_report",
                              std::make_shared<torch::nn::Module>("ClassificationReport"));
    return {};
}

/// Of a model that is new; a restored one has all its weights elsewhere.
Status TextClassificationModel::buildEncoder(nn::Random& random) {
    const bool isNew = !m_path.empty();
    const std::string section = below(m_path, "language_model");
    const auto source =
        findBert(m_config, section, m_params.languageModel, artifacts(), isNew, m_options.log);
    if (!source) return fail(source.error());
    if (isNew && m_tokenizer->size() > source->params.vocabSize)
        return fail(m_config.errorAt(section, "Cannot build the encoder",
                                     "the vocabulary has " + std::to_string(m_tokenizer->size()) +
                                         " entries but the encoder's vocab_size is " +
                                         std::to_string(source->params.vocabSize),
                                     "Set language_model.config.vocab_size to the size of the vocabulary"));
    auto encoder = nn::BertEncoder::make(source->params, random);
    if (!encoder) {
        Error error = m_config.errorAt(below(section, "config." + encoder.error().key), encoder.error().what,
                                       encoder.error().why, encoder.error().remedy);
        error.className = encoder.error().className;
        return fail(std::move(error));
    }
    m_encoder = std::move(*encoder);
    if (source->weights) {
        if (const Status loaded = loadEncoder(*m_encoder, *source->weights); !loaded) return loaded;
        if (m_options.log)
            m_options.log->info("the encoder's weights are those of " + source->weights->string());
    }
    if (isNew)
        artifacts().addContent("language_model.config_file", source->name + "_encoder_config.json",
                               source->params.toJson());
    const std::int64_t positions = m_encoder->params().maxPositions;
    if (m_options.log && isNew && m_params.maxSequence > positions)
        m_options.log->warning("max_seq_length is " + std::to_string(m_params.maxSequence) +
                               " but the encoder has " + std::to_string(positions) +
                               " positions: longer texts are cut there");
    return {};
}

Status TextClassificationModel::readClassNames() {
    const auto file = artifacts().add("class_labels.class_labels_file", m_params.classLabelsFile,
                                      /*isRequired=*/!m_path.empty());
    if (!file) return fail(file.error());
    if (!*file) return {};
    const auto bytes = (*file)->bytes();
    for (const std::string_view line :
         text::splitLines({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) {
        const std::vector<std::string_view> words = text::splitWords(line);
        if (words.empty()) continue;
        m_names.emplace_back(
            words.front().data(),
            static_cast<std::size_t>(words.back().data() + words.back().size() - words.front().data()));
    }
    if (static_cast<std::int64_t>(m_names.size()) > m_params.classes) {
        if (m_options.log)
            m_options.log->warning("class_labels_file names " + std::to_string(m_names.size()) +
                                   " classes, but there are " + std::to_string(m_params.classes));
        m_names.resize(static_cast<std::size_t>(m_params.classes));
    }
    return {};
}

std::string TextClassificationModel::className(std::int64_t label) const {
    const auto index = static_cast<std::size_t>(label);
    return index < m_names.size() ? m_names[index] : std::to_string(label);
}

std::vector<std::string> TextClassificationModel::classNames() const {
    std::vector<std::string> names;
    for (std::int64_t label = 0; !m_names.empty() && label < m_params.classes; ++label)
        names.push_back(className(label));
    return names;
}

torch::Device TextClassificationModel::device() const {
    return m_module->parameters(true).front().device();
}

TextEncoder TextClassificationModel::encoderUpTo(std::int64_t tokens) const {
    const std::int64_t positions = m_encoder->params().maxPositions;
    return {m_tokenizer, tokens > 0 ? std::min(tokens, positions) : positions};
}

/// NeMo's calc_class_weights: what all classes would have if they were as frequent as the rarest is not.
Status TextClassificationModel::weighClasses() {
    if (!m_params.weightedLoss || m_classWeights.defined()) return {};
    const auto set = readTextSet(m_config, below(m_path, sectionName(Split::Train)));
    if (!set) return fail(set.error());
    if (!*set) return {};
    const auto texts = data::readLabelledTexts((*set)->file, {.classes = m_params.classes});
    if (!texts) return fail(texts.error());
    std::vector<double> counts(static_cast<std::size_t>(m_params.classes));
    for (const data::LabelledText& item : texts->items)
        counts[static_cast<std::size_t>(item.label)] += 1;
    const auto present = static_cast<double>(std::ranges::count_if(counts, [](double n) { return n > 0; }));
    const auto total = static_cast<double>(texts->items.size());
    std::vector<float> weights;
    std::string line = "weights of the classes in the loss:";
    for (const double count : counts) {
        weights.push_back(count > 0 ? static_cast<float>(total / (present * count)) : 1.0F);
        line += ' ' + formatFloat(std::round(double{weights.back()} * 1e4) / 1e4);
    }
    m_classWeights = m_loss->register_buffer("weight", torch::tensor(weights).to(device()));
    if (m_options.log) m_options.log->info(line);
    return {};
}

Result<std::shared_ptr<const Dataset>> TextClassificationModel::dataset(Split split) {
    const auto params = readTextSet(m_config, below(m_path, sectionName(split)));
    if (!params) return fail(params.error());
    if (!*params) return std::shared_ptr<const Dataset>{};
    if (const Status weighed = weighClasses(); !weighed) return fail(weighed.error());
    auto data = TextDataset::open(**params, m_params.classes, encoderUpTo(m_params.maxSequence));
    if (!data) return fail(data.error());
    if (split == Split::Train) m_wordDropout = (*params)->wordDropout;
    if (m_options.log)
        for (const std::string& note : (*data)->notes())
            m_options.log->warning(note);
    return std::shared_ptr<const Dataset>(std::move(*data));
}

/// Words of training texts, neither [CLS] nor [SEP], give way to [MASK].
torch::Tensor TextClassificationModel::withWordDropout(const Batch& batch, nn::Random& random) const {
    const torch::Tensor ids = batch.tensors[0].clone();
    const torch::Tensor lengths = batch.tensors[2].sum(1);
    const std::int64_t mask = m_tokenizer->maskId().value_or(m_tokenizer->unkId().value_or(0));
    for (std::int64_t b = 0; b < ids.size(0); ++b) {
        auto* const row = ids.mutable_data_ptr<std::int64_t>() + b * ids.size(1);
        for (std::int64_t t = 1; t + 1 < lengths.const_data_ptr<std::int64_t>()[b]; ++t)
            if (random.uniform() < m_wordDropout) row[t] = mask;
    }
    return ids;
}

torch::Tensor TextClassificationModel::logits(const Batch& batch, nn::Random* random) const {
    const torch::Device device = this->device();
    const torch::Tensor ids =
        random && m_wordDropout > 0 ? withWordDropout(batch, *random) : batch.tensors[0];
    const torch::Tensor& types = batch.tensors[1];
    nn::BertInput input{.ids = ids.to(device)};
    if (types.any().item<bool>()) input.types = types.to(device);
    const torch::Tensor first = m_encoder->forwardFirst(input, rowsOf(batch.tensors[2], device), random);
    return m_classifier->forward(first, random).to(torch::kFloat32);
}

torch::Tensor TextClassificationModel::loss(const torch::Tensor& logits, const Batch& batch,
                                            double smoothing) const {
    return at::cross_entropy_loss(logits, batch.tensors[3].to(logits.device()), m_classWeights,
                                  at::Reduction::Mean, -100, smoothing);
}

Result<TrainingStep> TextClassificationModel::trainingStep(const Batch& batch, const StepContext& context) {
    try {
        nn::Random random(context.seed);
        return TrainingStep{.loss = loss(logits(batch, &random), batch, m_params.labelSmoothing)};
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot compute the training step", error));
    }
}

Result<EvaluationStep> TextClassificationModel::evaluationStep(const Batch& batch) {
    try {
        const torch::NoGradGuard noGrad;
        const torch::Tensor scores = logits(batch, nullptr);
        const torch::Tensor predicted = scores.argmax(-1).to(torch::kCPU);
        const torch::Tensor labels = batch.tensors[3].to(torch::kCPU).contiguous();
        EvaluationStep step;
        step.metrics = {{"loss", loss(scores, batch, 0).item<double>(), 1.0}};
        ClassCounts counts(m_params.classes);
        for (std::int64_t b = 0; b < predicted.size(0); ++b) {
            const std::int64_t label = labels.const_data_ptr<std::int64_t>()[b];
            const std::int64_t prediction = predicted.const_data_ptr<std::int64_t>()[b];
            counts.add(label, prediction);
            step.samples.push_back({batch.sources[static_cast<std::size_t>(b)], className(label),
                                    className(prediction), label == prediction ? 0.0 : 1.0, "class"});
        }
        step.counts = counts.values();
        return step;
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot evaluate the batch", error));
    }
}

std::vector<Metric> TextClassificationModel::epochMetrics(Split split, std::span<const double> values) {
    if (values.empty()) return {};
    const ClassCounts counts(values);
    if (m_options.log) {
        m_options.log->info(std::string(metricPrefix(split)) + "report:");
        for (const std::string& line : counts.report(m_names))
            m_options.log->info(line);
    }
    return counts.metrics(m_names);
}

Result<std::vector<run::NamedArray>>
TextClassificationModel::forward(const std::vector<run::NamedArray>& inputs) {
    const auto read = [&](const char* name) -> Result<torch::Tensor> {
        const run::NamedArray* array = findArray(inputs, name);
        return array ? inputTensor(*array, 2, torch::kInt64) : torch::Tensor();
    };
    try {
        const torch::NoGradGuard noGrad;
        m_module->eval();
        const auto ids = read("input_ids");
        const auto mask = read("attention_mask");
        const auto types = read("token_type_ids");
        for (const auto* one : {&ids, &mask, &types})
            if (!*one) return fail(one->error());
        const auto refuse = [](std::string why) {
            return fail(
                {.kind = ErrorKind::Usage,
                 .what = "Cannot run the model",
                 .why = std::move(why),
                 .remedy = "Use --in input_ids=X.npy --in attention_mask=M.npy --in token_type_ids=T.npy"});
        };
        if (!ids->defined()) return refuse("input_ids must be given");
        for (const auto* one : {&mask, &types})
            if ((*one)->defined() && (*one)->sizes() != ids->sizes())
                return refuse("the arrays have different shapes");
        const nn::BertParams& bert = m_encoder->params();
        const auto fits = [](const torch::Tensor& t, std::int64_t count) {
            return !t.defined() ||
                   (t.min().item<std::int64_t>() >= 0 && t.max().item<std::int64_t>() < count);
        };
        if (ids->numel() == 0 || !fits(*ids, bert.vocabSize) || !fits(*types, bert.typeVocab) ||
            ids->size(1) > bert.maxPositions)
            return refuse("input_ids must be in [0, " + std::to_string(bert.vocabSize) +
                          "), token_type_ids in [0, " + std::to_string(bert.typeVocab) +
                          "), and a sequence has at most " + std::to_string(bert.maxPositions) + " tokens");
        const torch::Device device = this->device();
        nn::BertInput input{.ids = ids->to(device)};
        if (types->defined()) input.types = types->to(device);
        const nn::TokenRows rows =
            nn::TokenRows::padded((mask->defined() ? *mask : torch::ones_like(*ids)).to(device));
        const torch::Tensor hidden = m_encoder->forward(input, rows, nullptr);
        const torch::Tensor scores = m_classifier->forward(rows.first(hidden), nullptr).to(torch::kFloat32);
        return std::vector{namedArray("hidden_states", rows.unpack(hidden)), namedArray("logits", scores),
                           namedArray("predictions", scores.argmax(-1))};
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot run the model", error));
    }
}

Status TextClassificationModel::classifyBatch(std::span<const std::span<const std::int64_t>> sequences,
                                              std::span<run::Classification* const> out) const {
    TokenBatch tokens = collate(sequences, m_tokenizer->padId().value_or(0));
    Batch batch;
    batch.tensors = {std::move(tokens.ids), std::move(tokens.types), std::move(tokens.mask)};
    const torch::Tensor scores = logits(batch, nullptr);
    const torch::Tensor shares = torch::softmax(scores, -1).to(torch::kCPU, torch::kFloat64).contiguous();
    const torch::Tensor labels = scores.argmax(-1).to(torch::kCPU);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto* share = shares.const_data_ptr<double>() + static_cast<std::int64_t>(i) * m_params.classes;
        out[i]->label = labels.const_data_ptr<std::int64_t>()[i];
        out[i]->className = m_names.empty() ? std::string() : className(out[i]->label);
        out[i]->probabilities.assign(share, share + m_params.classes);
    }
    return {};
}

Result<std::vector<run::Classification>>
TextClassificationModel::classify(const std::vector<std::string>& texts, std::stop_token stop) {
    try {
        const nn::WorkScope scope;
        const torch::NoGradGuard noGrad;
        m_module->eval();
        const TextEncoder encoder = encoderUpTo(0);
        std::vector<std::vector<std::int64_t>> encoded;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (data::findInvalidUtf8(texts[i]))
                return fail({.kind = ErrorKind::BadInput,
                             .what = "Cannot classify text " + std::to_string(i + 1),
                             .why = "it is not UTF-8",
                             .remedy = "Convert it"});
            encoded.push_back(encoder.encode(texts[i]).ids);
        }
        // Texts of like length together: attention is computed for padding too.
        std::vector<std::size_t> order(texts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, {}, [&](std::size_t i) { return encoded[i].size(); });
        std::vector<run::Classification> out(texts.size());
        for (std::size_t begin = 0; begin < order.size(); begin += kClassifyBatch) {
            if (stop.stop_requested())
                return fail({.kind = ErrorKind::Interrupted,
                             .what = "Classification stopped",
                             .why = "stop was requested",
                             .remedy = ""});
            std::vector<std::span<const std::int64_t>> sequences;
            std::vector<run::Classification*> results;
            for (std::size_t i = begin; i < std::min(begin + kClassifyBatch, order.size()); ++i) {
                sequences.emplace_back(encoded[order[i]]);
                results.push_back(&out[order[i]]);
            }
            if (const Status done = classifyBatch(sequences, results); !done) return fail(done.error());
        }
        return out;
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot classify", error));
    }
}

} // namespace fathom::model
