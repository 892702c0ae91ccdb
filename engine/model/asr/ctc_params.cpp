// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/ctc_params.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/asr/mfcc_params.h"
#include "engine/model/section.h"

#include <limits>
#include <numeric>

namespace fathom::model {

namespace {

using config::Config;
using config::Schema;

Error placed(const Config& config, const std::string& path, const Error& error) {
    Error out = config.errorAt(path, error.what, error.why, error.remedy);
    out.className = error.className;
    return out;
}

/// `_target_` must be the class we have; anything in NeMo's module path is accepted.
Status checkClass(const Config& config, const std::string& path, const Value& target,
                  std::string_view expected) {
    if (target.isNull()) return {};
    const std::string text = target.isString() ? target.asString() : "";
    if (text == expected || text.ends_with("." + std::string(expected))) return {};
    return fail(config.errorAt(path + "._target_", "Cannot build the model",
                               "'" + text + "' is not a class this program has",
                               "Use " + std::string(expected)));
}

struct MelSection {
    Value target{};
    int sampleRate{};
    double windowSize{};
    double windowStride{};
    std::optional<int> nWindowSize{};
    std::optional<int> nWindowStride{};
    std::optional<std::string> window{};
    Value normalize{};
    std::optional<int> nFft{};
    std::optional<double> preemph{};
    int features{};
    double lowfreq{};
    std::optional<double> highfreq{};
    bool log{};
    std::string logZeroGuardType{};
    Value logZeroGuardValue{};
    double dither{};
    Value padTo{};
    int frameSplicing{};
    bool exactPad{};
    double padValue{};
    double magPower{};
    double nbAugmentationProb{};
    int nbMaxFreq{};
    std::optional<std::string> melNorm{};
    double maxDuration{};
};

const Schema<MelSection>& melSchema() {
    static const auto schema = Schema<MelSection>(schemas::at("AudioToMelSpectrogramPreprocessor"))
                                   .bind("_target_", &MelSection::target)
                                   .bind("sample_rate", &MelSection::sampleRate)
                                   .bind("window_size", &MelSection::windowSize)
                                   .bind("window_stride", &MelSection::windowStride)
                                   .bind("n_window_size", &MelSection::nWindowSize)
                                   .bind("n_window_stride", &MelSection::nWindowStride)
                                   .bind("window", &MelSection::window)
                                   .bind("normalize", &MelSection::normalize)
                                   .bind("n_fft", &MelSection::nFft)
                                   .bind("preemph", &MelSection::preemph)
                                   .bind("features", &MelSection::features)
                                   .bind("lowfreq", &MelSection::lowfreq)
                                   .bind("highfreq", &MelSection::highfreq)
                                   .bind("log", &MelSection::log)
                                   .bind("log_zero_guard_type", &MelSection::logZeroGuardType)
                                   .bind("log_zero_guard_value", &MelSection::logZeroGuardValue)
                                   .bind("dither", &MelSection::dither)
                                   .bind("pad_to", &MelSection::padTo)
                                   .bind("frame_splicing", &MelSection::frameSplicing)
                                   .bind("exact_pad", &MelSection::exactPad)
                                   .bind("pad_value", &MelSection::padValue)
                                   .bind("mag_power", &MelSection::magPower)
                                   .bind("nb_augmentation_prob", &MelSection::nbAugmentationProb)
                                   .bind("nb_max_freq", &MelSection::nbMaxFreq)
                                   .bind("mel_norm", &MelSection::melNorm)
                                   .bind("max_duration", &MelSection::maxDuration);
    return schema;
}

Result<std::vector<double>> numbers(const Value* value) {
    std::vector<double> out;
    if (value && value->isList()) {
        for (const Value& item : value->asList()) {
            if (!item.isNumber()) return std::vector<double>{};
            out.push_back(item.toDouble());
        }
    }
    return out;
}

Status readNormalize(const Value& normalize, nn::MelParams& params) {
    params.normalize = normalize.isString() ? normalize.asString() : "none";
    if (!normalize.isMap()) return {};
    params.normalize = "fixed";
    const Result<std::vector<double>> mean = numbers(normalize.asMap().find("fixed_mean"));
    const Result<std::vector<double>> deviation = numbers(normalize.asMap().find("fixed_std"));
    if (!mean) return fail(mean.error());
    if (!deviation) return fail(deviation.error());
    params.fixedMean = *mean;
    params.fixedStd = *deviation;
    return {};
}

Status readGuard(const Value& value, nn::MelParams& params) {
    if (value.isNumber()) {
        params.logZeroGuardValue = value.toDouble();
    } else if (value.isString() && value.asString() == "tiny") {
        params.logZeroGuardValue = double{std::numeric_limits<float>::min()};
    } else if (value.isString() && value.asString() == "eps") {
        params.logZeroGuardValue = double{std::numeric_limits<float>::epsilon()};
    } else {
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot build the preprocessor",
                     .why = "log_zero_guard_value must be a number, tiny or eps",
                     .remedy = "Correct it",
                     .key = "log_zero_guard_value",
                     .className = "ValueError"});
    }
    return {};
}

