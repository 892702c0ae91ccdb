// SPDX-License-Identifier: Apache-2.0
// libsndfile behind RAII. Internal to engine/data.
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <memory>
#include <sndfile.h>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::data {

struct CloseSound {
    void operator()(SNDFILE* file) const { sf_close(file); }
};

struct Sound {
    std::unique_ptr<SNDFILE, CloseSound> file{};
    SF_INFO info{};
    /// Whether the header says how many frames there are.
    [[nodiscard]] bool knowsLength() const { return info.frames > 0 && info.frames < SF_COUNT_MAX; }
};

/// A file's content that libsndfile reads as if it were the file.
struct SoundContent {
    std::string_view bytes;
    sf_count_t at = 0;
};

[[nodiscard]] Error audioError(const std::filesystem::path& path, std::string why);
[[nodiscard]] Result<Sound> openSound(const std::filesystem::path& path);
/// `content` stays where it is as long as the sound is read.
[[nodiscard]] Result<Sound> openSound(SoundContent& content, const std::string& label);

/// Up to `frames` frames, channels averaged, appended to `mono`. Fewer at the end or where the file breaks.
[[nodiscard]] sf_count_t readMono(Sound& sound, sf_count_t frames, std::vector<float>& mono);

} // namespace fathom::data
