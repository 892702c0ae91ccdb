// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/config_save.h"

#include "engine/base/file.h"
#include "engine/config/compose.h"
#include "engine/config/override.h"
#include "engine/config/yaml_edit.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace fathom::app {

namespace {

Error keeps(const std::string& key, std::string why) {
    Error error{ErrorKind::Usage, key + " stays an override", std::move(why), {}};
    error.key = key;
    return error;
}

Error changedOnDisk(const std::string& file) {
    Error error{ErrorKind::BadInput, "Nothing was written", "the file was changed by someone else",
                "Reload the config, then save again"};
    error.file = file;
    return error;
}

int lineAt(const std::string& text, std::size_t offset) {
    return 1 + static_cast<int>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

class Planner {
public:
    Planner(const ConfigState& state, const SourceTexts& sources) : m_sources(sources) {
        m_save.left = state.overrides;
        m_request.configPath = state.configPath.toStdString();
        m_request.configName = state.configName.toStdString();
        m_request.overrides = state.overrides.items;
        m_request.editedFrom = state.overrides.editedFrom;
    }

    Result<ConfigSave> run() {
        for (const auto& [file, text] : m_sources) {
            const auto bytes = readFile(file.toStdString());
            if (!bytes) return fail(bytes.error());
            if (QString::fromStdString(*bytes) != text) return fail(changedOnDisk(file.toStdString()));
            m_before[file.toStdString()] = *bytes;
        }
        m_texts = m_before;
        m_request.files = requestFiles(m_texts);
        const auto config = config::composeForSweep(m_request); // sweeps stay what they are
        if (!config) return fail(config.error());
        m_wanted = config->unresolved();
        for (std::size_t i = m_request.editedFrom; i < m_request.overrides.size();) {
            if (auto written = write(i, *config); !written) {
                m_save.kept.push_back(std::move(written.error()));
                ++i;
            }
        }
        m_save.left.items = m_request.overrides;
        for (const auto& [file, text] : m_texts)
            if (text != m_before.at(file))
                m_save.changes.push_back({QString::fromStdString(file), m_before.at(file), text});
        return std::move(m_save);
    }

private:
    using Texts = std::map<std::string, std::string>;

    [[nodiscard]] Texts requestFiles(const Texts& texts) const {
        Texts files;
        for (const auto& [file, text] : texts)
            files[std::filesystem::path(file).lexically_relative(m_request.configPath).generic_string()] =
                text;
        return files;
    }

    /// Writes the edit at `index` into its file and drops the override, or changes nothing.
    Status write(std::size_t index, const config::Config& config) {
        const std::string item = m_request.overrides[index];
        const auto parsed = config::parseOverride(item);
        if (!parsed) return fail(parsed.error());
        const std::string& key = parsed->key;
        if (parsed->isSweep()) return fail(keeps(key, "a sweep has no place in a file"));
        if (parsed->kind == config::OverrideKind::Delete || parsed->kind == config::OverrideKind::Add)
            return fail(
                keeps(key, "only values that a file has are written, keys are neither added nor removed"));
        const config::Node* const node = config.find(key);
        const config::Assignment* const place = node ? fileAssignment(*node) : nullptr;
        if (!place) return fail(keeps(key, "no file gives it a value"));
        const auto edit = editAt(*place, key, config::toValue(parsed->element));
        if (!edit) return fail(edit.error());
        config::ComposeRequest next = m_request;
        next.overrides.erase(next.overrides.begin() + static_cast<std::ptrdiff_t>(index));
        Texts texts = m_texts;
        texts[place->file] = config::applyEdit(texts[place->file], *edit);
        next.files = requestFiles(texts);
        const auto composed = config::composeForSweep(next);
        if (!composed || composed->unresolved() != m_wanted)
            return fail(keeps(key, "other values would change too, or an earlier override beats the file"));
        m_request = std::move(next);
        m_texts = std::move(texts);
        ++m_save.written;
        return {};
    }

    [[nodiscard]] const config::Assignment* fileAssignment(const config::Node& node) const {
        const config::Assignment* last = nullptr;
        for (const config::Assignment& made : node.history) {
            const bool isFile = made.layer == config::Layer::Yaml || made.layer == config::Layer::Group;
            if (isFile && made.line > 0 && m_texts.contains(made.file)) last = &made;
        }
        return last;
    }

    /// The edit at the assignment's line. A file of a group has its keys relative to the group's package.
    [[nodiscard]] Result<config::YamlEdit> editAt(const config::Assignment& place, const std::string& key,
                                                  const Value& value) const {
        const std::string& text = m_texts.at(place.file);
        Error error = keeps(key, "its place in the file was not found");
        std::string inFile = key;
        while (true) {
            const auto edit = config::editYaml(text, inFile, value);
            if (edit && lineAt(text, edit->offset) == place.line) return *edit;
            if (!edit && inFile == key) error = keeps(key, edit.error().why);
            const std::size_t dot = inFile.find('.');
            if (dot == std::string::npos) return fail(error);
            inFile.erase(0, dot + 1);
        }
    }

    const SourceTexts& m_sources;
    config::ComposeRequest m_request;
    Texts m_before;
    Texts m_texts;
    Value m_wanted;
    ConfigSave m_save;
};

Status replaceFile(const QString& file, const std::string& before, const std::string& after) {
    std::error_code ignored;
    const std::filesystem::path named = file.toStdString();
    const std::filesystem::path target = std::filesystem::canonical(named, ignored);
    const auto now = readFile(target.empty() ? named : target);
    if (!now) return fail(now.error());
    if (*now != before) return fail(changedOnDisk(named.string()));
    return writeFileAtomically(target, after);
}

} // namespace

Result<ConfigSave> planSave(const ConfigState& state, const SourceTexts& sources) {
    return Planner(state, sources).run();
}

Status writeChanges(const std::vector<FileChange>& changes) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const Status written = replaceFile(changes[i].file, changes[i].before, changes[i].after);
        if (written) continue;
        for (std::size_t done = 0; done < i; ++done)
            (void)replaceFile(changes[done].file, changes[done].after, changes[done].before);
        return written;
    }
    return {};
}

} // namespace fathom::app
