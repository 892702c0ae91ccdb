// SPDX-License-Identifier: GPL-3.0-or-later
// What the Archive page shows of a recording.
#pragma once

#include "engine/base/result.h"
#include "widgets/min_max_pyramid.h"

#include <QString>

#include <cstddef>
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

/// True for what libsndfile reads by its first bytes: WAV, FLAC, Ogg, AIFF.
[[nodiscard]] bool looksLikeAudio(std::span<const std::byte> bytes);
/// Decodes the whole recording; for a background thread. BadInput when it cannot be decoded.
[[nodiscard]] Result<AudioClip> readClip(std::span<const std::byte> bytes, std::stop_token stop);

/// The samples to be played, channels mixed. Errors: as readClip; longer than half an hour (Usage).
[[nodiscard]] Result<Sound> readSound(std::span<const std::byte> bytes, std::stop_token stop);

} // namespace fathom::app
