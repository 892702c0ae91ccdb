// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/augmentor_params.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/data/manifest.h"

#include <algorithm>
#include <array>
#include <functional>

namespace fathom::model {

namespace {

using config::Schema;
using data::Perturbation;

/// The fields of every perturbation; each reads those that it has.
struct PerturbationSection {
    double probability{};
    int sampleRate{};
    double minSpeed{}, maxSpeed{};
    int numRates{};
    int nFft{};
    double minGain{}, maxGain{};
    int minLevel{}, maxLevel{};
    double minShift{}, maxShift{};
    double minStart{}, maxStart{}, minEnd{}, maxEnd{}, value{};
    Value manifest{}, tars{};
    bool normalizeImpulse{}, shiftImpulse{};
    double minSnr{}, maxSnr{}, maxNoiseGain{};
    std::optional<std::vector<double>> snrs{};
    std::optional<double> level{};
    double epsilon{};
};

Error augmentorError(std::string key, std::string why, std::string remedy,
                     const char* className = "ValueError") {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot set up the augmentor",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .key = std::move(key),
            .className = className};
}

using AnyParams = decltype(Perturbation::params);

Result<data::Rates> ratesOf(const PerturbationSection& s) {
    if (std::min(s.minSpeed, s.maxSpeed) <= 0)
        return fail(augmentorError("min_speed_rate", "Minimum sampling rate modifier must be > 0.",
                                   "Give for example 0.9"));
    return data::Rates{s.minSpeed, s.maxSpeed, s.numRates};
}

Result<std::vector<std::filesystem::path>> soundPaths(const char* key, const Value& value) {
    if (value.isNull()) return std::vector<std::filesystem::path>{};
    if (value.isString()) return data::splitManifestList(value.asString());
    std::vector<std::filesystem::path> paths;
    for (const Value& item : value.isList() ? value.asList() : Value::List{Value{}}) {
        if (!item.isString())
            return fail(augmentorError(key, std::string(key) + " is neither a path nor a list of paths",
                                       "Name one file, or several in a list"));
        paths.emplace_back(item.asString());
    }
    return paths;
}

Result<data::SoundSource> soundsOf(const PerturbationSection& s) {
    auto manifests = soundPaths("manifest_path", s.manifest);
    if (!manifests) return fail(manifests.error());
    auto tars = soundPaths("audio_tar_filepaths", s.tars);
    if (!tars) return fail(tars.error());
    if (manifests->empty())
        return fail(
            augmentorError("manifest_path", "no manifest names the sounds", "Give manifest_path=FILE"));
    return data::SoundSource{std::move(*manifests), std::move(*tars)};
}

Schema<PerturbationSection> schemaOf(const char* name) {
    return Schema<PerturbationSection>(schemas::at(name)).bind("prob", &PerturbationSection::probability);
}
Schema<PerturbationSection> ratesSchema(const char* name) {
    return schemaOf(name)
        .bind("min_speed_rate", &PerturbationSection::minSpeed)
        .bind("max_speed_rate", &PerturbationSection::maxSpeed)
        .bind("num_rates", &PerturbationSection::numRates);
}
Schema<PerturbationSection> soundSchema(const char* name) {
    return schemaOf(name)
        .bind("manifest_path", &PerturbationSection::manifest)
        .bind("audio_tar_filepaths", &PerturbationSection::tars);
}
Schema<PerturbationSection> noiseSchema(const char* name) {
    return soundSchema(name)
        .bind("min_snr_db", &PerturbationSection::minSnr)
        .bind("max_snr_db", &PerturbationSection::maxSnr);
}

Result<AnyParams> speed(const PerturbationSection& s) {
    const Result<data::Rates> rates = ratesOf(s);
    if (!rates) return fail(rates.error());
    return AnyParams(data::SpeedParams{s.sampleRate, *rates});
}
Result<AnyParams> timeStretch(const PerturbationSection& s) {
    const Result<data::Rates> rates = ratesOf(s);
    if (!rates) return fail(rates.error());
    if (s.nFft % 2 != 0) return fail(augmentorError("n_fft", "n_fft is odd", "Give for example 512"));
    return AnyParams(data::TimeStretchParams{*rates, s.nFft});
}
Result<AnyParams> gain(const PerturbationSection& s) {
    return AnyParams(data::GainParams{s.minGain, s.maxGain});
}
Result<AnyParams> whiteNoise(const PerturbationSection& s) {
    if (s.minLevel >= s.maxLevel) // NumPy's randint
        return fail(
            augmentorError("min_level", "min_level is not below max_level, which is not drawn", "Lower it"));
    return AnyParams(data::WhiteNoiseParams{s.minLevel, s.maxLevel});
}
Result<AnyParams> shift(const PerturbationSection& s) {
    return AnyParams(data::ShiftParams{s.minShift, s.maxShift});
}
Result<AnyParams> silence(const PerturbationSection& s) {
    return AnyParams(data::SilenceParams{s.minStart, s.maxStart, s.minEnd, s.maxEnd, s.value});
}
Result<AnyParams> impulse(const PerturbationSection& s) {
    Result<data::SoundSource> source = soundsOf(s);
    if (!source) return fail(source.error());
    return AnyParams(data::ImpulseParams{std::move(*source), s.normalizeImpulse, s.shiftImpulse});
}
Result<AnyParams> noise(const PerturbationSection& s) {
    Result<data::SoundSource> source = soundsOf(s);
    if (!source) return fail(source.error());
    return AnyParams(data::NoiseParams{std::move(*source), s.minSnr, s.maxSnr, s.maxNoiseGain});
}
Result<AnyParams> noiseNorm(const PerturbationSection& s) {
    Result<data::SoundSource> source = soundsOf(s);
    if (!source) return fail(source.error());
    return AnyParams(data::NoiseNormParams{std::move(*source), s.minSnr, s.maxSnr,
                                           s.snrs.value_or(std::vector<double>{}), s.level, s.epsilon});
}

struct PerturbationKind {
    const char* name;
    Schema<PerturbationSection> schema;
    Result<AnyParams> (*make)(const PerturbationSection&);
};

const std::array<PerturbationKind, 9>& perturbationKinds() {
    static const std::array<PerturbationKind, 9> all{{
        {"speed", ratesSchema("SpeedPerturbation").bind("sr", &PerturbationSection::sampleRate), speed},
        {"time_stretch", ratesSchema("TimeStretchPerturbation").bind("n_fft", &PerturbationSection::nFft),
         timeStretch},
        {"gain",
         schemaOf("GainPerturbation")
             .bind("min_gain_dbfs", &PerturbationSection::minGain)
             .bind("max_gain_dbfs", &PerturbationSection::maxGain),
         gain},
        {"silence",
         schemaOf("SilencePerturbation")
             .bind("min_start_silence_secs", &PerturbationSection::minStart)
             .bind("max_start_silence_secs", &PerturbationSection::maxStart)
             .bind("min_end_silence_secs", &PerturbationSection::minEnd)
             .bind("max_end_silence_secs", &PerturbationSection::maxEnd)
             .bind("value", &PerturbationSection::value),
         silence},
        {"impulse",
         soundSchema("ImpulsePerturbation")
             .bind("normalize_impulse", &PerturbationSection::normalizeImpulse)
             .bind("shift_impulse", &PerturbationSection::shiftImpulse),
         impulse},
        {"shift",
         schemaOf("ShiftPerturbation")
             .bind("min_shift_ms", &PerturbationSection::minShift)
             .bind("max_shift_ms", &PerturbationSection::maxShift),
         shift},
        {"noise", noiseSchema("NoisePerturbation").bind("max_gain_db", &PerturbationSection::maxNoiseGain),
         noise},
        {"noise_norm",
         noiseSchema("NoisePerturbationWithNormalization")
             .bind("snr_samples", &PerturbationSection::snrs)
             .bind("norm_to_db", &PerturbationSection::level)
             .bind("epsilon", &PerturbationSection::epsilon),
         noiseNorm},
        {"white_noise",
         schemaOf("WhiteNoisePerturbation")
             .bind("min_level", &PerturbationSection::minLevel)
             .bind("max_level", &PerturbationSection::maxLevel),
         whiteNoise},
    }};
    return all;
}

Error unknownPerturbation(const std::string& name) {
    std::string names;
    for (const PerturbationKind& kind : perturbationKinds())
        names += (names.empty() ? "'" : ", '") + std::string(kind.name) + "'";
    const bool isNeMos = name == "rir_noise_aug" || name == "transcode_aug" || name == "random_segment";
    if (isNeMos)
        return augmentorError(name, "the perturbation " + name + " is not supported here",
                              name == "rir_noise_aug" ? "Use impulse and noise" : "Remove it");
    return augmentorError(name, "Invalid perturbation name. Allowed values : dict_keys([" + names + "])",
                          "Correct '" + name + "'", "KeyError");
}

Result<Perturbation> readOne(const std::string& name, const Value& value) {
    const auto kind = std::ranges::find(perturbationKinds(), name, &PerturbationKind::name);
    if (kind == perturbationKinds().end()) return fail(unknownPerturbation(name));
    const Value* probability = value.isMap() ? value.asMap().find("prob") : nullptr;
    if (!probability || probability->isNull())
        return fail(augmentorError(name + ".prob",
                                   "Augmentation \"" + name +
                                       "\" will not be applied as keyword argument \"prob\" was "
                                       "not defined for this augmentation.",
                                   "Give " + name + ".prob, a chance between 0 and 1", "KeyError"));
    if (probability->isNumber() && !(probability->toDouble() >= 0 && probability->toDouble() <= 1))
        return fail(augmentorError(name + ".prob", "`prob` must be a float value between 0 and 1.",
                                   "Correct " + name + ".prob"));
    const auto placed = [&](Error error) {
        error.key = error.key.empty() ? name : name + '.' + error.key;
        return fail(std::move(error));
    };
    const Result<PerturbationSection> section = kind->schema.read(value);
    if (!section) return placed(section.error());
    Result<AnyParams> params = kind->make(*section);
    if (!params) return placed(params.error());
    return Perturbation{name, section->probability, std::move(*params)};
}

} // namespace

Result<std::vector<Perturbation>> readAugmentor(const config::Config& config, const std::string& path,
                                                const Value& value) {
    std::vector<Perturbation> out;
    if (value.isNull()) return out;
    const auto placed = [&](const Error& error) {
        Error at = config.errorAt(error.key.empty() ? path : path + '.' + error.key, error.what, error.why,
                                  error.remedy);
        at.className = error.className;
        return fail(std::move(at));
    };
    if (!value.isMap())
        return placed(augmentorError({}, "Cannot parse augmenter. Must be a dict or an AudioAugmentor object",
                                     "Write for example {gain: {prob: 0.5}}"));
    for (const auto& [name, section] : value.asMap()) {
        if (section.isNull()) continue; // as the dataclass layer has those that are not asked for
        Result<Perturbation> perturbation = readOne(name, section);
        if (!perturbation) return placed(perturbation.error());
        out.push_back(std::move(*perturbation));
    }
    return out;
}

} // namespace fathom::model
