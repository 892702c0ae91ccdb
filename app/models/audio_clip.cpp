// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/audio_clip.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <sndfile.h>
#include <string_view>

namespace fathom::app {

namespace {

constexpr std::size_t kMostPeaks = 8192;

/// A file that lies in memory, as libsndfile wants to read it.
struct MemoryFile {
    std::span<const std::byte> bytes{};
    sf_count_t position = 0;
};

sf_count_t length(void* data) {
    return static_cast<sf_count_t>(static_cast<MemoryFile*>(data)->bytes.size());
}

sf_count_t seek(sf_count_t offset, int whence, void* data) {
    auto& file = *static_cast<MemoryFile*>(data);
    const sf_count_t base = whence == SEEK_CUR ? file.position : whence == SEEK_END ? length(data) : 0;
    file.position = std::clamp<sf_count_t>(base + offset, 0, length(data));
    return file.position;
}

sf_count_t read(void* target, sf_count_t count, void* data) {
    auto& file = *static_cast<MemoryFile*>(data);
    const sf_count_t left = std::min(count, length(data) - file.position);
    if (left <= 0) return 0;
    std::memcpy(target, file.bytes.data() + file.position, static_cast<std::size_t>(left));
    file.position += left;
    return left;
}

sf_count_t write(const void*, sf_count_t, void*) {
    return 0;
}

sf_count_t tell(void* data) {
    return static_cast<MemoryFile*>(data)->position;
}

using SoundFile = std::unique_ptr<SNDFILE, int (*)(SNDFILE*)>;

/// `file` must outlive the result.
Result<SoundFile> open(MemoryFile& file, SF_INFO& info) {
    static SF_VIRTUAL_IO io{length, seek, read, write, tell};
    SoundFile sound(sf_open_virtual(&io, SFM_READ, &info, &file), &sf_close);
    if (!sound) return fail({ErrorKind::BadInput, "Cannot decode the recording", sf_strerror(nullptr), {}});
    return sound;
}

void halve(std::vector<widgets::MinMax>& peaks) {
    const std::size_t half = (peaks.size() + 1) / 2;
    for (std::size_t i = 0; i < half; ++i) {
        peaks[i] = peaks[2 * i];
        if (2 * i + 1 < peaks.size()) peaks[i].include(peaks[2 * i + 1]);
    }
    peaks.resize(half);
}

/// As one channel.
Result<Sound> readMixed(SNDFILE* sound, const SF_INFO& info, const AudioRange& range,
                        const std::stop_token& stop) {
    constexpr std::size_t kLongest = 30 * 60;
    const auto framesOf = [&](double seconds) {
        return static_cast<sf_count_t>(std::llround(seconds * info.samplerate));
    };
    const sf_count_t first = framesOf(std::max(0.0, range.offset));
    if (first > 0 && (first >= info.frames || sf_seek(sound, first, SEEK_SET) != first))
        return fail({ErrorKind::BadInput,
                     "Cannot play the part of the recording",
                     "it begins behind the end of the file",
                     {}});
    const sf_count_t frames = range.duration < 0 ? -1 : framesOf(range.duration);
    const auto channels = static_cast<std::size_t>(std::max(1, info.channels));
    const auto most = kLongest * static_cast<std::size_t>(std::max(1, info.samplerate));
    auto samples = std::make_shared<std::vector<float>>();
    std::vector<float> block(4096 * channels);
    while (!stop.stop_requested()) {
        const auto left = frames < 0 ? 4096 : frames - static_cast<sf_count_t>(samples->size());
        const sf_count_t count = sf_readf_float(sound, block.data(), std::min<sf_count_t>(4096, left));
        if (count <= 0) break;
        for (std::size_t frame = 0; frame < static_cast<std::size_t>(count); ++frame) {
            float sum = 0;
            for (std::size_t channel = 0; channel < channels; ++channel)
                sum += block[frame * channels + channel];
            samples->push_back(sum / static_cast<float>(channels));
        }
        if (samples->size() > most)
            return fail({ErrorKind::Usage, "Cannot play the recording", "it is longer than half an hour",
                         "Open it in the player of your desktop"});
    }
    return Sound{std::move(samples), info.samplerate};
}

} // namespace

bool looksLikeAudio(std::span<const std::byte> bytes) {
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                                 std::min<std::size_t>(bytes.size(), 12));
    const bool isWave =
        start.starts_with("RIFF") && start.substr(std::min<std::size_t>(8, start.size())) == "WAVE";
    return isWave || start.starts_with("fLaC") || start.starts_with("OggS") ||
           (start.starts_with("FORM") && start.find("AIF") == 8);
}

