// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/clip_source.h"

#include "engine/archive/tar_index.h"
#include "engine/base/file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace fathom::app {

namespace {

std::optional<double> secondsOf(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::optional<AudioRange> rangeOf(std::string_view fragment) {
    const std::size_t comma = fragment.find(',');
    const auto from = comma == 0 ? std::optional(0.0) : secondsOf(fragment.substr(0, comma));
    if (!from) return std::nullopt;
    if (comma == std::string_view::npos) return AudioRange{.offset = *from};
    const auto to = secondsOf(fragment.substr(comma + 1));
    if (!to || *to < *from) return std::nullopt;
    return AudioRange{.offset = *from, .duration = *to - *from};
}

bool isFile(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

/// The file itself, or the tar file that stands where a folder of the path would.
std::optional<ClipSource> locate(const ClipSource& clip) {
    if (isFile(clip.file)) return clip;
    for (std::filesystem::path file = clip.file.parent_path(); file.has_relative_path();
         file = file.parent_path())
        if (isFile(file))
            return ClipSource{
                .file = file, .member = clip.file.lexically_relative(file).string(), .range = clip.range};
    return std::nullopt;
}

/// Nearest first.
std::vector<std::filesystem::path> foldersAbove(std::filesystem::path folder) {
    std::vector<std::filesystem::path> above;
    for (; folder.has_relative_path(); above.push_back(folder))
        folder = folder.parent_path();
    return above;
}

std::string listOf(std::span<const std::filesystem::path> folders) {
    std::string list;
    for (const std::filesystem::path& folder : folders)
        if (!folder.empty()) list += (list.empty() ? "" : ", ") + folder.string();
    return list.empty() ? "the current folder" : list;
}

Error notThere(const std::filesystem::path& file, std::string why, std::string remedy) {
    return {.kind = ErrorKind::BadInput,
            .what = "The recording is not there any more",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = file.string()};
}

} // namespace

ClipSource parseClipSource(std::string_view source) {
    constexpr std::string_view kFragment = "#t=";
    const std::size_t at = source.rfind(kFragment);
    if (at != std::string_view::npos)
        if (const auto range = rangeOf(source.substr(at + kFragment.size())))
            return {.file = source.substr(0, at), .range = *range};
    return {.file = source};
}

bool namesRecording(std::string_view source) {
    static constexpr std::array<std::string_view, 12> kExtensions{
        ".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff", ".au", ".sph", ".w64", ".rf64", ".caf"};
    std::string extension = parseClipSource(source).file.extension().string();
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

Result<ClipSource> findClip(std::string_view source, std::span<const std::filesystem::path> folders) {
    const ClipSource clip = parseClipSource(source);
    const auto in = [&](const std::filesystem::path& folder) -> std::optional<ClipSource> {
        if (isFile(folder / source))
            return ClipSource{.file = folder / source}; // "#t=" may be part of a name
        return locate({.file = folder / clip.file, .range = clip.range});
    };
    if (clip.file.is_absolute()) {
        if (const auto found = in({})) return *found;
        return fail(notThere(clip.file, "no such file", "Put it back where it was when the run was trained"));
    }
    for (const std::filesystem::path& folder : folders)
        if (const auto found = in(folder)) return *found;
    for (const std::filesystem::path& folder : folders)
        for (const std::filesystem::path& above : foldersAbove(folder))
            if (const auto found = in(above)) return *found;
    if (const auto found = in({})) return *found;
    return fail(notThere(clip.file, "no such file in " + listOf(folders) + ", nor above",
                         "Put it back where it was when the run was trained"));
}

Result<Sound> readClipSound(const ClipSource& clip, const std::stop_token& stop) {
    if (clip.member.empty()) return readSoundFile(clip.file, stop, clip.range);
    const auto tar = MappedFile::open(clip.file);
    if (!tar) return fail(tar.error());
    const auto members = archive::indexTar((*tar)->bytes(), clip.file.string());
    if (!members) return fail(members.error());
    for (const archive::Member& member : *members)
        if (archive::plainMemberName(member.name) == archive::plainMemberName(clip.member))
            return readSound((*tar)->bytes().subspan(member.offset, member.bytes), stop, clip.range);
    return fail({.kind = ErrorKind::BadInput,
                 .what = "Cannot read the recording",
                 .why = "the tar file has no member " + clip.member,
                 .remedy = {},
                 .file = clip.file.string()});
}

} // namespace fathom::app
