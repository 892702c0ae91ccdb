// SPDX-License-Identifier: Apache-2.0
#include "engine/data/audio.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>
#include <sndfile.h>
#include <soxr.h>

namespace fathom::data {

namespace {

constexpr const char* kRemedy = "Replace the file, remove it from the manifest or set skip_bad_files=true";

Error audioError(const std::filesystem::path& path, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the recording",
            .why = std::move(why),
            .remedy = kRemedy,
            .file = path.string()};
}

struct CloseSound {
    void operator()(SNDFILE* file) const { sf_close(file); }
};

struct Sound {
    std::unique_ptr<SNDFILE, CloseSound> file{};
    SF_INFO info{};
};

/// A file's content that libsndfile reads as if it were the file.
struct Content {
    std::string_view bytes;
    sf_count_t at = 0;
};

SF_VIRTUAL_IO* contentReader() {
    static SF_VIRTUAL_IO io{
        .get_filelen =
            [](void* self) { return static_cast<sf_count_t>(static_cast<Content*>(self)->bytes.size()); },
        .seek =
            [](sf_count_t offset, int whence, void* self) {
                auto& content = *static_cast<Content*>(self);
                const auto size = static_cast<sf_count_t>(content.bytes.size());
                const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? content.at : size;
                return content.at = std::clamp<sf_count_t>(base + offset, 0, size);
            },
        .read =
            [](void* into, sf_count_t count, void* self) {
                auto& content = *static_cast<Content*>(self);
                const auto rest = static_cast<sf_count_t>(content.bytes.size()) - content.at;
                const sf_count_t got = std::clamp<sf_count_t>(count, 0, rest);
                std::memcpy(into, content.bytes.data() + content.at, static_cast<std::size_t>(got));
                content.at += got;
                return got;
            },
        .write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
        .tell = [](void* self) { return static_cast<Content*>(self)->at; },
    };
    return &io;
}

Status requireFormat(const Sound& sound, const std::filesystem::path& path) {
    if (sound.info.samplerate > 0 && sound.info.channels > 0) return {};
    return fail(audioError(path, "its header gives no sample rate or no channel"));
}

Result<Sound> openSound(const std::filesystem::path& path) {
    Sound sound;
    sound.file.reset(sf_open(path.c_str(), SFM_READ, &sound.info));
    if (!sound.file) {
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) return fail(audioError(path, "there is no such file"));
        return fail(audioError(path, sf_strerror(nullptr)));
    }
    if (Status usable = requireFormat(sound, path); !usable) return fail(usable.error());
    return sound;
}

/// `content` stays where it is as long as the sound is read.
Result<Sound> openSound(Content& content, const std::string& label) {
    Sound sound;
    sound.file.reset(sf_open_virtual(contentReader(), SFM_READ, &sound.info, &content));
    if (!sound.file) return fail(audioError(label, sf_strerror(nullptr)));
    if (Status usable = requireFormat(sound, label); !usable) return fail(usable.error());
    return sound;
}

std::string secondsText(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f s", seconds);
    return text;
}

/// Reads up to `wanted` frames (all if negative) and averages the channels. The header is not believed for
/// allocation: a broken one may claim anything.
std::vector<float> readFrames(Sound& sound, sf_count_t wanted) {
    constexpr sf_count_t kChunk = 1 << 16;
    const auto channels = static_cast<std::size_t>(sound.info.channels);
    std::vector<float> mono;
    std::vector<float> chunk;
    while (wanted != 0) {
        const sf_count_t ask = wanted < 0 ? kChunk : std::min(kChunk, wanted);
        chunk.resize(static_cast<std::size_t>(ask) * channels);
        const sf_count_t got = sf_readf_float(sound.file.get(), chunk.data(), ask);
        for (std::size_t frame = 0; frame < static_cast<std::size_t>(std::max<sf_count_t>(got, 0)); ++frame) {
            float sum = 0;
            for (std::size_t c = 0; c < channels; ++c)
                sum += chunk[frame * channels + c];
            mono.push_back(channels == 1 ? sum : sum / static_cast<float>(channels));
        }
        if (got < ask) break;
        if (wanted > 0) wanted -= got;
    }
    return mono;
}

bool knowsLength(const SF_INFO& info) {
    return info.frames > 0 && info.frames < SF_COUNT_MAX;
}

Status checkLength(const std::filesystem::path& path, const Sound& sound, double offset, double duration,
                   std::size_t got) {
    const double rate = sound.info.samplerate;
    const double seconds = static_cast<double>(got) / rate;
    if (knowsLength(sound.info)) {
        const auto start = static_cast<sf_count_t>(offset * rate);
        const sf_count_t rest = std::max<sf_count_t>(sound.info.frames - start, 0);
        const sf_count_t expected =
            duration > 0 ? std::min(rest, static_cast<sf_count_t>(duration * rate)) : rest;
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
    const double frames = knowsLength(info) ? static_cast<double>(info.frames) : 0.0;
    return AudioInfo{info.samplerate, info.channels, frames / info.samplerate};
}

namespace {

/// From an opened sound; `path` is for errors.
Result<std::vector<float>> decode(Result<Sound> sound, const std::filesystem::path& path, int sampleRate,
                                  double offset, double duration) {
    try {
        if (!sound) return fail(sound.error());
        const int rate = sound->info.samplerate;
        if (offset > 0 && sf_seek(sound->file.get(), static_cast<sf_count_t>(offset * rate), SEEK_SET) < 0)
            return fail(audioError(path, "its end lies before the offset of " + secondsText(offset)));
        std::vector<float> samples =
            readFrames(*sound, duration > 0 ? static_cast<sf_count_t>(duration * rate) : sf_count_t{-1});
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
    Content content{bytes};
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
