// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown and played of a recording.
#pragma once

#include "engine/base/result.h"
#include "widgets/min_max_pyramid.h"

#include <QString>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace fathom::app {

struct AudioClip {
    double seconds = 0;
    int rate = 0; ///< Hz
    int channels = 0;
    QString format{};                     ///< "FLAC", "WAV (Microsoft)"
    std::vector<widgets::MinMax> peaks{}; ///< of equal stretches, over all channels; at most 8,192
};

struct Sound {
    std::shared_ptr<const std::vector<float>> samples{}; ///< one channel, −1…1
    int rate = 0;                                        ///< Hz
};

/// Part of a recording, in seconds.
struct AudioRange {
    double offset = 0;
    double duration = -1; ///< negative: to the end
};

/// True for what libsndfile reads by its first bytes: WAV, FLAC, Ogg, AIFF.
[[nodiscard]] bool looksLikeAudio(std::span<const std::byte> bytes);
/// Decodes the whole recording; for a background thread. BadInput when it cannot be decoded.
[[nodiscard]] Result<AudioClip> readClip(std::span<const std::byte> bytes, std::stop_token stop);

/// The samples to be played, channels mixed. Errors: as readClip; longer than half an hour (Usage); a part
/// that begins behind the end (BadInput).
[[nodiscard]] Result<Sound> readSound(std::span<const std::byte> bytes, std::stop_token stop,
                                      const AudioRange& range = {});
[[nodiscard]] Result<Sound> readSoundFile(const std::filesystem::path& file, std::stop_token stop,
                                          const AudioRange& range = {});
/// Writes a WAV file of 32-bit floats. Errors (Failed) name the file.
[[nodiscard]] Status writeSoundFile(const std::filesystem::path& file, const Sound& sound);
/// Extremes of equal stretches of the samples; at most 8,192.
[[nodiscard]] std::vector<widgets::MinMax> peaksOf(std::span<const float> samples);

} // namespace fathom::app