Status readPadTo(const Value& value, nn::MelParams& params) {
    if (value.isInt() && value.asInt() >= 0) {
        params.padTo = static_cast<int>(value.asInt());
    } else if (value.isString() && value.asString() == "max") {
        params.padToMax = true;
    } else {
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot build the preprocessor",
                     .why = "pad_to must be a number of frames or max",
                     .remedy = "Use 16, or 0 for no padding",
                     .key = "pad_to",
                     .className = "ValueError"});
    }
    return {};
}

Result<nn::MelParams> melFrom(const MelSection& section, bool hasSeconds) {
    nn::MelParams params;
    if (hasSeconds && (section.nWindowSize || section.nWindowStride))
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot build the preprocessor",
                     .why = "window_size and n_window_size (or the strides) are both given",
                     .remedy = "Remove one of them",
                     .key = "n_window_size",
                     .className = "ValueError"});
    params.sampleRate = section.sampleRate;
    params.windowSize = section.windowSize;
    params.windowStride = section.windowStride;
    params.nWindowSize = section.nWindowSize;
    params.nWindowStride = section.nWindowStride;
    params.window = section.window.value_or("none");
    params.nFft = section.nFft;
    params.preemph = section.preemph;
    params.features = section.features;
    params.lowfreq = section.lowfreq;
    params.highfreq = section.highfreq;
    params.log = section.log;
    params.logZeroGuardType = section.logZeroGuardType;
    params.dither = section.dither;
    params.maxDuration = section.maxDuration;
    params.frameSplicing = section.frameSplicing;
    params.exactPad = section.exactPad;
    params.padValue = section.padValue;
    params.magPower = section.magPower;
    params.nbAugmentationProb = section.nbAugmentationProb;
    params.nbMaxFreq = section.nbMaxFreq;
    params.melNorm = section.melNorm.value_or("none");
    for (const Status& status :
         {readNormalize(section.normalize, params), readGuard(section.logZeroGuardValue, params),
          readPadTo(section.padTo, params), params.check()}) {
        if (!status) return fail(status.error());
    }
    return params;
}

Result<nn::MelParams> readMel(const Config& config, const std::string& path) {
    const Result<MelSection> section = melSchema().read(config, path);
    if (!section) return fail(section.error());
    if (const Status status = checkClass(config, path, section->target, "AudioToMelSpectrogramPreprocessor");
        !status)
        return fail(status.error());
    const auto given = [&](const char* key) {
        const config::Node* node = config.find(below(path, key));
        return node && !node->value.isNull();
    };
    const bool both =
        (given("window_size") && section->nWindowSize) || (given("window_stride") && section->nWindowStride);
    return melFrom(*section, both).map_error([&](const Error& e) {
        return placed(config, below(path, e.key), e);
    });
}

struct AugmentSection {
    Value target{};
    int freqMasks{};
    int timeMasks{};
    int freqWidth{};
    Value timeWidth{};
    int rectMasks{};
    int rectTime{};
    int rectFreq{};
    double maskValue{};
    bool vectorized{};
};

const Schema<AugmentSection>& augmentSchema() {
    static const auto schema = Schema<AugmentSection>(schemas::at("SpectrogramAugmentation"))
                                   .bind("_target_", &AugmentSection::target)
                                   .bind("freq_masks", &AugmentSection::freqMasks)
                                   .bind("time_masks", &AugmentSection::timeMasks)
                                   .bind("freq_width", &AugmentSection::freqWidth)
                                   .bind("time_width", &AugmentSection::timeWidth)
                                   .bind("rect_masks", &AugmentSection::rectMasks)
                                   .bind("rect_time", &AugmentSection::rectTime)
                                   .bind("rect_freq", &AugmentSection::rectFreq)
                                   .bind("mask_value", &AugmentSection::maskValue)
                                   .bind("use_vectorized_spec_augment", &AugmentSection::vectorized)
                                   .bind("use_vectorized_code", &AugmentSection::vectorized);
    return schema;
}

