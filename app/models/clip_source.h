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
    AudioRange range{};
};

/// Takes a sample's source apart: a path, with "#t=12.5,15" (W3C Media Fragments: from, to, in seconds) where
/// the sample is a part of the file.
[[nodiscard]] ClipSource parseClipSource(std::string_view source);
/// True when the name ends as recordings do that libsndfile reads.
[[nodiscard]] bool namesRecording(std::string_view source);
/// The file there is: a relative path is looked for in each folder and what contains it. BadInput when there
/// is none.
[[nodiscard]] Result<ClipSource> findClip(std::string_view source,
                                          std::span<const std::filesystem::path> folders);

} // namespace fathom::app
