// SPDX-License-Identifier: Apache-2.0
#include "engine/data/audio_stream.h"

#include "engine/data/sound_file.h"

#include <algorithm>
#include <cmath>
#include <soxr.h>

namespace fathom::data {

namespace {

struct DeleteResampler {
    void operator()(soxr* resampler) const { soxr_delete(resampler); }
};

constexpr sf_count_t kChunk = 1 << 16; ///< frames read at once

} // namespace

struct AudioStream::State {
    std::filesystem::path path{};
    Sound sound{};
    int sampleRate = 0;
    std::unique_ptr<soxr, DeleteResampler> resampler{}; ///< null where the rates are the same
    std::vector<float> ready{};                         ///< from `begin`: read, and not given out yet
    std::size_t begin = 0;
    sf_count_t framesRead = 0;
    std::uint64_t samplesMade = 0; ///< by the resampler
    bool ended = false;

    Status fill();
    Status resample(const std::vector<float>& input, bool isLast);
};

/// To ceil(frames * ratio) samples in all, as readAudio.
Status AudioStream::State::resample(const std::vector<float>& input, bool isLast) {
    const double ratio = static_cast<double>(sampleRate) / sound.info.samplerate;
    std::vector<float> output(static_cast<std::size_t>(static_cast<double>(input.size()) * ratio) + 4096);
    const auto run = [&](const float* samples, std::size_t count) -> Result<std::size_t> {
        std::size_t done = 0;
        const soxr_error_t error =
            soxr_process(resampler.get(), samples, count, nullptr, output.data(), output.size(), &done);
        if (error != nullptr) return fail(audioError(path, std::string("it cannot be resampled: ") + error));
        ready.insert(ready.end(), output.begin(), output.begin() + static_cast<std::ptrdiff_t>(done));
        samplesMade += done;
        return done;
    };
    if (!input.empty())
        if (const auto done = run(input.data(), input.size()); !done) return fail(done.error());
    if (!isLast) return {};
    while (true) { // what the filter still holds
        const auto done = run(nullptr, 0);
        if (!done) return fail(done.error());
        if (*done == 0) break;
    }
    const auto whole = static_cast<std::uint64_t>(std::ceil(static_cast<double>(framesRead) * ratio));
    const std::uint64_t most = ready.size() + whole;
    ready.resize(most > samplesMade ? static_cast<std::size_t>(most - samplesMade) : 0);
    return {};
}

Status AudioStream::State::fill() {
    ready.erase(ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(begin));
    begin = 0;
    std::vector<float> input;
    std::vector<float>& into = resampler ? input : ready;
    const sf_count_t got = readMono(sound, kChunk, into);
    framesRead += got;
    ended = got < kChunk;
    if (ended && sound.knowsLength() && framesRead < sound.info.frames)
        return fail(audioError(path, "the file is truncated or damaged: " + std::to_string(framesRead) +
                                         " of " + std::to_string(sound.info.frames) +
                                         " frames can be decoded"));
    if (ended && framesRead == 0) return fail(audioError(path, "it holds no samples"));
    return resampler ? resample(input, ended) : Status{};
}

AudioStream::AudioStream(std::unique_ptr<State> state) : m_state(std::move(state)) {}
AudioStream::AudioStream(AudioStream&&) noexcept = default;
AudioStream& AudioStream::operator=(AudioStream&&) noexcept = default;
AudioStream::~AudioStream() = default;

Result<AudioStream> AudioStream::open(const std::filesystem::path& path, int sampleRate) {
    Result<Sound> sound = openSound(path);
    if (!sound) return fail(sound.error());
    auto state = std::make_unique<State>();
    state->path = path;
    state->sound = std::move(*sound);
    state->sampleRate = sampleRate;
    const int rate = state->sound.info.samplerate;
    if (rate != sampleRate) {
        const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
        const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
        const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
        soxr_error_t error = nullptr;
        state->resampler.reset(soxr_create(rate, sampleRate, 1, &error, &io, &quality, &runtime));
        if (error != nullptr) return fail(audioError(path, std::string("it cannot be resampled: ") + error));
    }
    return AudioStream(std::move(state));
}

Result<std::vector<float>> AudioStream::read(std::size_t samples) {
    State& state = *m_state;
    while (!state.ended && state.ready.size() - state.begin < samples)
        if (const Status filled = state.fill(); !filled) return fail(filled.error());
    const std::size_t given = std::min(samples, state.ready.size() - state.begin);
    const auto first = state.ready.begin() + static_cast<std::ptrdiff_t>(state.begin);
    state.begin += given;
    return std::vector<float>(first, first + static_cast<std::ptrdiff_t>(given));
}

double AudioStream::duration() const {
    const Sound& sound = m_state->sound;
    return sound.knowsLength() ? static_cast<double>(sound.info.frames) / sound.info.samplerate : 0;
}

} // namespace fathom::data
