// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_apply.h"

#include "engine/config/compose.h"
#include "engine/config/override.h"
#include "engine/config/resolver.h"
#include "engine/config/yaml_edit.h"
#include "engine/config/yaml_reader.h"
#include "engine/config/yaml_writer.h"

#include <optional>

namespace fathom::config {

namespace {

/// The lines of a text in block style, each with its line end. What it finds by indentation alone can be
/// wrong (a multi-line string looks like anything), so whoever changes lines reads the result back.
class BlockLines {
public:
    explicit BlockLines(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            const std::size_t count = end == std::string_view::npos ? text.size() : end + 1;
            m_lines.emplace_back(text.substr(0, count));
            text.remove_prefix(count);
        }
    }

    struct Block {
        std::size_t first = 0; ///< the line of the key
        std::size_t end = 0;   ///< after the last line that belongs to it
        std::size_t indent = 0;
    };

    /// The lines of a key and of what lies below it; the whole text for no parts.
    [[nodiscard]] std::optional<Block> find(const std::vector<std::string>& parts) const {
        Block block{0, m_lines.size(), 0};
        bool isRoot = true;
        for (const std::string& part : parts) {
            const auto inner = childIndent(block, isRoot);
            if (!inner) return std::nullopt;
            const auto found = child(block, isRoot, *inner, part);
            if (!found) return std::nullopt;
            block = *found;
            isRoot = false;
        }
        return block;
    }

    /// Where the keys below `block` stand; nothing where there is none.
    [[nodiscard]] std::optional<std::size_t> childIndent(const Block& block, bool isRoot) const {
        for (std::size_t i = isRoot ? block.first : block.first + 1; i < block.end; ++i)
            if (!isBlank(m_lines[i])) return indentOf(m_lines[i]);
        return std::nullopt;
    }

    void replace(const Block& block, const std::string& text) {
        const auto at = m_lines.begin() + static_cast<std::ptrdiff_t>(block.first);
        m_lines.erase(at, m_lines.begin() + static_cast<std::ptrdiff_t>(block.end));
        if (!text.empty()) insert(block.first, text);
    }

    /// Before line `at`; the line above gets a line end if it lacks one.
    void insert(std::size_t at, const std::string& text) {
        if (at > 0 && !m_lines[at - 1].ends_with('\n')) m_lines[at - 1] += '\n';
        m_lines.insert(m_lines.begin() + static_cast<std::ptrdiff_t>(at), text);
    }

    [[nodiscard]] std::string text() const {
        std::string all;
        for (const std::string& line : m_lines)
            all += line;
        return all;
    }

private:
    static std::size_t indentOf(std::string_view line) { return line.find_first_not_of(' '); }
    static bool isBlank(std::string_view line) {
        const std::size_t at = line.find_first_not_of(" \t\r\n");
        return at == std::string_view::npos || line[at] == '#' || line.starts_with("---");
    }

    [[nodiscard]] std::optional<Block> child(const Block& parent, bool isRoot, std::size_t indent,
                                             const std::string& key) const {
        for (std::size_t i = isRoot ? parent.first : parent.first + 1; i < parent.end; ++i) {
            const std::string_view line = m_lines[i];
            if (isBlank(line) || indentOf(line) != indent || !line.substr(indent).starts_with(key + ':'))
                continue;
            return Block{i, endOf(i, parent.end, indent), indent};
        }
        return std::nullopt;
    }

    /// Items of a list may stand as far left as their key. Comments and blank lines belong to what follows.
    [[nodiscard]] std::size_t endOf(std::size_t first, std::size_t limit, std::size_t indent) const {
        std::size_t end = first + 1;
        for (std::size_t i = first + 1; i < limit; ++i) {
            if (isBlank(m_lines[i])) continue;
            const std::size_t at = indentOf(m_lines[i]);
            if (at < indent || (at == indent && m_lines[i][at] != '-')) break;
            end = i + 1;
        }
        return end;
    }

    std::vector<std::string> m_lines{};
};

std::string indented(const std::string& text, std::size_t by) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        out += std::string(by, ' ') + text.substr(at, end - at);
        at = end;
    }
    return out;
}

/// `key: value` in block style, as far right as `indent`.
std::string entryText(const std::string& key, const Value& value, std::size_t indent) {
    return indented(writeYaml(Value(Value::Map{{key, value}})), indent);
}

/// The text with `value` at the key, or without the key for nullopt; nothing where lines do not show how.
std::optional<std::string> changeLines(const std::string& text, const std::vector<std::string>& parts,
                                       const std::optional<Value>& value) {
    BlockLines lines(text);
    if (const auto block = lines.find(parts)) {
        lines.replace(*block, value ? entryText(parts.back(), *value, block->indent) : std::string());
        return lines.text();
    }
    if (!value) return std::nullopt;
    // The deepest ancestor that is there gets the rest of the way as its last entry.
    std::vector<std::string> above = parts;
    Value rest = *value;
    while (!above.empty()) {
        const std::string key = above.back();
        above.pop_back();
        if (const auto parent = lines.find(above)) {
            const auto indent = lines.childIndent(*parent, above.empty());
            if (!indent && !above.empty()) return std::nullopt;
            lines.insert(parent->end, entryText(key, rest, indent.value_or(0)));
            return lines.text();
        }
        rest = Value(Value::Map{{key, std::move(rest)}});
    }
    return std::nullopt;
}

std::optional<Value> unresolved(const std::string& yaml, const std::string& file) {
    auto node = readYaml(yaml, file, Layer::Yaml);
    if (!node) return std::nullopt;
    return Config(std::move(*node)).unresolved();
}

/// The text after one override; nothing where it cannot be made by changing lines.
std::optional<std::string> applyOne(const std::string& text, const Override& override,
                                    const Value& composed) {
    const std::vector<std::string> parts = detail::splitKey(override.key);
    const Value* const value = composed.at(override.key);
    if (value == nullptr || override.kind == OverrideKind::Delete)
        return changeLines(text, parts, std::nullopt);
    if (const auto edit = editYaml(text, override.key, *value)) return applyEdit(text, *edit);
    return changeLines(text, parts, *value);
}

Result<Value> composed(std::string_view yaml, const std::vector<std::string>& overrides) {
    const auto config = compose({.configPath = ".",
                                 .configName = "config",
                                 .overrides = overrides,
                                 .files = {{"config.yaml", std::string(yaml)}}});
    if (!config) return fail(config.error());
    return config->unresolved();
}

} // namespace

Result<std::string> applyOverrides(std::string_view yaml, const std::vector<std::string>& overrides,
                                   const std::string& file) {
    if (overrides.empty()) return std::string(yaml);
    const auto wanted = composed(yaml, overrides);
    if (!wanted) {
        Error error = wanted.error();
        if (error.file == "config.yaml") error.file = file;
        return fail(std::move(error));
    }
    std::optional<std::string> text(yaml);
    for (std::size_t i = 0; i < overrides.size() && text; ++i) {
        const auto override = parseOverride(overrides[i]);
        if (!override) return fail(override.error());
        text = applyOne(*text, *override, *wanted);
    }
    if (text && unresolved(*text, file) == *wanted) return std::move(*text);
    return writeYaml(*wanted);
}

} // namespace fathom::config
