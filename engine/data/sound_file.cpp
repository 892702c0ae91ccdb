// SPDX-License-Identifier: Apache-2.0
#include "engine/data/sound_file.h"

#include <algorithm>
#include <cstring>

namespace fathom::data {

Error audioError(const std::filesystem::path& path, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot read the recording",
            .why = std::move(why),
            .remedy = "Replace the file, remove it from the manifest or set skip_bad_files=true",
            .file = path.string()};
}

namespace {

SF_VIRTUAL_IO* contentReader() {
    static SF_VIRTUAL_IO io{
        .get_filelen =
            [](void* self) {
                return static_cast<sf_count_t>(static_cast<SoundContent*>(self)->bytes.size());
            },
        .seek =
            [](sf_count_t offset, int whence, void* self) {
                auto& content = *static_cast<SoundContent*>(self);
                const auto size = static_cast<sf_count_t>(content.bytes.size());
                const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? content.at : size;
                return content.at = std::clamp<sf_count_t>(base + offset, 0, size);
            },
        .read =
            [](void* into, sf_count_t count, void* self) {
                auto& content = *static_cast<SoundContent*>(self);
                const auto rest = static_cast<sf_count_t>(content.bytes.size()) - content.at;
                const sf_count_t got = std::clamp<sf_count_t>(count, 0, rest);
                std::memcpy(into, content.bytes.data() + content.at, static_cast<std::size_t>(got));
                content.at += got;
                return got;
            },
        .write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
        .tell = [](void* self) { return static_cast<SoundContent*>(self)->at; },
    };
    return &io;
}

Status requireFormat(const Sound& sound, const std::filesystem::path& path) {
    if (sound.info.samplerate > 0 && sound.info.channels > 0) return {};
    return fail(audioError(path, "its header gives no sample rate or no channel"));
}

} // namespace

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

Result<Sound> openSound(SoundContent& content, const std::string& label) {
    Sound sound;
    sound.file.reset(sf_open_virtual(contentReader(), SFM_READ, &sound.info, &content));
    if (!sound.file) return fail(audioError(label, sf_strerror(nullptr)));
    if (Status usable = requireFormat(sound, label); !usable) return fail(usable.error());
    return sound;
}

sf_count_t readMono(Sound& sound, sf_count_t frames, std::vector<float>& mono) {
    const auto channels = static_cast<std::size_t>(sound.info.channels);
    std::vector<float> chunk(static_cast<std::size_t>(frames) * channels);
    const sf_count_t got = std::max<sf_count_t>(sf_readf_float(sound.file.get(), chunk.data(), frames), 0);
    for (std::size_t frame = 0; frame < static_cast<std::size_t>(got); ++frame) {
        float sum = 0;
        for (std::size_t c = 0; c < channels; ++c)
            sum += chunk[frame * channels + c];
        mono.push_back(channels == 1 ? sum : sum / static_cast<float>(channels));
    }
    return got;
}

} // namespace fathom::data
