// SPDX-License-Identifier: Apache-2.0
// Member order, names and modes: NeMo's SaveRestoreConnector, which adds a temporary folder as "." to the
// tar.
#include "engine/archive/nemo.h"
#include "engine/archive/state_dict_writer.h"
#include "engine/archive/tar_writer.h"
#include "engine/base/clock.h"

#include <algorithm>

namespace fathom::archive {

namespace {

constexpr std::string_view kConfigName = "model_config.yaml";
constexpr std::string_view kWeightsName = "model_weights.ckpt";

Error unusable(const std::filesystem::path& path, std::string why, std::string remedy) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot write the archive",
            .why = std::move(why),
            .remedy = std::move(remedy),
            .file = path.string()};
}

Status checkNames(const std::filesystem::path& path, const NemoContents& contents) {
    if (contents.configYaml.empty())
        return fail(unusable(path, "the model's config is empty", "Give the model section"));
    std::vector<std::string_view> names{kConfigName, kWeightsName};
    for (const NamedFile& file : contents.artifacts) {
        const bool isPlain = !file.name.empty() && file.name != "." && file.name != ".." &&
                             file.name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
        if (!isPlain)
            return fail(
                unusable(path, "\"" + file.name + "\" is no file name", "Name artifacts without folders"));
        if (std::find(names.begin(), names.end(), file.name) != names.end())
            return fail(unusable(path, "two members would be called " + file.name,
                                 "Give each artifact its own name"));
        names.push_back(file.name);
    }
    return {};
}

/// A member that is written by a function.
struct Part {
    TarEntry entry{};
    std::function<Status(const Sink&)> write{};
};

Part textPart(std::string_view name, const std::string& text, std::uint32_t mode) {
    return {{.name = "./" + std::string(name), .bytes = text.size(), .mode = mode},
            [&text](const Sink& sink) { return sink(asBytes(text)); }};
}

Status writeParts(TarWriter& tar, std::vector<Part>& parts) {
    const double now = wallTime();
    if (auto begun = tar.begin({.name = "./", .isDirectory = true, .mode = 0700, .mtime = now}); !begun)
        return begun;
    std::sort(parts.begin(), parts.end(),
              [](const Part& a, const Part& b) { return a.entry.name < b.entry.name; });
    for (Part& part : parts) {
        part.entry.mtime = now;
        if (auto begun = tar.begin(part.entry); !begun) return begun;
        const auto written = part.write([&](std::span<const std::byte> bytes) { return tar.content(bytes); });
        if (!written) return written;
        if (auto ended = tar.end(); !ended) return ended;
    }
    return tar.finish();
}

} // namespace

Status writeNemo(const std::filesystem::path& path, const NemoContents& contents) {
    if (auto checked = checkNames(path, contents); !checked) return checked;
    const auto weights = prepareStateDict(contents.tensors, contents.modules, "model_weights");
    if (!weights) return fail(weights.error());
    std::vector<Part> parts;
    for (const NamedFile& file : contents.artifacts)
        parts.push_back(textPart(file.name, file.content, file.mode));
    parts.push_back(textPart(kConfigName, contents.configYaml, 0644));
    parts.push_back({{.name = "./" + std::string(kWeightsName), .bytes = weights->bytes()},
                     [&](const Sink& sink) { return weights->write(sink); }});
    auto file = AtomicFile::create(path);
    if (!file) return fail(file.error());
    BufferedSink buffer(*file);
    TarWriter tar([&](std::span<const std::byte> bytes) { return buffer.write(bytes); });
    if (auto written = writeParts(tar, parts); !written) return written;
    if (auto flushed = buffer.flush(); !flushed) return flushed;
    return file->commit();
}

} // namespace fathom::archive
