// SPDX-License-Identifier: Apache-2.0
#include "engine/data/audio.h"

#include "engine/data/sound_file.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <soxr.h>

namespace fathom::data {

namespace {

std::string secondsText(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f s", seconds);
    return text;
}

/// A manifest may say anything, infinity too.
sf_count_t framesIn(double seconds, int rate) {
    return static_cast<sf_count_t>(std::min(seconds * rate, 1e15));
}

/// Reads up to `wanted` frames (all if negative). The header is not believed for allocation: a broken one may
/// claim anything.
std::vector<float> readFrames(Sound& sound, sf_count_t wanted) {
    constexpr sf_count_t kChunk = 1 << 16;
    std::vector<float> mono;
    while (wanted != 0) {
        const sf_count_t ask = wanted < 0 ? kChunk : std::min(kChunk, wanted);
        const sf_count_t got = readMono(sound, ask, mono);
        if (got < ask) break;
        if (wanted > 0) wanted -= got;
    }
    return mono;
}

Status checkLength(const std::filesystem::path& path, const Sound& sound, double offset, double duration,
                   std::size_t got) {
    const int rate = sound.info.samplerate;
    const double seconds = static_cast<double>(got) / rate;
    if (sound.knowsLength()) {
        const auto start = framesIn(offset, rate);
        const sf_count_t rest = std::max<sf_count_t>(sound.info.frames - start, 0);
        const sf_count_t expected = duration > 0 ? std::min(rest, framesIn(duration, rate)) : rest;
        if (static_cast<sf_count_t>(got) < expected)
            return fail(audioError(path, "the file is truncated or damaged: " + secondsText(seconds) +
                                             " of " + secondsText(static_cast<double>(expected) / rate) +
                                             " can be decoded"));
    }
    if (seconds < duration - std::max(0.05, 0.01 * duration))
        return fail(audioError(path, "it holds " + secondsText(seconds) + " where the manifest says " +
                                         secondsText(duration)));
    if (got == 0) return fail(audioError(path, "it holds no samples"));
    return {};
}

} // namespace

Result<AudioInfo> audioInfo(const std::filesystem::path& path) {
    const Result<Sound> sound = openSound(path);
    if (!sound) return fail(sound.error());
    const SF_INFO& info = sound->info;
    const double frames = sound->knowsLength() ? static_cast<double>(info.frames) : 0.0;
    return AudioInfo{info.samplerate, info.channels, frames / info.samplerate};
}

namespace {

/// From an opened sound; `path` is for errors.
Result<std::vector<float>> decode(Result<Sound> sound, const std::filesystem::path& path, int sampleRate,
                                  double offset, double duration) {
    try {
        if (!sound) return fail(sound.error());
        const int rate = sound->info.samplerate;
        if (offset > 0 && sf_seek(sound->file.get(), framesIn(offset, rate), SEEK_SET) < 0)
            return fail(audioError(path, "its end lies before the offset of " + secondsText(offset)));
        std::vector<float> samples =
            readFrames(*sound, duration > 0 ? framesIn(duration, rate) : sf_count_t{-1});
        if (Status whole = checkLength(path, *sound, offset, duration, samples.size()); !whole)
            return fail(whole.error());
        if (sampleRate == 0 || sampleRate == rate) return samples;
        return resample(std::move(samples), rate, sampleRate);
    } catch (const std::exception& error) { // out of memory
        return fail(audioError(path, error.what()));
    }
}

} // namespace

Result<std::vector<float>> readAudio(const std::filesystem::path& path, int sampleRate, double offset,
                                     double duration) {
    return decode(openSound(path), path, sampleRate, offset, duration);
}

Result<std::vector<float>> decodeAudio(std::string_view bytes, const std::string& label, int sampleRate,
                                       double offset, double duration) {
    SoundContent content{bytes};
    return decode(openSound(content, label), label, sampleRate, offset, duration);
}

Result<std::vector<float>> resample(std::vector<float> samples, int fromRate, int toRate) {
    if (fromRate == toRate || samples.empty()) return samples;
    const double ratio = static_cast<double>(toRate) / fromRate;
    std::vector<float> result(
        static_cast<std::size_t>(std::ceil(static_cast<double>(samples.size()) * ratio)));
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    std::size_t done = 0;
    const soxr_error_t error = soxr_oneshot(fromRate, toRate, 1, samples.data(), samples.size(), nullptr,
                                            result.data(), result.size(), &done, &io, &quality, &runtime);
    if (error != nullptr)
        return fail({.kind = ErrorKind::Failed,
                     .what = "Cannot resample from " + std::to_string(fromRate) + " to " +
                             std::to_string(toRate) + " Hz",
                     .why = error,
                     .remedy = "Convert the recording beforehand"});
    std::fill(result.begin() + static_cast<std::ptrdiff_t>(done), result.end(), 0.0F);
    return result;
}

std::vector<float> trimSilence(std::vector<float> samples) {
    constexpr std::ptrdiff_t kHop = 512;
    constexpr std::ptrdiff_t kHalf = 1024; // frames are centred and reach over the ends, into zeros
    constexpr double kThreshold = 1e-6;    // of the loudest frame's power: 60 dB
    constexpr double kLeastPower = 1e-10;  // librosa's amin: what is quieter counts as this
    const auto count = static_cast<std::ptrdiff_t>(samples.size());
    std::vector<double> powers(static_cast<std::size_t>(1 + count / kHop));
    for (std::size_t frame = 0; frame < powers.size(); ++frame) {
        const std::ptrdiff_t centre = static_cast<std::ptrdiff_t>(frame) * kHop;
        const auto begin = samples.begin() + std::max<std::ptrdiff_t>(centre - kHalf, 0);
        const auto end = samples.begin() + std::min(centre + kHalf, count);
        const double power = std::transform_reduce(begin, end, 0.0, std::plus<>(),
                                                   [](float x) { return static_cast<double>(x) * x; });
        powers[frame] = std::max(power / (2 * kHalf), kLeastPower);
    }
    const double limit = *std::max_element(powers.begin(), powers.end()) * kThreshold;
    const auto isLoud = [limit](double power) { return power > limit; };
    const auto first = std::find_if(powers.begin(), powers.end(), isLoud); // the loudest frame, if no other
    const auto last = std::find_if(powers.rbegin(), powers.rend(), isLoud);
    samples.resize(static_cast<std::size_t>(std::min(count, (powers.rend() - last) * kHop)));
    samples.erase(samples.begin(), samples.begin() + (first - powers.begin()) * kHop);
    return samples;
}

} // namespace fathom::data
