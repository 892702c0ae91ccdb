// SPDX-License-Identifier: Apache-2.0
#include "engine/model/ctc_params.h"

#include "engine/config/schema.h"
#include "engine/model/section.h"

#include <limits>

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
    int sampleRate = 16000;
    double windowSize = 0.02;
    double windowStride = 0.01;
    std::optional<int> nWindowSize{};
    std::optional<int> nWindowStride{};
    std::optional<std::string> window = "hann";
    Value normalize = "per_feature";
    std::optional<int> nFft{};
    std::optional<double> preemph = 0.97;
    int features = 64;
    double lowfreq = 0;
    std::optional<double> highfreq{};
    bool log = true;
    std::string logZeroGuardType = "add";
    Value logZeroGuardValue = 5.9604644775390625e-08;
    double dither = 1e-5;
    Value padTo = 16;
    int frameSplicing = 1;
    bool exactPad = false;
    double padValue = 0;
    double magPower = 2;
    double nbAugmentationProb = 0;
    int nbMaxFreq = 4000;
    std::optional<std::string> melNorm = "slaney";
    double maxDuration = 16.7;
    Value unused{};
};

const Schema<MelSection>& melSchema() {
    static const auto schema =
        Schema<MelSection>("AudioToMelSpectrogramPreprocessor")
            .field("_target_", &MelSection::target, "class")
            .field("sample_rate", &MelSection::sampleRate, "samples per second", {.minimum = 1})
            .field("window_size", &MelSection::windowSize, "STFT window in seconds")
            .field("window_stride", &MelSection::windowStride, "hop in seconds")
            .field("n_window_size", &MelSection::nWindowSize,
                   "STFT window in samples, instead of window_size")
            .field("n_window_stride", &MelSection::nWindowStride, "hop in samples, instead of window_stride")
            .field("window", &MelSection::window, "hann, hamming, blackman, bartlett or none")
            .field("normalize", &MelSection::normalize,
                   "per_feature, all_features, or fixed_mean and fixed_std")
            .field("n_fft", &MelSection::nFft, "FFT size; null: a power of two from the window on")
            .field("preemph", &MelSection::preemph, "pre-emphasis; null: none")
            .field("features", &MelSection::features, "mel bands", {.minimum = 1})
            .field("lowfreq", &MelSection::lowfreq, "lowest mel edge in Hz", {.minimum = 0})
            .field("highfreq", &MelSection::highfreq, "highest mel edge in Hz; null: half the sample rate")
            .field("log", &MelSection::log, "take the logarithm")
            .field("log_zero_guard_type", &MelSection::logZeroGuardType, "add or clamp")
            .field("log_zero_guard_value", &MelSection::logZeroGuardValue, "number, tiny or eps")
            .field("dither", &MelSection::dither, "noise added in training", {.minimum = 0})
            .field("pad_to", &MelSection::padTo,
                   "frames are padded to a multiple of this; 0: not; max: to max_duration")
            .field("frame_splicing", &MelSection::frameSplicing, "frames stacked into one", {.minimum = 1})
            .field("exact_pad", &MelSection::exactPad, "pad so that frames are samples / hop")
            .field("pad_value", &MelSection::padValue, "value of padding")
            .field("mag_power", &MelSection::magPower, "exponent of the magnitudes")
            .field("nb_augmentation_prob", &MelSection::nbAugmentationProb,
                   "chance of a narrow band in training", {.minimum = 0, .maximum = 1})
            .field("nb_max_freq", &MelSection::nbMaxFreq, "highest frequency in Hz of a narrow band")
            .field("mel_norm", &MelSection::melNorm, "slaney or null")
            .field("max_duration", &MelSection::maxDuration, "seconds that pad_to max pads to")
            .field("rng", &MelSection::unused, "not used")
            .field("use_torchaudio", &MelSection::unused, "not used")
            .field("stft_conv", &MelSection::unused, "not used")
            .field("stft_exact_pad", &MelSection::unused, "not used");
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
    int freqMasks = 0;
    int timeMasks = 0;
    int freqWidth = 10;
    Value timeWidth = 10;
    int rectMasks = 0;
    int rectTime = 5;
    int rectFreq = 20;
    double maskValue = 0;
    bool vectorized = true;
    Value unused{};
};

