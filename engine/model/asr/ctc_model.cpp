// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/ctc_model.h"

#include "engine/config/yaml_writer.h"
#include "engine/model/asr/decoding_defaults.h"
#include "engine/model/asr/speech_dataset.h"
#include "engine/model/asr/speech_tokenizer.h"
#include "engine/model/named_arrays.h"
#include "engine/model/section.h"
#include "engine/model/torch_failure.h"
#include "engine/nn/init.h"
#include "engine/text/char_tokenizer.h"

#include <algorithm>
#include <numeric>

namespace fathom::model {

namespace {

text::EditCount total(const std::vector<text::EditCount>& counts) {
    text::EditCount sum;
    for (const text::EditCount& count : counts)
        sum += count;
    return sum;
}

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
    auto labels = std::make_shared<const text::CharTokenizer>(std::move(*tokenizer));
    std::unique_ptr<CtcModel> model(new CtcModel(config, path, options, CtcDecoding(std::move(labels))));
    if (const Status built = model->build(*params); !built) return fail(built.error());
    return model;
}

Result<std::unique_ptr<Model>> CtcModel::makeSubword(const config::Config& config, std::string_view path,
                                                     const ModelOptions& options) {
    archive::ArtifactRegistry artifacts = options.artifacts;
    Result<SpeechTokenizer> tokenizer = openSpeechTokenizer(config, below(path, "tokenizer"), artifacts);
    if (!tokenizer) return fail(tokenizer.error());
    const Result<CtcModelParams> params = readCtcModel(config, path, tokenizer->vocabulary);
    if (!params) return fail(params.error());
    std::unique_ptr<CtcModel> model(new CtcModel(config, path, options, CtcDecoding(tokenizer->tokenizer)));
    if (!config.find(below(path, "target"))) model->m_target = kSubwordTarget;
    model->artifacts() = std::move(artifacts);
    model->m_tokenizerFiles = std::move(tokenizer->files);
    if (const Status built = model->build(*params); !built) return fail(built.error());
    return model;
}

Status CtcModel::build(const CtcModelParams& params) try {
    m_params = params;
    nn::Random random(m_options.seed);
    const nn::SkipInit skip(!m_options.initializeWeights);
    const auto positioned = [&](const Error& error) {
        Error out = m_config.errorAt(below(m_path, error.key), error.what, error.why, error.remedy);
        out.className = error.className;
        return fail(std::move(out));
    };
    Result<std::shared_ptr<nn::AcousticEncoder>> encoder = makeEncoder(params.encoder, random);
    if (!encoder) return positioned(encoder.error());
    m_encoder = std::move(*encoder);
    if (m_params.decoder.featIn <= 0) m_params.decoder.featIn = m_encoder->featOut();
    if (m_params.decoder.featIn != m_encoder->featOut())
        return fail(m_config.errorAt(below(m_path, "decoder.feat_in"), "Cannot build the decoder",
                                     "feat_in is " + std::to_string(m_params.decoder.featIn) +
                                         " but the encoder gives " + std::to_string(m_encoder->featOut()) +
                                         " channels",
                                     "Set decoder.feat_in to null or to what the encoder gives"));
    for (const std::int64_t layer : params.interCtc.layers)
        if (layer < 0 || layer >= m_encoder->layerCount())
            return fail(m_config.errorAt(
                below(m_path, "interctc.apply_at_layers"), "Cannot set up the losses of layers in between",
                "Intermediate layer " + std::to_string(layer) + " was not captured! The encoder has " +
                    std::to_string(m_encoder->layerCount()) + " layers, counted from 0",
                "Name other layers"));
    Result<std::shared_ptr<nn::ConvAsrDecoder>> decoder = nn::ConvAsrDecoder::make(
        {m_params.decoder.featIn, m_params.decoder.classes, m_params.decoder.initMode}, random);
    if (!decoder) return positioned(decoder.error());
    m_decoder = std::move(*decoder);
    if (params.mfcc)
        m_preprocessor = std::make_shared<nn::Mfcc>(*params.mfcc);
    else
        m_preprocessor = std::make_shared<nn::MelSpectrogram>(params.preprocessor);
    if (params.specAugment) m_specAugment = std::make_shared<nn::SpecAugment>(*params.specAugment);
    Result<CtcDecodingParams> decoding = readCtcDecoding(m_config, below(m_path, "decoding"));
    if (!decoding) return fail(decoding.error());
    m_decodingParams = std::move(*decoding);
    if (m_options.log && !m_decodingParams.unsupported.empty())
        m_options.log->warning("decoding.strategy '" + m_decodingParams.unsupported +
                               "' is not supported; texts are decoded greedily");
    if (m_options.log && m_decodingParams.wantsConfidence)
        m_options.log->warning("decoding.confidence_cfg: the confidence of frames, tokens and words is not "
                               "computed; a transcript has its score only");
    registerModules();
    return {};
} catch (const std::exception& error) {
    return fail(torchFailure("Cannot build the model", error));
}

void CtcModel::registerModules() {
    m_module->register_module("preprocessor", m_preprocessor);
    m_module->register_module("encoder", m_encoder);
    m_module->register_module("decoder", m_decoder);
    m_module->register_module("loss", std::make_shared<torch::nn::Module>("CTCLoss"));
    if (m_specAugment) m_module->register_module("spec_augmentation", m_specAugment);
    m_module->register_module("wer", std::make_shared<torch::nn::Module>("WER"));
}

torch::Device CtcModel::device() const {
    return m_module->parameters(true).front().device();
}

Result<std::string> CtcModel::configYaml() const {
    Result<Value> section = m_config.resolved(m_path);
    if (!section) return fail(section.error());
    Value::Map& model = section->asMap();
    // NeMo's constructor writes what it worked out back into the config.
    if (Value* decoder = model.find("decoder"); decoder && decoder->isMap()) {
        Value::Map& keys = decoder->asMap();
        if (keys.find("feat_in")) keys.set("feat_in", m_params.decoder.featIn);
        if (keys.find("num_classes")) keys.set("num_classes", m_params.decoder.classes);
        if (!m_tokenizerFiles.empty())
            keys.set("vocabulary",
                     Value::List(m_params.decoder.vocabulary.begin(), m_params.decoder.vocabulary.end()));
    }
    if (Value* tokenizer = model.find("tokenizer"); tokenizer && tokenizer->isMap())
        for (const auto& [key, file] : m_tokenizerFiles)
            tokenizer->asMap().set(key, file);
    if (!model.find("target")) model.set("target", m_target);
    if (!model.find("nemo_version")) model.set("nemo_version", std::string(kNemoVersion));
    std::string yaml = config::writeYaml(*section);
    if (!model.find("decoding")) yaml += ctcDecodingDefaults();
    return yaml;
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
    if ((*params)->sampleRate != m_preprocessor->sampleRate())
        return fail(m_config.errorAt(path + ".sample_rate", "Cannot set up the data",
                                     "sample_rate is " + std::to_string((*params)->sampleRate) +
                                         " but the preprocessor's is " +
                                         std::to_string(m_preprocessor->sampleRate()),
                                     "Use the preprocessor's"));
    (*params)->framesPerSecond = 1 / recognizer().frameSeconds();
    (*params)->leaveOutImpossible = split == Split::Train; // what is measured stays comparable
    if (!m_tokenizerFiles.empty()) (*params)->takeIdsOf(m_decoding.tokenizer());
    Result<std::shared_ptr<const SpeechDataset>> data = SpeechDataset::open(**params, m_decoding.tokenizer());
    if (!data) return fail(data.error());
    if (m_options.log) {
        for (const std::string& warning : (*data)->warnings())
            m_options.log->warning(warning);
    }
    return std::shared_ptr<const Dataset>(std::move(*data));
}

CtcModel::Output CtcModel::run(const nn::Features& features, nn::EncodeOptions options) const {
    const torch::ScalarType weights = m_module->parameters(true).front().scalar_type();
    nn::EncoderOutput encoded = m_encoder->encode({features.values.to(weights), features.lengths}, options);
    const auto decoded = [&](nn::Encoded& item) {
        const torch::Tensor logProbs = m_decoder->forward(item, m_params.temperature);
        return Output{std::move(item), logProbs, {}};
    };
    Output output = decoded(encoded.encoded);
    for (nn::Encoded& layer : encoded.layers)
        output.layers.push_back(decoded(layer));
    return output;
}

torch::Tensor CtcModel::lossOf(const Output& output, const nn::CtcTargets& targets,
                               std::vector<LayerLoss>& layers) const {
    const auto ctc = [&](const Output& of) {
        return nn::ctcLoss(of.logProbs, of.encoded.lengths, targets, m_params.reduction);
    };
    const torch::Tensor last = ctc(output);
    const InterCtcParams& inter = m_params.interCtc;
    if (output.layers.empty()) return last;
    torch::Tensor loss = last * (1 - std::accumulate(inter.weights.begin(), inter.weights.end(), 0.0));
    layers.push_back({"final_loss", last});
    for (std::size_t i = 0; i < output.layers.size(); ++i) {
        const torch::Tensor between = ctc(output.layers[i]);
        layers.push_back({"inter_ctc_loss_l" + std::to_string(inter.layers[i]), between});
        loss = loss + between * inter.weights[i];
    }
    return loss;
}

SpeechRecognizer CtcModel::recognizer() const {
    return {
        .sampleRate = m_preprocessor->sampleRate(),
        .frameSamples = m_preprocessor->hopSamples() * m_encoder->subsampling(),
        .decoding = m_decoding,
        .params = m_decodingParams,
        .run = [this](const torch::Tensor& signal, const nn::Lengths& lengths) {
            Output output = run(m_preprocessor->forwardUnpadded(signal, lengths), {});
            return SpeechRecognizer::Output{std::move(output.logProbs), std::move(output.encoded.lengths)};
        }};
}

/// A beam with a language model reads a file, which may be missing.
Status CtcModel::prepareDecoding() {
    if (!m_decodingParams.isBeam || m_beamDecoder) return {};
    auto decoder = CtcDecoder::make(m_decoding, m_decodingParams, {});
    if (!decoder) return fail(decoder.error());
    m_beamDecoder = std::move(*decoder);
    return {};
}

std::vector<std::string> CtcModel::texts(const Output& output) const {
    if (m_beamDecoder) return beamTexts(*m_beamDecoder, {output.logProbs, output.encoded.lengths});
    std::vector<std::string> out;
    for (const auto& ids :
         nn::collapseCtc(nn::greedyPredictions(output.logProbs), output.encoded.lengths, m_decoder->blank()))
        out.push_back(m_decoding.prediction(ids));
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

std::vector<text::EditCount> CtcModel::edits(const std::vector<std::string>& predicted,
                                             const std::vector<std::string>& expected) const {
    const auto unit = m_params.useCer ? text::ErrorUnit::Character : text::ErrorUnit::Word;
    std::vector<text::EditCount> counts;
    for (std::size_t i = 0; i < predicted.size(); ++i)
        counts.push_back(text::countEdits(expected[i], predicted[i], unit));
    return counts;
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
        const Output output = run(features, {.random = &random, .layers = m_params.interCtc.layers});
        const nn::CtcTargets targets = targetsOf(batch);
        TrainingStep step;
        std::vector<LayerLoss> layers;
        step.loss = lossOf(output, targets, layers);
        if (context.wantMetrics) {
            if (const Status ready = prepareDecoding(); !ready) return fail(ready.error());
            for (const LayerLoss& layer : layers)
                step.metrics.push_back({layer.name, layer.loss.item<double>()});
            const std::vector<std::string> expected = references(targets);
            const auto rate = [&](const Output& of) { return total(edits(texts(of), expected)).rate(); };
            step.metrics.push_back({"training_batch_wer", rate(output)});
            for (std::size_t i = 0; i < output.layers.size(); ++i)
                step.metrics.push_back({werOf(i), rate(output.layers[i])});
        }
        return step;
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot compute the training step", error));
    }
}

Result<EvaluationStep> CtcModel::evaluationStep(const Batch& batch) {
    try {
        if (const Status ready = prepareDecoding(); !ready) return fail(ready.error());
        const torch::NoGradGuard noGrad;
        const nn::Features features =
            m_preprocessor->forward(batch.tensors[0], nn::Lengths::from(batch.tensors[1]), nullptr);
        const Output output = run(features, {.layers = m_params.interCtc.layers});
        const nn::CtcTargets targets = targetsOf(batch);
        EvaluationStep step;
        std::vector<LayerLoss> layers;
        step.metrics.push_back({"loss", lossOf(output, targets, layers).item<double>(), 1.0});
        const std::vector<std::string> expected = references(targets);
        const std::vector<std::string> predicted = texts(output);
        const std::vector<text::EditCount> counts = edits(predicted, expected);
        for (std::size_t i = 0; i < predicted.size(); ++i)
            step.samples.push_back({batch.sources[i], expected[i], predicted[i], counts[i].rate()});
        const auto add = [&](const std::string& name, const text::EditCount& sum) {
            step.metrics.push_back({name, static_cast<double>(sum.edits), static_cast<double>(sum.units)});
        };
        add("wer", total(counts));
        for (const LayerLoss& layer : layers)
            step.metrics.push_back({layer.name, layer.loss.item<double>(), 1.0});
        for (std::size_t i = 0; i < output.layers.size(); ++i)
            add(werOf(i), total(edits(texts(output.layers[i]), expected)));
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
        const Output output = run(*features, {.padding = true});
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

Result<std::vector<run::Transcript>> CtcModel::transcribe(const std::vector<std::filesystem::path>& audio,
                                                          const run::TranscribeOptions& options,
                                                          std::stop_token stop) {
    try {
        m_module->eval();
        return model::transcribe(recognizer(), audio, options, stop);
    } catch (const std::exception& error) {
        return fail(torchFailure("Cannot transcribe", error));
    }
}

} // namespace fathom::model
