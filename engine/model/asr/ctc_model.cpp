// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/ctc_model.h"

#include "engine/config/compose.h"
#include "engine/data/audio.h"
#include "engine/model/asr/decoding_defaults.h"
#include "engine/model/asr/speech_dataset.h"
#include "engine/model/named_arrays.h"
#include "engine/model/section.h"
#include "engine/model/torch_failure.h"
#include "engine/nn/init.h"
#include "engine/text/word_error_rate.h"

#include <algorithm>
#include <cstring>

namespace fathom::model {

namespace {

nn::CtcTargets targetsOf(const Batch& batch) {
    return {batch.tensors[2], nn::Lengths::from(batch.tensors[3])};
}

} // namespace

CtcModel::CtcModel(const config::Config& config, std::string_view path, const ModelOptions& options,
                   CtcDecoding decoding)
    : m_config(config),
      m_path(path),
      m_options(options),
      m_decoding(std::move(decoding)),
      m_module(std::make_shared<torch::nn::Module>("EncDecCTCModel")) {
    const config::Node* target = config.find(below(m_path, "target"));
    m_target = target && target->value.isString() ? target->value.asString() : kTarget;
}

Result<std::unique_ptr<Model>> CtcModel::make(const config::Config& config, std::string_view path,
                                              const ModelOptions& options) {
    const Result<CtcModelParams> params = readCtcModel(config, path);
    if (!params) return fail(params.error());
    Result<text::CharTokenizer> tokenizer = text::CharTokenizer::create(params->decoder.vocabulary);
    if (!tokenizer) return fail(tokenizer.error());
    std::unique_ptr<CtcModel> model(new CtcModel(config, path, options, CtcDecoding(std::move(*tokenizer))));
    try {
        if (const Status built = model->build(*params); !built) return fail(built.error());
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot build the model", error));
    }
    return model;
}

Status CtcModel::build(const CtcModelParams& params) {
    m_params = params;
    nn::Random random(m_options.seed);
    const nn::SkipInit skip(!m_options.initializeWeights);
    const auto positioned = [&](const Error& error) {
        Error out = m_config.errorAt(below(m_path, error.key), error.what, error.why, error.remedy);
        out.className = error.className;
        return fail(std::move(out));
    };
    Result<std::shared_ptr<nn::ConvAsrEncoder>> encoder = nn::ConvAsrEncoder::make(params.encoder, random);
    if (!encoder) return positioned(encoder.error());
    m_encoder = std::move(*encoder);
    if (m_params.decoder.featIn <= 0) m_params.decoder.featIn = m_encoder->featOut();
    if (m_params.decoder.featIn != m_encoder->featOut())
        return fail(m_config.errorAt(below(m_path, "decoder.feat_in"), "Cannot build the decoder",
                                     "feat_in is " + std::to_string(m_params.decoder.featIn) +
                                         " but the encoder gives " + std::to_string(m_encoder->featOut()) +
                                         " channels",
                                     "Set decoder.feat_in to null or to the filters of the last block"));
    Result<std::shared_ptr<nn::ConvAsrDecoder>> decoder = nn::ConvAsrDecoder::make(
        {m_params.decoder.featIn, m_params.decoder.classes, m_params.decoder.initMode}, random);
    if (!decoder) return positioned(decoder.error());
    m_decoder = std::move(*decoder);
    m_preprocessor = std::make_shared<nn::MelSpectrogram>(params.preprocessor);
    if (params.specAugment) m_specAugment = std::make_shared<nn::SpecAugment>(*params.specAugment);
    if (m_options.log && !params.decodingStrategy.starts_with("greedy"))
        m_options.log->warning("decoding.strategy '" + params.decodingStrategy +
                               "' is not supported; texts are decoded greedily");

    // NeMo's order of registration is the order of its state_dict.
    m_module->register_module("preprocessor", m_preprocessor);
    m_module->register_module("encoder", m_encoder);
    m_module->register_module("decoder", m_decoder);
    m_module->register_module("loss", std::make_shared<torch::nn::Module>("CTCLoss"));
    if (m_specAugment) m_module->register_module("spec_augmentation", m_specAugment);
    m_module->register_module("wer", std::make_shared<torch::nn::Module>("WER"));
    return {};
}

torch::Device CtcModel::device() const {
    return m_module->parameters(true).front().device();
}

Result<std::string> CtcModel::configYaml() const {
    Result<std::string> section = m_config.toYaml(m_path, /*resolve=*/true);
    if (!section) return fail(section.error());
    // NeMo's constructor writes what it worked out back into the config.
    const config::ComposeRequest request{
        .configName = "model_config",
        .overrides = {"decoder.feat_in=" + std::to_string(m_params.decoder.featIn),
                      "decoder.num_classes=" + std::to_string(m_params.decoder.classes)},
        .files = {{"model_config.yaml", *section}}};
    const config::Node* featIn = m_config.find(below(m_path, "decoder.feat_in"));
    const config::Node* classes = m_config.find(below(m_path, "decoder.num_classes"));
    if (featIn && classes &&
        (!featIn->value.isInt() || !classes->value.isInt() || classes->value.asInt() <= 0)) {
        const Result<config::Config> completed = config::compose(request);
        if (!completed) return fail(completed.error());
        section = completed->toYaml("", /*resolve=*/false);
        if (!section) return fail(section.error());
    }
    const auto lacks = [&](const char* key) { return m_config.find(below(m_path, key)) == nullptr; };
    if (!section->empty() && section->back() != '\n') *section += '\n';
    if (lacks("target")) *section += "target: " + m_target + '\n';
    if (lacks("nemo_version")) *section += "nemo_version: " + std::string(kNemoVersion) + '\n';
    if (lacks("decoding")) *section += ctcDecodingDefaults();
    return section;
}

Result<std::shared_ptr<const Dataset>> CtcModel::dataset(Split split) {
    const std::string path = below(m_path, sectionName(split));
    Result<std::optional<SpeechDataParams>> params = readSpeechData(m_config, path);
    if (!params) return fail(params.error());
    if (!*params) return std::shared_ptr<const Dataset>{};
    if (!(*params)->labels.empty() && (*params)->labels != m_params.decoder.vocabulary)
        return fail(
            m_config.errorAt(path + ".labels", "Cannot set up the data",
                             "labels differ from decoder.vocabulary, so ids would mean other characters",
                             "Remove " + path + ".labels or make it equal to decoder.vocabulary"));
    if ((*params)->sampleRate != m_params.preprocessor.sampleRate)
        return fail(m_config.errorAt(path + ".sample_rate", "Cannot set up the data",
                                     "sample_rate is " + std::to_string((*params)->sampleRate) +
                                         " but the preprocessor's is " +
                                         std::to_string(m_params.preprocessor.sampleRate),
                                     "Use the preprocessor's"));
    Result<std::shared_ptr<const SpeechDataset>> data = SpeechDataset::open(**params, m_decoding.tokenizer());
    if (!data) return fail(data.error());
    if (m_options.log) {
        for (const std::string& warning : (*data)->warnings())
            m_options.log->warning(warning);
    }
    return std::shared_ptr<const Dataset>(std::move(*data));
}

CtcModel::Output CtcModel::run(const nn::Features& features, nn::Random* random) const {
    Output output;
    const torch::ScalarType weights = m_module->parameters(true).front().scalar_type();
    output.encoded = m_encoder->forward(features.values.to(weights), features.lengths, random);
    output.logProbs = m_decoder->forward(output.encoded, m_params.temperature);
    return output;
}

std::vector<std::string> CtcModel::texts(const Output& output) const {
    const auto ids =
        nn::collapseCtc(nn::greedyPredictions(output.logProbs), output.encoded.lengths, m_decoder->blank());
    std::vector<std::string> out;
    for (const auto& item : ids)
        out.push_back(m_decoding.prediction(item));
    return out;
}

std::vector<std::string> CtcModel::references(const nn::CtcTargets& targets) const {
    std::vector<std::string> out;
    const torch::Tensor tokens = targets.tokens.contiguous();
    for (std::int64_t b = 0; b < tokens.size(0); ++b) {
        const auto count = static_cast<std::size_t>(targets.lengths.values()[static_cast<std::size_t>(b)]);
        out.push_back(
            m_decoding.reference({tokens.const_data_ptr<std::int64_t>() + b * tokens.size(1), count}));
    }
    return out;
}

Result<TrainingStep> CtcModel::trainingStep(const Batch& batch, const StepContext& context) {
    try {
        nn::Random random(context.seed);
        nn::Features features =
            m_preprocessor->forward(batch.tensors[0], nn::Lengths::from(batch.tensors[1]), &random);
        if (m_specAugment) {
            if (const Status applied = m_specAugment->apply(features, random); !applied)
                return fail(applied.error());
        }
        const Output output = run(features, &random);
        const nn::CtcTargets targets = targetsOf(batch);
        TrainingStep step;
        step.loss = nn::ctcLoss(output.logProbs, output.encoded.lengths, targets, m_params.reduction);
        if (context.wantMetrics) {
            const auto unit = m_params.useCer ? text::ErrorUnit::Character : text::ErrorUnit::Word;
            const std::vector<std::string> predicted = texts(output);
            const std::vector<std::string> expected = references(targets);
            text::EditCount edits;
            for (std::size_t i = 0; i < predicted.size(); ++i)
                edits += text::countEdits(expected[i], predicted[i], unit);
            step.metrics.push_back({"training_batch_wer", edits.rate()});
        }
        return step;
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot compute the training step", error));
    }
}

Result<EvaluationStep> CtcModel::evaluationStep(const Batch& batch) {
    try {
        const torch::NoGradGuard noGrad;
        const nn::Features features =
            m_preprocessor->forward(batch.tensors[0], nn::Lengths::from(batch.tensors[1]), nullptr);
        const Output output = run(features, nullptr);
        const nn::CtcTargets targets = targetsOf(batch);
        const double loss =
            nn::ctcLoss(output.logProbs, output.encoded.lengths, targets, m_params.reduction).item<double>();
        const auto unit = m_params.useCer ? text::ErrorUnit::Character : text::ErrorUnit::Word;
        const std::vector<std::string> predicted = texts(output);
        const std::vector<std::string> expected = references(targets);
        EvaluationStep step;
        text::EditCount sum;
        for (std::size_t i = 0; i < predicted.size(); ++i) {
            const text::EditCount edits = text::countEdits(expected[i], predicted[i], unit);
            sum += edits;
            step.samples.push_back({batch.sources[i], expected[i], predicted[i], edits.rate()});
        }
        step.metrics = {{"loss", loss, 1.0},
                        {"wer", static_cast<double>(sum.edits), static_cast<double>(sum.units)}};
        return step;
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot evaluate the batch", error));
    }
}

Result<nn::Features> CtcModel::featuresOf(const std::vector<run::NamedArray>& inputs) const {
    const auto pair = [&](const char* values, const char* lengths) {
        return std::pair{findArray(inputs, values), findArray(inputs, lengths)};
    };
    auto signal = pair("audio_signal", "length");
    if (!signal.first) signal = pair("input_signal", "input_signal_length");
    const auto processed = pair("processed_signal", "processed_signal_length");
    const bool hasSignal = signal.first && signal.second;
    const bool hasProcessed = processed.first && processed.second;
    if (hasSignal == hasProcessed || inputs.size() != 2)
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot run the model",
                     .why = "audio_signal and length, or processed_signal and processed_signal_length, must "
                            "be given: exactly one pair",
                     .remedy = "Use --in audio_signal=X.npy --in length=L.npy",
                     .className = "ValueError"});
    const auto& [values, lengths] = hasSignal ? signal : processed;
    Result<torch::Tensor> tensor = inputTensor(*values, hasSignal ? 2 : 3, torch::kFloat32);
    if (!tensor) return fail(tensor.error());
    Result<torch::Tensor> count = inputTensor(*lengths, 1, torch::kInt64);
    if (!count) return fail(count.error());
    const bool inRange = count->numel() == tensor->size(0) && count->numel() > 0 &&
                         count->min().item<std::int64_t>() > 0 &&
                         count->max().item<std::int64_t>() <= tensor->size(-1);
    if (!inRange)
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot run the model",
                     .why = "'" + lengths->name + "' does not give one length in [1, " +
                            std::to_string(tensor->size(-1)) + "] for each item of '" + values->name + "'",
                     .remedy = "Correct the lengths"});
    if (hasSignal) return m_preprocessor->forward(*tensor, nn::Lengths::from(*count), nullptr);
    return nn::Features{tensor->to(device()), nn::Lengths::from(*count)};
}