Result<std::optional<nn::SpecAugmentParams>> readAugment(const Config& config, const std::string& path) {
    const config::Node* node = config.find(path);
    if (!node || node->kind != config::NodeKind::Map) return std::nullopt;
    const Result<AugmentSection> section = augmentSchema().read(config, path);
    if (!section) return fail(section.error());
    if (const Status status = checkClass(config, path, section->target, "SpectrogramAugmentation"); !status)
        return fail(status.error());
    if (!section->timeWidth.isNumber())
        return fail(config.errorAt(below(path, "time_width"), "Cannot build spec_augment",
                                   "time_width is not a number", "Give frames (10) or a share (0.05)"));
    nn::SpecAugmentParams params;
    params.freqMasks = section->freqMasks;
    params.timeMasks = section->timeMasks;
    params.freqWidth = section->freqWidth;
    params.timeWidth = section->timeWidth.toDouble();
    params.timeWidthIsShare = section->timeWidth.isFloat();
    params.rectMasks = section->rectMasks;
    params.rectTime = section->rectTime;
    params.rectFreq = section->rectFreq;
    params.maskValue = section->maskValue;
    params.vectorized = section->vectorized;
    if (const Status checked = params.check(); !checked)
        return fail(placed(config, below(path, "time_width"), checked.error()));
    return params;
}

struct DecoderSection {
    Value target{};
    std::optional<std::int64_t> featIn{};
    std::optional<std::int64_t> classes{};
    std::optional<std::string> initMode{};
    std::optional<std::vector<std::string>> vocabulary{};
};

const Schema<DecoderSection>& decoderSchema() {
    static const auto schema = Schema<DecoderSection>(schemas::at("ConvASRDecoder"))
                                   .bind("_target_", &DecoderSection::target)
                                   .bind("feat_in", &DecoderSection::featIn)
                                   .bind("num_classes", &DecoderSection::classes)
                                   .bind("init_mode", &DecoderSection::initMode)
                                   .bind("vocabulary", &DecoderSection::vocabulary);
    return schema;
}

/// decoder.vocabulary, or `labels` of the model.
Result<std::optional<std::vector<std::string>>> labelsOf(const Config& config, const DecoderSection& section,
                                                         const std::string& labelsPath) {
    if (section.vocabulary) return section.vocabulary;
    const config::Node* labels = config.find(labelsPath);
    if (!labels || labels->kind != config::NodeKind::List) return std::nullopt;
    const Result<Value> resolved = config.resolved(labelsPath);
    if (!resolved) return fail(resolved.error());
    std::vector<std::string> out;
    for (const Value& label : resolved->asList())
        out.push_back(label.isString() ? label.asString() : config::pythonStr(label));
    return out;
}

Result<CtcDecoderParams> readDecoder(const Config& config, const std::string& path,
                                     const std::string& labelsPath,
                                     const std::optional<std::vector<std::string>>& tokenizer) {
    const Result<DecoderSection> section = decoderSchema().read(config, path);
    if (!section) return fail(section.error());
    if (const Status status = checkClass(config, path, section->target, "ConvASRDecoder"); !status)
        return fail(status.error());
    CtcDecoderParams params;
    params.featIn = section->featIn.value_or(0);
    params.classes = section->classes.value_or(-1);
    params.initMode = section->initMode.value_or("");
    const auto mismatch = [&](std::string why, std::string remedy) {
        Error error = config.errorAt(path, "Cannot build the decoder", std::move(why), std::move(remedy));
        error.className = "ValueError";
        return fail(std::move(error));
    };
    const Result<std::optional<std::vector<std::string>>> vocabulary =
        tokenizer ? tokenizer : labelsOf(config, *section, labelsPath);
    if (!vocabulary) return fail(vocabulary.error());
    params.vocabulary = vocabulary->value_or(std::vector<std::string>{});
    if (!tokenizer && !section->vocabulary && params.classes < 0)
        return mismatch(
            "Neither of the vocabulary and num_classes are set! At least one of them need to be set.",
            "Set decoder.vocabulary to the labels");
    const auto labels = static_cast<std::int64_t>(params.vocabulary.size());
    if (params.classes <= 0) params.classes = labels;
    if (params.classes != labels)
        return mismatch("If vocabulary is specified, it's length should be equal to the num_classes. Instead "
                        "got: num_classes=" +
                            std::to_string(params.classes) + " and len(vocabulary)=" + std::to_string(labels),
                        "Set num_classes to -1, or correct one of them");
    return params;
}

struct TopSection {
    int sampleRate{};
    std::optional<std::string> ctcReduction{};
    bool useCer{};
    Value decoding{};
};

const Schema<TopSection>& topSchema() {
    static const auto schema = Schema<TopSection>(schemas::at("EncDecCTCModel"))
                                   .bind("sample_rate", &TopSection::sampleRate)
                                   .bind("ctc_reduction", &TopSection::ctcReduction)
                                   .bind("use_cer", &TopSection::useCer)
                                   .bind("decoding", &TopSection::decoding);
    return schema;
}

