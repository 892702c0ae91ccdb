// SPDX-License-Identifier: Apache-2.0
// Recordings as mono float32 at the rate the model wants.
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::data {

struct AudioInfo {
    int sampleRate = 0; ///< Hz
    int channels = 0;
    double duration = 0; ///< seconds, as the header says
};

/// What the header says, without decoding. Errors (BadInput) name the file.
[[nodiscard]] Result<AudioInfo> audioInfo(const std::filesystem::path& path);

/// Decodes `duration` seconds from `offset` (0: to the end) of whatever libsndfile reads (WAV, FLAC, Ogg,
/// MP3, AIFF, …). Integers are scaled to [-1, 1), channels averaged, and the rate changed with soxr's HQ
/// recipe, to ceil(frames * sampleRate / rate) samples as librosa does. sampleRate 0 keeps the file's rate.
/// Errors (BadInput): missing, not audio, or truncated: fewer frames than the header or, beyond 50 ms and 1
/// %, `duration` promises. Any thread. Source: nemo/collections/asr/parts/preprocessing/segment.py.
[[nodiscard]] Result<std::vector<float>> readAudio(const std::filesystem::path& path, int sampleRate,
                                                   double offset = 0, double duration = 0);

/// The same of a file's content. `label` is what errors call it.
[[nodiscard]] Result<std::vector<float>> decodeAudio(std::string_view content, const std::string& label,
                                                     int sampleRate, double offset = 0, double duration = 0);

/// Mono samples from one rate to another, as above.
[[nodiscard]] Result<std::vector<float>> resample(std::vector<float> samples, int fromRate, int toRate);

/// Without the silence at both ends: frames of 2048 samples every 512 that lie 60 dB or more under the
/// loudest. What librosa.effects.trim does with NeMo's `trim_silence`.
[[nodiscard]] std::vector<float> trimSilence(std::vector<float> samples);

} // namespace fathom::data