Result<std::vector<run::NamedArray>> CtcModel::forward(const std::vector<run::NamedArray>& inputs) {
    try {
        const torch::NoGradGuard noGrad;
        m_module->eval();
        const Result<nn::Features> features = featuresOf(inputs);
        if (!features) return fail(features.error());
        const Output output = run(*features, nullptr);
        return std::vector{namedArray("processed_signal", features->values),
                           namedArray("processed_signal_length", features->lengths.tensor()),
                           namedArray("encoded", output.encoded.padded()),
                           namedArray("encoded_len", output.encoded.lengths.tensor()),
                           namedArray("log_probs", output.logProbs),
                           namedArray("greedy_predictions", nn::greedyPredictions(output.logProbs))};
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot run the model", error));
    }
}

Result<std::vector<std::string>>
CtcModel::transcribeBatch(std::span<const std::filesystem::path> audio) const {
    std::vector<std::vector<float>> signals;
    std::vector<std::int64_t> lengths;
    for (const std::filesystem::path& file : audio) {
        Result<std::vector<float>> samples = data::readAudio(file, m_params.preprocessor.sampleRate);
        if (!samples) return fail(samples.error());
        if (samples->empty())
            return fail({.kind = ErrorKind::BadInput,
                         .what = "Cannot transcribe " + file.string(),
                         .why = "it holds no samples",
                         .remedy = "Leave it out",
                         .file = file.string()});
        lengths.push_back(static_cast<std::int64_t>(samples->size()));
        signals.push_back(std::move(*samples));
    }
    const torch::Tensor signal =
        torch::zeros({static_cast<std::int64_t>(signals.size()), *std::ranges::max_element(lengths)});
    for (std::size_t i = 0; i < signals.size(); ++i)
        std::memcpy(signal[static_cast<std::int64_t>(i)].data_ptr<float>(), signals[i].data(),
                    signals[i].size() * sizeof(float));
    return texts(run(m_preprocessor->forwardUnpadded(signal, nn::Lengths(lengths)), nullptr));
}

Result<std::vector<run::Transcript>> CtcModel::transcribe(const std::vector<std::filesystem::path>& audio,
                                                          const run::TranscribeOptions& options,
                                                          std::stop_token stop) {
    try {
        const torch::NoGradGuard noGrad;
        m_module->eval();
        std::vector<run::Transcript> transcripts;
        const std::span<const std::filesystem::path> files(audio);
        const auto atOnce = static_cast<std::size_t>(std::max(1, options.batchSize));
        for (std::size_t begin = 0; begin < files.size(); begin += atOnce) {
            if (stop.stop_requested())
                return fail({.kind = ErrorKind::Interrupted,
                             .what = "Transcription stopped",
                             .why = "stop was requested",
                             .remedy = ""});
            const auto part = files.subspan(begin, std::min(atOnce, files.size() - begin));
            const Result<std::vector<std::string>> texts = transcribeBatch(part);
            if (!texts) return fail(texts.error());
            for (std::size_t i = 0; i < part.size(); ++i)
                transcripts.push_back({part[i].string(), (*texts)[i]});
        }
        return transcripts;
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot transcribe", error));
    }
}

} // namespace fathom::model