const Schema<AugmentSection>& augmentSchema() {
    static const auto schema =
        Schema<AugmentSection>("SpectrogramAugmentation")
            .field("_target_", &AugmentSection::target, "class")
            .field("freq_masks", &AugmentSection::freqMasks, "masks over frequency", {.minimum = 0})
            .field("time_masks", &AugmentSection::timeMasks, "masks over time", {.minimum = 0})
            .field("freq_width", &AugmentSection::freqWidth, "bins of the widest", {.minimum = 0})
            .field("time_width", &AugmentSection::timeWidth,
                   "frames of the widest, or a share of the clip (a float)")
            .field("rect_masks", &AugmentSection::rectMasks, "rectangles cut out", {.minimum = 0})
            .field("rect_time", &AugmentSection::rectTime, "frames of the widest rectangle", {.minimum = 0})
            .field("rect_freq", &AugmentSection::rectFreq, "bins of the highest rectangle", {.minimum = 0})
            .field("mask_value", &AugmentSection::maskValue, "what masks are filled with")
            .field("use_vectorized_spec_augment", &AugmentSection::vectorized, "draw as NeMo since 1.20")
            .field("use_vectorized_code", &AugmentSection::vectorized,
                   "older name of use_vectorized_spec_augment")
            .field("use_numba_spec_augment", &AugmentSection::unused, "not used")
            .field("rng", &AugmentSection::unused, "not used");
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

struct EncoderSection {
    Value target{};
    std::int64_t featIn = 64;
    std::string activation = "relu";
    std::string normalizationMode = "batch";
    std::string residualMode = "add";
    std::int64_t normGroups = -1;
    bool convMask = true;
    int frameSplicing = 1;
    std::optional<std::string> initMode = "xavier_uniform";
    Value jasper{};
    Value unused{};
};

const Schema<EncoderSection>& encoderSchema() {
    static const auto schema =
        Schema<EncoderSection>("ConvASREncoder")
            .field("_target_", &EncoderSection::target, "class")
            .required("feat_in", &EncoderSection::featIn, "features of the preprocessor", {.minimum = 1})
            .field("activation", &EncoderSection::activation, "relu, hardtanh, selu, swish or silu")
            .field("normalization_mode", &EncoderSection::normalizationMode,
                   "batch, layer, instance or group")
            .field("residual_mode", &EncoderSection::residualMode, "add, stride_add or max")
            .field("norm_groups", &EncoderSection::normGroups, "groups of group norm; -1: one per channel")
            .field("conv_mask", &EncoderSection::convMask,
                   "zero what lies beyond a clip before each convolution")
            .field("frame_splicing", &EncoderSection::frameSplicing, "frames stacked by the preprocessor",
                   {.minimum = 1})
            .field("init_mode", &EncoderSection::initMode, "xavier_uniform, …; null: PyTorch's own")
            .required("jasper", &EncoderSection::jasper, "the blocks")
            .field("quantize", &EncoderSection::unused, "not used");
    return schema;
}

struct JasperSection : nn::JasperBlockParams {
    std::string seInterpolationMode = "nearest";
};

template <class M> M JasperSection::*own(M nn::JasperBlockParams::*member) {
    return member;
}

const Schema<JasperSection>& jasperSchema() {
    using P = nn::JasperBlockParams;
    static const auto schema =
        Schema<JasperSection>("JasperEncoderConfig")
            .required("filters", own(&P::filters), "output channels", {.minimum = 1})
            .required("repeat", own(&P::repeat), "sub-blocks", {.minimum = 1})
            .required("kernel", own(&P::kernel), "kernel width, a list of one")
            .required("stride", own(&P::stride), "a list of one")
            .required("dilation", own(&P::dilation), "a list of one")
            .required("dropout", own(&P::dropout), "chance to drop an activation",
                      {.minimum = 0, .maximum = 1})
            .required("residual", own(&P::residual), "add the block's input")
            .field("separable", own(&P::separable), "depthwise, then pointwise")
            .field("groups", own(&P::groups), "groups of the convolutions", {.minimum = 1})
            .field("heads", own(&P::heads), "shared depthwise kernels; -1: one for each channel")
            .field("residual_mode", own(&P::residualMode), "add, stride_add or max")
            .field("residual_dense", own(&P::residualDense), "add the inputs of all earlier blocks too")
            .field("se", own(&P::se), "squeeze-excite")
            .field("se_reduction_ratio", own(&P::seReductionRatio), "bottleneck of squeeze-excite",
                   {.minimum = 1})
            .field("se_context_size", own(&P::seContextSize), "frames squeeze-excite averages; -1: all")
            .field("se_interpolation_mode", &JasperSection::seInterpolationMode, "not used")
            .field("kernel_size_factor", own(&P::kernelSizeFactor), "scales the kernel", {.minimum = 0})
            .field("stride_last", own(&P::strideLast), "only the last sub-block strides")
            .field("future_context", own(&P::futureContext), "frames to the right; -1: symmetric");
    return schema;
}

Result<nn::ConvAsrEncoderParams> readEncoder(const Config& config, const std::string& path) {
    const Result<EncoderSection> section = encoderSchema().read(config, path);
    if (!section) return fail(section.error());
    if (const Status status = checkClass(config, path, section->target, "ConvASREncoder"); !status)
        return fail(status.error());
    nn::ConvAsrEncoderParams params;
    params.featIn = section->featIn;
    params.activation = section->activation;
    params.normalizationMode = section->normalizationMode;
    params.residualMode = section->residualMode;
    params.normGroups = section->normGroups;
    params.convMask = section->convMask;
    params.frameSplicing = section->frameSplicing;
    params.initMode = section->initMode.value_or("");
    const std::size_t blocks = section->jasper.isList() ? section->jasper.asList().size() : 0;
    for (std::size_t i = 0; i < blocks; ++i) {
        const Result<JasperSection> block =
            jasperSchema().read(config, below(path, "jasper." + std::to_string(i)));
        if (!block) return fail(block.error());
        params.jasper.push_back(*block);
    }
    return params;
}

struct DecoderSection {
    Value target{};
    std::optional<std::int64_t> featIn{};
    std::optional<std::int64_t> classes{};
    std::optional<std::string> initMode = "xavier_uniform";
    std::optional<std::vector<std::string>> vocabulary{};
    Value unused{};
};

const Schema<DecoderSection>& decoderSchema() {
    static const auto schema =
        Schema<DecoderSection>("ConvASRDecoder")
            .field("_target_", &DecoderSection::target, "class")
            .field("feat_in", &DecoderSection::featIn, "channels of the encoder; null: what it has")
            .field("num_classes", &DecoderSection::classes,
                   "labels without the blank; -1: those of vocabulary")
            .field("init_mode", &DecoderSection::initMode, "xavier_uniform, …; null: PyTorch's own")
            .field("vocabulary", &DecoderSection::vocabulary, "the labels")
            .field("add_blank", &DecoderSection::unused, "not used");
    return schema;
}

Result<CtcDecoderParams> readDecoder(const Config& config, const std::string& path,
                                     const std::string& labelsPath) {
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
    if (section->vocabulary) {
        params.vocabulary = *section->vocabulary;
    } else if (const config::Node* labels = config.find(labelsPath);
               labels && labels->kind == config::NodeKind::List) {
        const Result<Value> resolved = config.resolved(labelsPath);
        if (!resolved) return fail(resolved.error());
        for (const Value& label : resolved->asList())
            params.vocabulary.push_back(label.isString() ? label.asString() : config::pythonStr(label));
    }
    if (!section->vocabulary && params.classes < 0)
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
    int sampleRate = 16000;
    std::optional<std::string> ctcReduction = "mean_batch";
    bool useCer = false;
    Value decoding{};
};

const Schema<TopSection>& topSchema() {
    static const auto schema =
        Schema<TopSection>("EncDecCTCConfig")
            .field("sample_rate", &TopSection::sampleRate, "samples per second", {.minimum = 1})
            .field("ctc_reduction", &TopSection::ctcReduction, "mean_batch, mean_volume, sum or mean")
            .field("use_cer", &TopSection::useCer, "count characters, not words")
            .field("decoding", &TopSection::decoding, "how texts are decoded")
            .open();
    return schema;
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

Result<CtcModelParams> readCtcModel(const Config& config, std::string_view path) {
    for (const char* section : {"preprocessor", "encoder", "decoder"}) {
        if (const Status present = requireSection(config, path, section); !present)
            return fail(present.error());
    }
    const Result<TopSection> top = topSchema().read(config, path);
    if (!top) return fail(top.error());
    CtcModelParams params;
    params.sampleRate = top->sampleRate;
    params.useCer = top->useCer;
    if (const Value* strategy = top->decoding.at("strategy"); strategy && strategy->isString())
        params.decodingStrategy = strategy->asString();
    if (const Value* temperature = top->decoding.at("temperature"); temperature && temperature->isNumber())
        params.temperature = temperature->toDouble();
    const Result<nn::CtcReduction> reduction = nn::ctcReductionFrom(top->ctcReduction.value_or("mean_batch"));
    if (!reduction) return fail(placed(config, below(path, "ctc_reduction"), reduction.error()));
    params.reduction = *reduction;

    Result<nn::MelParams> mel = readMel(config, below(path, "preprocessor"));
    if (!mel) return fail(mel.error());
    Result<std::optional<nn::SpecAugmentParams>> augment = readAugment(config, below(path, "spec_augment"));
    if (!augment) return fail(augment.error());
    Result<nn::ConvAsrEncoderParams> encoder = readEncoder(config, below(path, "encoder"));
    if (!encoder) return fail(encoder.error());
    Result<CtcDecoderParams> decoder = readDecoder(config, below(path, "decoder"), below(path, "labels"));
    if (!decoder) return fail(decoder.error());
    params.preprocessor = std::move(*mel);
    params.specAugment = *augment;
    params.encoder = std::move(*encoder);
    params.decoder = std::move(*decoder);
    const std::int64_t features =
        std::int64_t{params.preprocessor.features} * params.preprocessor.frameSplicing;
    if (features != params.encoder.featIn * params.encoder.frameSplicing)
        return fail(config.errorAt(below(path, "encoder.feat_in"), "Cannot build the encoder",
                                   "feat_in is " + std::to_string(params.encoder.featIn) +
                                       " but the preprocessor gives " + std::to_string(features) +
                                       " features",
                                   "Set encoder.feat_in to preprocessor.features"));
    return params;
}

} // namespace fathom::model
