// SPDX-License-Identifier: Apache-2.0
#include "engine/data/manifest.h"

#include "engine/base/file.h"
#include "engine/base/value.h"

#include <cmath>
#include <cstdlib>

namespace fathom::data {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";
constexpr const char* kWhat = "Cannot read the manifest";
constexpr const char* kLineRemedy = "Correct or remove the line";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

fs::path withHome(const fs::path& path) {
    const std::string text = path.string();
    const char* home = std::getenv("HOME");
    if (home == nullptr || text.empty() || text[0] != '~' || (text.size() > 1 && text[1] != '/')) return path;
    return home + text.substr(1);
}

bool isFile(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

/// Beside the manifest first, as NeMo does; then relative to the current folder.
fs::path resolve(const fs::path& audio, const fs::path& manifest) {
    if (audio.is_relative()) {
        const fs::path beside = manifest.parent_path() / audio;
        if (isFile(beside)) return beside;
    }
    return withHome(audio);
}

class LineReader {
public:
    LineReader(Manifest& manifest, std::size_t file, const ManifestOptions& options)
        : m_manifest(manifest), m_file(file), m_options(options) {}

    Status read(std::string_view line, int number);

private:
    [[nodiscard]] Error broken(int line, std::string why, std::string remedy = kLineRemedy) const {
        return m_manifest.error({.file = m_file, .line = line}, kWhat, std::move(why), std::move(remedy));
    }
    [[nodiscard]] Result<ManifestEntry> parse(const Value::Map& item, int number) const;
    [[nodiscard]] Result<std::string> text(const Value::Map& item, int number) const;
    [[nodiscard]] Status requireRecording(const ManifestEntry& entry) const;

    Manifest& m_manifest;
    std::size_t m_file;
    const ManifestOptions& m_options;
};

const Value* firstOf(const Value::Map& item, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys)
        if (const Value* value = item.find(key)) return value;
    return nullptr;
}

Result<std::string> LineReader::text(const Value::Map& item, int number) const {
    if (const Value* value = item.find("text")) {
        if (!value->isString()) return fail(broken(number, "\"text\" is not a string"));
        return value->asString();
    }
    if (const Value* value = item.find("text_filepath"); value != nullptr && value->isString()) {
        const fs::path path = resolve(value->asString(), m_manifest.files[m_file]);
        Result<std::string> content = readFile(path);
        if (!content)
            return fail(broken(number, "text_filepath: " + content.error().message(), "Correct the path"));
        return std::string(trimmed(*content));
    }
    const Value* value = item.find("normalized_text");
    return value != nullptr && value->isString() ? value->asString() : std::string();
}

Result<ManifestEntry> LineReader::parse(const Value::Map& item, int number) const {
    ManifestEntry entry;
    entry.file = m_file;
    entry.line = number;
    const Value* audio = firstOf(item, {"audio_filename", "audio_filepath"});
    if (audio == nullptr || !audio->isString() || audio->asString().empty())
        return fail(broken(number, "the line has no \"audio_filepath\"", "Add the path of the recording"));
    const Value* duration = item.find("duration");
    if (duration == nullptr || !duration->isNumber() || !(duration->toDouble() >= 0))
        return fail(
            broken(number, "the line has no proper \"duration\"", "Add the recording's length in seconds"));
    entry.duration = duration->toDouble();
    if (const Value* offset = item.find("offset"); offset != nullptr && !offset->isNull()) {
        if (!offset->isNumber() || !(offset->toDouble() >= 0))
            return fail(broken(number, "\"offset\" is not a number of seconds"));
        entry.offset = offset->toDouble();
    }
    Result<std::string> transcript = text(item, number);
    if (!transcript) return fail(transcript.error());
    entry.text = std::move(*transcript);
    entry.audio = audio->asString();
    return entry;
}

Status LineReader::requireRecording(const ManifestEntry& entry) const {
    if (isFile(entry.audio)) return {};
    const std::string folder = m_manifest.files[m_file].parent_path().string();
    return fail(m_manifest.error(entry, "Cannot find the recording", entry.audio.string() + " does not exist",
                                 "Paths are relative to the manifest's folder (" +
                                     (folder.empty() ? "." : folder) +
                                     "); correct the line or set skip_bad_files=true"));
}

Status LineReader::read(std::string_view line, int number) {
    const Result<Value> value = fromJson(line);
    if (!value) return fail(broken(number, "the line is not JSON: " + value.error().why));
    if (!value->isMap()) return fail(broken(number, "the line is not a JSON object"));
    Result<ManifestEntry> entry = parse(value->asMap(), number);
    if (!entry) return fail(entry.error());
    if (entry->duration < m_options.minDuration ||
        (m_options.maxDuration && entry->duration > *m_options.maxDuration)) {
        ++m_manifest.filtered;
        m_manifest.filteredSeconds += entry->duration;
        return {};
    }
    if (m_options.tarred) {
        m_manifest.seconds += entry->duration;
        m_manifest.entries.push_back(std::move(*entry));
        return {};
    }
    entry->audio = resolve(entry->audio, m_manifest.files[m_file]);
    if (Status found = requireRecording(*entry); !found) {
        if (!m_options.skipBadFiles) return found;
        m_manifest.skipped.push_back(found.error());
        return {};
    }
    m_manifest.seconds += entry->duration;
    m_manifest.entries.push_back(std::move(*entry));
    return {};
}

bool isFull(const Manifest& manifest, const ManifestOptions& options) {
    return options.maxUtts > 0 && manifest.entries.size() >= static_cast<std::size_t>(options.maxUtts);
}

Status readOne(Manifest& manifest, std::size_t file, const ManifestOptions& options) {
    const Result<std::string> content = readFile(manifest.files[file]);
    if (!content) {
        Error error = content.error();
        error.what = kWhat;
        error.remedy = "Correct manifest_filepath";
        return fail(std::move(error));
    }
    std::string_view rest = *content;
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3); // the byte order mark of Windows editors
    LineReader reader(manifest, file, options);
    for (int number = 1; !rest.empty() && !isFull(manifest, options); ++number) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = trimmed(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (line.empty()) continue;
        if (Status read = reader.read(line, number); !read) return read;
    }
    return {};
}

