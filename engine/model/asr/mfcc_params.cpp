// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/mfcc_params.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/section.h"

namespace fathom::model {

namespace {

struct MfccSection {
    int sampleRate{};
    std::optional<double> windowSize{};
    std::optional<double> windowStride{};
    std::optional<int> nWindowSize{};
    std::optional<int> nWindowStride{};
    std::optional<std::string> window{};
    std::optional<int> nFft{};
    double lowfreq{};
    std::optional<double> highfreq{};
    int nMels{};
    int nMfcc{};
    int dctType{};
    std::optional<std::string> norm{};
    bool log{};
};

const config::Schema<MfccSection>& mfccSchema() {
    static const auto schema = config::Schema<MfccSection>(schemas::at("AudioToMFCCPreprocessor"))
                                   .bind("sample_rate", &MfccSection::sampleRate)
                                   .bind("window_size", &MfccSection::windowSize)
                                   .bind("window_stride", &MfccSection::windowStride)
                                   .bind("n_window_size", &MfccSection::nWindowSize)
                                   .bind("n_window_stride", &MfccSection::nWindowStride)
                                   .bind("window", &MfccSection::window)
                                   .bind("n_fft", &MfccSection::nFft)
                                   .bind("lowfreq", &MfccSection::lowfreq)
                                   .bind("highfreq", &MfccSection::highfreq)
                                   .bind("n_mels", &MfccSection::nMels)
                                   .bind("n_mfcc", &MfccSection::nMfcc)
                                   .bind("dct_type", &MfccSection::dctType)
                                   .bind("norm", &MfccSection::norm)
                                   .bind("log", &MfccSection::log);
    return schema;
}

} // namespace

bool isMfcc(const config::Config& config, const std::string& path) {
    const Result<Value> target = config.resolved(below(path, "_target_"));
    return target && target->isString() &&
           (target->asString() == "AudioToMFCCPreprocessor" ||
            target->asString().ends_with(".AudioToMFCCPreprocessor"));
}

Result<nn::MfccParams> readMfcc(const config::Config& config, const std::string& path) {
    const Result<MfccSection> section = mfccSchema().read(config, path);
    if (!section) return fail(section.error());
    const auto refuse = [&](const std::string& key, const std::string& why, const std::string& remedy) {
        Error error = config.errorAt(below(path, key), "Cannot build the preprocessor", why, remedy);
        error.className = "ValueError";
        return fail(std::move(error));
    };
    const auto isGiven = [&](const char* key) {
        const config::Node* node = config.find(below(path, key));
        return node && !node->value.isNull();
    };
    if ((isGiven("window_size") && section->nWindowSize) ||
        (isGiven("window_stride") && section->nWindowStride))
        return refuse("n_window_size", "window_size and n_window_size (or the strides) are both given",
                      "Remove one of them");
    nn::MfccParams params;
    params.sampleRate = section->sampleRate;
    params.windowSize = section->windowSize.value_or(0);
    params.windowStride = section->windowStride.value_or(0);
    params.nWindowSize = section->nWindowSize;
    params.nWindowStride = section->nWindowStride;
    params.window = section->window.value_or("ones");
    params.nFft = section->nFft;
    params.lowfreq = section->lowfreq;
    params.highfreq = section->highfreq;
    params.nMels = section->nMels;
    params.nMfcc = section->nMfcc;
    params.dctType = section->dctType;
    params.norm = section->norm.value_or("none");
    params.log = section->log;
    if (const Status usable = params.check(); !usable)
        return refuse(usable.error().key, usable.error().why, usable.error().remedy);
    return params;
}

} // namespace fathom::model
