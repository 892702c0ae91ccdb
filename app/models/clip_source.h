// SPDX-License-Identifier: GPL-3.0-or-later
// Where the recording of a sample is.
#pragma once

#include "app/models/audio_clip.h"
#include "engine/base/result.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace fathom::app {

struct ClipSource {
    std::filesystem::path file{};
    std::string member{}; ///< of a tar file; empty: the file itself
    AudioRange range{};
};

/// Takes a sample's source apart: a path, with "#t=12.5,15" (W3C Media Fragments: from, to, in seconds) where
/// the sample is a part of the file. Whether a folder of the path is a tar file is for findClip() to say.
[[nodiscard]] ClipSource parseClipSource(std::string_view source);
/// True when the name ends as recordings do that libsndfile reads.
[[nodiscard]] bool namesRecording(std::string_view source);
/// The file there is, or the tar file with it in ("shards/0.tar/a.wav"): a relative path is looked for in
/// each folder, the first is the likeliest, then in what contains them, then in the current one. BadInput
/// when there is none.
[[nodiscard]] Result<ClipSource> findClip(std::string_view source,
                                          std::span<const std::filesystem::path> folders);
/// Decodes what findClip() found. For a background thread. Errors: readSound()'s; no such member (BadInput).
[[nodiscard]] Result<Sound> readClipSound(const ClipSource& clip, const std::stop_token& stop);

} // namespace fathom::app
