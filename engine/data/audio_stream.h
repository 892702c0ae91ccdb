// SPDX-License-Identifier: Apache-2.0
// A recording read piece by piece, however long it is.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

namespace fathom::data {

/// One thread at a time.
class AudioStream {
public:
    /// As readAudio: any format of libsndfile, channels averaged, resampled to `sampleRate` with soxr's HQ
    /// recipe. Errors (BadInput) name the file.
    [[nodiscard]] static Result<AudioStream> open(const std::filesystem::path& path, int sampleRate);
    AudioStream(AudioStream&&) noexcept;
    AudioStream& operator=(AudioStream&&) noexcept;
    ~AudioStream();

    /// The next `samples` samples; fewer are the last. Errors (BadInput): fewer than the header promises.
    [[nodiscard]] Result<std::vector<float>> read(std::size_t samples);
    /// s, as the header says; 0 where it does not.
    [[nodiscard]] double duration() const;

private:
    struct State;
    explicit AudioStream(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace fathom::data
