// SPDX-License-Identifier: Apache-2.0
#include "engine/data/augmentor.h"

#include "engine/data/audio_text_dataset.h"
#include "engine/data/draws.h"
#include "engine/data/perturb.h"

#include <cmath>

namespace fathom::data {

namespace {

constexpr std::size_t kSoundCacheBytes = 256UL * 1024 * 1024;

template <class... F> struct Overloaded : F... { using F::operator()...; };
template <class... F> Overloaded(F...) -> Overloaded<F...>; // clang needs it before 17

double drawRate(const Rates& rates, Draws& draws) {
    if (rates.count <= 0) return draws.uniform(rates.least, rates.most);
    if (rates.count == 1) return rates.least;
    const auto pick = static_cast<double>(draws.below(static_cast<std::size_t>(rates.count)));
    return rates.least + pick * ((rates.most - rates.least) / (rates.count - 1));
}

/// What one perturbation does to one clip.
struct Change {
    Samples& samples;
    Draws& draws;
    const AudioTextDataset* sounds;
    int sampleRate;

    Result<Samples> sound() const {
        Result<AudioSample> read = sounds->read(draws.below(sounds->size()));
        if (!read) return fail(read.error());
        return std::move(read->signal);
    }
    std::size_t drawSamples(double leastSeconds, double mostSeconds) const {
        return static_cast<std::size_t>(draws.uniform(leastSeconds, mostSeconds) * sampleRate);
    }

    Status operator()(const SpeedParams& params) const {
        const double rate = drawRate(params.rates, draws);
        if (rate == 1.0) return {};
        Result<Samples> changed = changeSpeed(std::move(samples), params.sampleRate, rate);
        if (!changed) return fail(changed.error());
        samples = std::move(*changed);
        return {};
    }
    Status operator()(const TimeStretchParams& params) const {
        if (const double rate = drawRate(params.rates, draws); rate != 1.0)
            samples = stretchTime(samples, rate, params.nFft);
        return {};
    }
    Status operator()(const GainParams& params) const {
        gain(samples, draws.uniform(params.least, params.most));
        return {};
    }
    Status operator()(const WhiteNoiseParams& params) const {
        const auto levels = static_cast<std::size_t>(params.most - params.least);
        const double level = params.least + static_cast<double>(draws.below(levels));
        const double amplitude = std::pow(10.0, level / 20);
        for (float& sample : samples)
            sample = static_cast<float>(static_cast<double>(sample) + amplitude * draws.normal());
        return {};
    }
    Status operator()(const ShiftParams& params) const {
        shift(samples, sampleRate, draws.uniform(params.least, params.most));
        return {};
    }
    Status operator()(const SilenceParams& params) const {
        const std::size_t atStart = drawSamples(params.leastAtStart, params.mostAtStart);
        const std::size_t atEnd = drawSamples(params.leastAtEnd, params.mostAtEnd);
        addSilence(samples, atStart, atEnd, static_cast<float>(params.value));
        return {};
    }
    Status operator()(const ImpulseParams& params) const {
        Result<Samples> impulse = sound();
        if (!impulse) return fail(impulse.error());
        reverberate(samples, std::move(*impulse), {params.normalizeImpulse, params.shiftImpulse});
        return {};
    }
    Status operator()(const NoiseParams& params) const {
        Result<Samples> noise = sound();
        if (!noise) return fail(noise.error());
        NoiseDraw draw{.snrDecibels = draws.uniform(params.leastSnr, params.mostSnr),
                       .maxGainDecibels = params.mostGain};
        if (noise->size() > samples.size())
            draw.start = draws.uniform(0, static_cast<double>(noise->size() - samples.size()) / sampleRate);
        else
            draw.offset = draws.below(samples.size() - noise->size() + 1);
        addNoise(samples, std::move(*noise), sampleRate, draw);
        return {};
    }
    Status operator()(const NoiseNormParams& params) const {
        Result<Samples> noise = longSound();
        if (!noise) return fail(noise.error());
        NormalizedNoiseDraw draw{.epsilon = params.epsilon};
        draw.snrDecibels = params.snrs.empty() ? draws.uniform(params.leastSnr, params.mostSnr)
                                               : params.snrs[draws.below(params.snrs.size())];
        draw.level = params.level.value_or(rmsDecibels(samples));
        if (std::isfinite(draw.level)) addNormalizedNoise(samples, std::move(*noise), sampleRate, draw);
        return {};
    }
    /// NeMo draws until the noise lasts a second; so does this, but it does not wait for ever.
    Result<Samples> longSound() const {
        for (std::size_t tries = 0; tries < 100; ++tries) {
            Result<Samples> noise = sound();
            if (!noise || noise->size() >= static_cast<std::size_t>(sampleRate)) return noise;
        }
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot add noise",
                     .why = "of a hundred noises drawn, none lasts a second",
                     .remedy = "Give noise_norm longer recordings",
                     .file = sounds->manifest().files.front().string()});
    }
};

const SoundSource* sourceOf(const Perturbation& perturbation) {
    return std::visit(Overloaded{[](const ImpulseParams& params) { return &params.source; },
                                 [](const NoiseParams& params) { return &params.source; },
                                 [](const NoiseNormParams& params) { return &params.source; },
                                 [](const auto&) -> const SoundSource* { return nullptr; }},
                      perturbation.params);
}

Result<std::shared_ptr<const AudioTextDataset>> openSounds(const SoundSource& source, int sampleRate) {
    AudioTextOptions options;
    if (source.tars.empty())
        options.manifests = source.manifests;
    else
        options.buckets = {{source.manifests, source.tars}};
    options.sampleRate = sampleRate;
    options.cacheBytes = kSoundCacheBytes;
    return AudioTextDataset::open(options, [](std::string_view) { return text::EncodedText{}; });
}

} // namespace

Result<std::shared_ptr<const Augmentor>> Augmentor::open(std::vector<Perturbation> perturbations,
                                                         int sampleRate) {
    std::shared_ptr<Augmentor> augmentor(new Augmentor(sampleRate));
    for (Perturbation& perturbation : perturbations) {
        Step step{.perturbation = std::move(perturbation)};
        if (const SoundSource* source = sourceOf(step.perturbation)) {
            auto sounds = openSounds(*source, sampleRate);
            if (!sounds) return fail(sounds.error());
            step.sounds = std::move(*sounds);
        }
        augmentor->m_steps.push_back(std::move(step));
    }
    return augmentor;
}

Status Augmentor::apply(std::vector<float>& samples, std::uint64_t seed) const {
    for (std::size_t i = 0; i < m_steps.size() && !samples.empty(); ++i) {
        const Step& step = m_steps[i];
        Draws draws(Draws::seed(seed, i)); // of its own: a step more changes no other
        if (draws.unit() >= step.perturbation.probability) continue;
        const Change change{samples, draws, step.sounds.get(), m_sampleRate};
        if (Status changed = std::visit(change, step.perturbation.params); !changed) return changed;
    }
    return {};
}

} // namespace fathom::data