Result<AudioClip> readClip(std::span<const std::byte> bytes, std::stop_token stop) {
    MemoryFile file{bytes};
    SF_INFO info{};
    const auto sound = open(file, info);
    if (!sound) return fail(sound.error());
    AudioClip clip;
    clip.rate = info.samplerate;
    clip.channels = info.channels;
    SF_FORMAT_INFO format{};
    format.format = info.format & SF_FORMAT_TYPEMASK;
    if (sf_command(nullptr, SFC_GET_FORMAT_INFO, &format, sizeof format) == 0 && format.name)
        clip.format = QString::fromLatin1(format.name);
    // How many frames there are is known at the end only: stretches double when there are too many of them.
    sf_count_t stretch = 8;
    sf_count_t frames = 0;
    sf_count_t filled = 0;
    const auto channels = static_cast<std::size_t>(std::max(1, info.channels));
    std::vector<float> block(4096 * channels);
    while (!stop.stop_requested()) {
        const sf_count_t count = sf_readf_float(sound->get(), block.data(), 4096);
        if (count <= 0) break;
        for (sf_count_t frame = 0; frame < count; ++frame) {
            if (filled == 0) clip.peaks.emplace_back();
            for (std::size_t channel = 0; channel < channels; ++channel)
                clip.peaks.back().include(
                    static_cast<double>(block[static_cast<std::size_t>(frame) * channels + channel]));
            if (++filled < stretch) continue;
            filled = 0;
            if (clip.peaks.size() < kMostPeaks) continue;
            halve(clip.peaks);
            stretch *= 2;
        }
        frames += count;
    }
    clip.seconds = info.samplerate > 0 ? static_cast<double>(frames) / info.samplerate : 0;
    return clip;
}

Result<Sound> readSound(std::span<const std::byte> bytes, std::stop_token stop, const AudioRange& range) {
    MemoryFile file{bytes};
    SF_INFO info{};
    const auto sound = open(file, info);
    if (!sound) return fail(sound.error());
    return readMixed(sound->get(), info, range, stop);
}

Result<Sound> readSoundFile(const std::filesystem::path& file, std::stop_token stop,
                            const AudioRange& range) {
    SF_INFO info{};
    const SoundFile sound(sf_open(file.c_str(), SFM_READ, &info), &sf_close);
    if (!sound)
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot decode the recording",
                     .why = sf_strerror(nullptr),
                     .remedy = {},
                     .file = file.string()});
    return readMixed(sound.get(), info, range, stop);
}

Status writeSoundFile(const std::filesystem::path& file, const Sound& sound) {
    SF_INFO info{};
    info.samplerate = sound.rate;
    info.channels = 1;
    info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    const SoundFile target(sf_open(file.c_str(), SFM_WRITE, &info), &sf_close);
    const auto count = static_cast<sf_count_t>(sound.samples->size());
    if (target && sf_writef_float(target.get(), sound.samples->data(), count) == count) return {};
    return fail({.kind = ErrorKind::Failed,
                 .what = "Cannot write the recording",
                 .why = sf_strerror(target.get()),
                 .remedy = "Make room, or choose another folder",
                 .file = file.string()});
}

std::vector<widgets::MinMax> peaksOf(std::span<const float> samples) {
    const std::size_t count = std::min(samples.size(), kMostPeaks);
    std::vector<widgets::MinMax> peaks(count);
    for (std::size_t i = 0; i < count; ++i)
        for (const float value : samples.subspan(
                 samples.size() * i / count, samples.size() * (i + 1) / count - samples.size() * i / count))
            peaks[i].include(static_cast<double>(value));
    return peaks;
}

} // namespace fathom::app