Error nothingUsable(const Manifest& manifest) {
    Error error;
    error.kind = ErrorKind::BadInput;
    error.what = kWhat;
    error.file = manifest.files.empty() ? std::string() : manifest.files.front().string();
    if (manifest.filtered > 0) {
        error.why = "all " + std::to_string(manifest.filtered) +
                    " recordings are outside min_duration and max_duration";
        error.remedy = "Widen the limits";
    } else if (!manifest.skipped.empty()) {
        error.why = "none of its " + std::to_string(manifest.skipped.size()) +
                    " recordings can be used; the first: " + manifest.skipped.front().message();
        error.remedy = "Correct the manifest";
    } else {
        error.why = manifest.files.empty() ? "no file is named" : "it is empty";
        error.remedy = "Name a manifest with one JSON object a line (audio_filepath, duration, text)";
    }
    return error;
}

} // namespace

Error Manifest::error(const ManifestEntry& entry, std::string what, std::string why,
                      std::string remedy) const {
    Error error;
    error.kind = ErrorKind::BadInput;
    error.what = std::move(what);
    error.why = std::move(why);
    error.remedy = std::move(remedy);
    error.file = files.at(entry.file).string();
    error.line = entry.line;
    return error;
}

std::vector<fs::path> splitManifestList(std::string_view list) {
    std::vector<fs::path> files;
    while (!list.empty()) {
        const std::size_t end = list.find(',');
        const std::string_view name = trimmed(list.substr(0, end));
        if (!name.empty()) files.emplace_back(withHome(name));
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
    return files;
}

Result<Manifest> readManifest(const std::vector<fs::path>& files, const ManifestOptions& options) {
    Manifest manifest;
    manifest.files = files;
    for (std::size_t file = 0; file < files.size() && !isFull(manifest, options); ++file)
        if (Status read = readOne(manifest, file, options); !read) return fail(read.error());
    if (manifest.entries.empty()) return fail(nothingUsable(manifest));
    return manifest;
}

} // namespace fathom::data
