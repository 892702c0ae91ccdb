// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/manifest_diff.h"

#include "engine/base/file.h"
#include "engine/base/value.h"

#include <unordered_map>

namespace fathom::analysis {

namespace {

struct Entry {
    std::string name{};
    std::string line{};
    double seconds = 0;
};

struct Entries {
    std::vector<Entry> list{};
    ManifestCount count{};
};

void add(ManifestCount& count, const Entry& entry) {
    ++count.entries;
    count.seconds += entry.seconds;
}

const Value* findFirst(const Value::Map& object, std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (const Value* value = object.find(name)) return value;
    return nullptr;
}

Entry entryOf(const Value::Map& object, std::string_view line) {
    Entry entry{.line = std::string(line)};
    const Value* file = findFirst(object, {"audio_filepath", "audio_filename", "audio_file"});
    entry.name = file != nullptr && file->isString() ? file->asString() : entry.line;
    if (const Value* offset = object.find("offset"); offset != nullptr && offset->isNumber())
        if (offset->toDouble() != 0) entry.name += " @" + formatFloat(offset->toDouble()) + " s";
    if (const Value* duration = object.find("duration"); duration != nullptr && duration->isNumber())
        entry.seconds = duration->toDouble();
    return entry;
}

Result<Entries> read(const std::filesystem::path& file, const std::stop_token& stop) {
    const auto text = readFile(file);
    if (!text) return fail(text.error());
    Entries entries;
    std::unordered_map<std::string, int> seen;
    std::string_view rest = *text;
    for (int number = 1; !rest.empty(); ++number) {
        if (stop.stop_requested())
            return fail({.kind = ErrorKind::Interrupted,
                         .what = "Cannot compare the manifests",
                         .why = "it was stopped",
                         .remedy = {}});
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        const Result<Value> object = fromJson(line);
        if (!object || !object->isMap())
            return fail({.kind = ErrorKind::BadInput,
                         .what = "Cannot read the manifest",
                         .why = object ? "the line is no JSON object" : object.error().why,
                         .remedy = "Correct the line",
                         .file = file.string(),
                         .line = number});
        Entry entry = entryOf(object->asMap(), line);
        if (const int before = seen[entry.name]++; before > 0)
            entry.name += " #" + std::to_string(before + 1);
        add(entries.count, entry);
        entries.list.push_back(std::move(entry));
    }
    return entries;
}

/// `key: value` of what differs, on each side.
std::pair<std::string, std::string> differingFields(const std::string& before, const std::string& after) {
    const Result<Value> left = fromJson(before);
    const Result<Value> right = fromJson(after);
    std::pair<std::string, std::string> result;
    const auto put = [](std::string& text, const std::string& key, const Value* value) {
        if (value == nullptr) return;
        if (!text.empty()) text += ", ";
        text += key + ": " + toJson(*value);
    };
    for (const auto& [key, value] : left->asMap()) {
        const Value* other = right->asMap().find(key);
        if (other != nullptr && *other == value) continue;
        put(result.first, key, &value);
        put(result.second, key, other);
    }
    for (const auto& [key, value] : right->asMap())
        if (left->asMap().find(key) == nullptr) put(result.second, key, &value);
    return result;
}

} // namespace

Result<ManifestDiff> diffManifests(const std::filesystem::path& before, const std::filesystem::path& after,
                                   const ManifestDiffOptions& options) {
    const Result<Entries> left = read(before, options.stop);
    if (!left) return fail(left.error());
    const Result<Entries> right = read(after, options.stop);
    if (!right) return fail(right.error());
    ManifestDiff diff{.before = left->count, .after = right->count};
    const auto list = [&](ManifestChange change) {
        if (diff.changes.size() < options.mostChanges) diff.changes.push_back(std::move(change));
    };
    std::unordered_map<std::string_view, const Entry*> rightByName;
    for (const Entry& entry : right->list)
        rightByName.emplace(entry.name, &entry);
    for (const Entry& entry : left->list) {
        const auto found = rightByName.find(entry.name);
        if (found == rightByName.end()) {
            add(diff.removed, entry);
            list({ManifestChange::Kind::Removed, entry.name, entry.line, {}});
            continue;
        }
        const Entry& other = *found->second;
        rightByName.erase(found);
        if (entry.line == other.line) continue;
        auto [from, to] = differingFields(entry.line, other.line);
        if (from.empty() && to.empty()) continue; // the same object, written in another way
        add(diff.changed, other);
        list({ManifestChange::Kind::Changed, entry.name, std::move(from), std::move(to)});
    }
    for (const Entry& entry : right->list) {
        if (rightByName.find(entry.name) == rightByName.end()) continue;
        add(diff.added, entry);
        list({ManifestChange::Kind::Added, entry.name, {}, entry.line});
    }
    return diff;
}

} // namespace fathom::analysis