struct InterCtcSection {
    std::optional<std::vector<double>> weights{};
    std::optional<std::vector<std::int64_t>> layers{};
};

Result<InterCtcParams> readInterCtc(const Config& config, const std::string& path) {
    static const auto schema = Schema<InterCtcSection>(schemas::at("InterCTC"))
                                   .bind("loss_weights", &InterCtcSection::weights)
                                   .bind("apply_at_layers", &InterCtcSection::layers);
    const config::Node* node = config.find(path);
    if (!node || node->kind != config::NodeKind::Map) return InterCtcParams{};
    const Result<InterCtcSection> section = schema.read(config, path);
    if (!section) return fail(section.error());
    InterCtcParams params{section->layers.value_or(std::vector<std::int64_t>{}),
                          section->weights.value_or(std::vector<double>{})};
    const auto refuse = [&](const char* key, std::string why, std::string remedy) {
        Error error = config.errorAt(below(path, key), "Cannot set up the losses of layers in between",
                                     std::move(why), std::move(remedy));
        error.className = "ValueError";
        return fail(std::move(error));
    };
    if (std::accumulate(params.weights.begin(), params.weights.end(), 0.0) >= 1)
        return refuse(
            "loss_weights",
            "Make sure that sum of intermediate loss weights is < 1.0. The final loss gets what is left",
            "Use for example [0.3]");
    if (params.layers.size() != params.weights.size())
        return refuse("apply_at_layers",
                      "Length of interctc.apply_at_layers has to match interctc.loss_weights",
                      "Give one layer for each weight");
    return params;
}

Status requireSection(const Config& config, std::string_view path, const char* key) {
    const config::Node* node = config.find(below(path, key));
    if (node && node->kind == config::NodeKind::Map) return {};
    Error error =
        config.errorAt(path, "Cannot build the model", "the section '" + below(path, key) + "' is missing",
                       "Add it; configs/asr/quartznet_15x5.yaml has one");
    error.key = below(path, key);
    return fail(std::move(error));
}

} // namespace

Result<CtcModelParams> readCtcModel(const Config& config, std::string_view path,
                                    const std::optional<std::vector<std::string>>& vocabulary) {
    for (const char* section : {"preprocessor", "encoder", "decoder"}) {
        if (const Status present = requireSection(config, path, section); !present)
            return fail(present.error());
    }
    const Result<TopSection> top = topSchema().read(config, path);
    if (!top) return fail(top.error());
    CtcModelParams params;
    params.sampleRate = top->sampleRate;
    params.useCer = top->useCer;
    if (const Value* temperature = top->decoding.at("temperature"); temperature && temperature->isNumber())
        params.temperature = temperature->toDouble();
    const Result<nn::CtcReduction> reduction = nn::ctcReductionFrom(top->ctcReduction.value_or("mean_batch"));
    if (!reduction) return fail(placed(config, below(path, "ctc_reduction"), reduction.error()));
    params.reduction = *reduction;

    Result<nn::MelParams> mel = nn::MelParams{};
    if (isMfcc(config, below(path, "preprocessor"))) {
        const Result<nn::MfccParams> mfcc = readMfcc(config, below(path, "preprocessor"));
        if (!mfcc) return fail(mfcc.error());
        params.mfcc = *mfcc;
    } else {
        mel = readMel(config, below(path, "preprocessor"));
    }
    if (!mel) return fail(mel.error());
    Result<std::optional<nn::SpecAugmentParams>> augment = readAugment(config, below(path, "spec_augment"));
    if (!augment) return fail(augment.error());
    Result<EncoderParams> encoder = readEncoder(config, below(path, "encoder"));
    if (!encoder) return fail(encoder.error());
    Result<CtcDecoderParams> decoder =
        readDecoder(config, below(path, "decoder"), below(path, "labels"), vocabulary);
    if (!decoder) return fail(decoder.error());
    Result<InterCtcParams> interCtc = readInterCtc(config, below(path, "interctc"));
    if (!interCtc) return fail(interCtc.error());
    params.preprocessor = std::move(*mel);
    params.specAugment = *augment;
    params.encoder = std::move(*encoder);
    params.decoder = std::move(*decoder);
    params.interCtc = std::move(*interCtc);
    const std::int64_t features =
        params.mfcc ? params.mfcc->nMfcc
                    : std::int64_t{params.preprocessor.features} * params.preprocessor.frameSplicing;
    if (const std::int64_t taken = encoderFeatures(params.encoder); features != taken)
        return fail(config.errorAt(below(path, "encoder.feat_in"), "Cannot build the encoder",
                                   "feat_in is " + std::to_string(taken) + " but the preprocessor gives " +
                                       std::to_string(features) + " features",
                                   "Set encoder.feat_in to preprocessor.features"));
    return params;
}

} // namespace fathom::model
