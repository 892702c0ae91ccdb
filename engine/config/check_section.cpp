// SPDX-License-Identifier: Apache-2.0
#include "engine/config/check_section.h"

#include "engine/config/schema.h"

#include <filesystem>

namespace fathom::config::detail {

namespace {

std::string joinedKey(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

Error placedAt(const Config& config, const std::string& key, std::string what, Error error) {
    Error out = config.errorAt(key, std::move(what), std::move(error.why), std::move(error.remedy));
    out.className = std::move(error.className);
    return out;
}

/// The files that a value names: one, several with commas, or a list.
std::vector<std::string> pathsIn(const Value& value) {
    std::vector<std::string> out;
    if (value.isList()) {
        for (const Value& item : value.asList())
            for (std::string& path : pathsIn(item))
                out.push_back(std::move(path));
        return out;
    }
    if (!value.isString()) return out;
    const std::string& text = value.asString();
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(',', start), text.size());
        if (end > start) out.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return out;
}

/// "~/x" to the home folder's x, as NeMo reads it.
std::filesystem::path expanded(const std::string& text) {
    const char* home = std::getenv("HOME");
    return home && text.starts_with("~/") ? std::filesystem::path(home) / text.substr(2)
                                          : std::filesystem::path(text);
}

/// A default as one writes it in YAML.
std::string yamlText(const Value& value) {
    return value.isString() ? value.asString() : toJson(value);
}

class SectionCheck {
public:
    SectionCheck(const Config& config, Resolver& resolver, const std::string& path,
                 const Description& description)
        : m_config(config), m_resolver(resolver), m_path(path), m_description(description) {}

    std::vector<SectionProblem> run() {
        const Node* section = m_config.find(m_path);
        if (!section) return {};
        for (const Node& child : section->children) {
            if (child.removed) continue;
            const Field* field = m_description.field(child.key);
            if (field)
                checkField(*field, child);
            else if (!m_description.isOpen)
                refuseKey(child.key);
        }
        for (const Field& field : m_description.fields)
            if (field.required && !section->child(field.name)) missing(field);
        return std::move(m_problems);
    }

private:
    void refuseKey(const std::string& key) {
        const std::string full = joinedKey(m_path, key);
        m_problems.push_back(
            {Severity::Error, Finding::UnknownKey,
             placedAt(m_config, full, "Unknown key " + full, unknownKey(m_description, key))});
    }

    void missing(const Field& field) {
        const std::string full = joinedKey(m_path, field.name);
        Error error = m_config.errorAt(full, "No value for " + full, m_description.name + " needs it",
                                       "Give " + full + "=VALUE");
        error.className = "MissingMandatoryValue";
        m_problems.push_back({Severity::Error, Finding::MissingValue, std::move(error)});
    }

    void checkField(const Field& field, const Node& node) {
        const std::string full = joinedKey(m_path, field.name);
        if (node.isMissing()) return; // reported where scalars are walked
        const Result<Value> value = m_resolver.resolve(full);
        if (!value) return; // reported as an interpolation
        Status status = detail::checkField(field, *value);
        if (status && !(field.nested && value->isMap())) status = checkType(field, *value);
        if (status && field.nested && !value->isNull() && !value->isMap() && !field.isListOfNested())
            status = fail(notAMap(field.nested->name, *value));
        if (!status && status.error().className != "MissingMandatoryValue") {
            const std::string key = status.error().key;
            const std::string at = key.empty() || key == field.name ? full : joinedKey(m_path, key);
            m_problems.push_back({Severity::Error, Finding::WrongValue,
                                  placedAt(m_config, at, "Wrong value of " + at, status.error())});
            return;
        }
        if (!field.options.noEffect.empty() && !value->isNull() && *value != field.defaultValue)
            m_problems.push_back({Severity::Warning, Finding::NoEffect,
                                  m_config.errorAt(full, full + " has no effect", field.options.noEffect,
                                                   "Set it to " + yamlText(field.defaultValue) +
                                                       " to be rid of this warning")});
        if (field.options.path == PathKind::File || field.options.path == PathKind::Folder)
            checkPaths(field, full, *value);
    }

    void checkPaths(const Field& field, const std::string& full, const Value& value) {
        const bool isFile = field.options.path == PathKind::File;
        for (const std::string& text : pathsIn(value)) {
            // Members of an archive, addresses and brace patterns of sharded data are not on this disk as
            // they stand.
            if (text == "???" || text.starts_with("nemo:") || text.find("://") != std::string::npos ||
                text.find_first_of("{*") != std::string::npos || text.find("_OP_") != std::string::npos)
                continue;
            std::error_code ignored;
            const std::filesystem::path path = expanded(text);
            const bool there = isFile ? std::filesystem::exists(path, ignored)
                                      : std::filesystem::is_directory(path, ignored);
            if (there) continue;
            m_problems.push_back(
                {Severity::Warning, Finding::MissingPath,
                 m_config.errorAt(
                     full, "Cannot find the " + std::string(isFile ? "file" : "folder") + " of " + full,
                     "'" + text + "' does not exist",
                     path.is_absolute() ? "Correct the path"
                                        : "Correct the path; it is relative to the current directory")});
        }
    }

    const Config& m_config;
    Resolver& m_resolver;
    const std::string& m_path;
    const Description& m_description;
    std::vector<SectionProblem> m_problems;
};

} // namespace

std::vector<SectionProblem> checkSection(const Config& config, Resolver& resolver, const std::string& path,
                                         const Description& description) {
    return SectionCheck(config, resolver, path, description).run();
}

} // namespace fathom::config::detail
