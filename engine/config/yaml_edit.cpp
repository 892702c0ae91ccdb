// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_edit.h"

#include "engine/config/convert.h"
#include "engine/config/resolver.h"
#include "engine/config/suggest.h"
#include "engine/config/unicode.h"
#include "engine/config/yaml_document.h"

#include <algorithm>
#include <cmath>

namespace fathom::config {

namespace {

Error cannotEdit(std::string_view key, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Cannot change " + std::string(key), std::move(why), std::move(remedy)};
    error.key = std::string(key);
    return error;
}

std::string singleQuoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
}

std::string doubleQuoted(const std::string& text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += std::string("\\") + c;
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else if (byte < 0x20 || byte == 0x7F)
            out += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
        else
            out += c;
    }
    return out + "\"";
}

std::string plainText(const Value& value) {
    if (value.isNull()) return "null";
    if (value.isBool()) return value.asBool() ? "true" : "false";
    if (!value.isFloat()) return pythonStr(value);
    if (std::isnan(value.asFloat())) return ".nan";
    if (std::isinf(value.asFloat())) return value.asFloat() > 0 ? ".inf" : "-.inf";
    std::string text = formatFloat(value.asFloat());
    const std::size_t exponent = text.find('e');
    if (exponent != std::string::npos && text.find('.') == std::string::npos)
        text.insert(exponent, ".0"); // any YAML 1.1 reader
    return text;
}

/// The ways to write a value, the preferred one first; some may not read back and are skipped by the caller.
std::vector<std::string> spellings(const Value& value, char style) {
    if (!value.isString()) return {plainText(value)};
    const std::string& text = value.asString();
    std::vector<std::string> out;
    if (style == '\'') out.push_back(singleQuoted(text));
    if (style == '"') out.push_back(doubleQuoted(text));
    const bool onOneLine = text.find_first_of("\n\r") == std::string::npos;
    if (!text.empty() && onOneLine) out.push_back(text);
    if (onOneLine) out.push_back(singleQuoted(text));
    out.push_back(doubleQuoted(text));
    return out;
}

const Node* nodeAt(const Node& root, const std::vector<std::string>& parts) {
    const Node* node = &root;
    for (const std::string& part : parts)
        if (node) node = node->child(part);
    return node;
}

struct Reading {
    Node root{};
    std::optional<detail::ScalarPlace> place{};
};

Result<Reading> read(std::string_view text, const std::vector<std::string>& path) {
    static const std::string kNoFile;
    try {
        Reading out;
        out.root = detail::YamlDocument(text, kNoFile, Layer::Yaml).read(path, out.place);
        return out;
    } catch (const detail::YamlFailure& failure) {
        Error error{ErrorKind::Usage, "Cannot read YAML", failure.why, "Correct the file"};
        error.className = failure.className;
        error.line = failure.mark.line + 1;
        error.column = failure.mark.column + 1;
        return fail(std::move(error));
    }
}

/// Whether the value is the same, NaN being equal to itself.
bool isSame(const Value& a, const Value& b) {
    if (a.isFloat() && b.isFloat() && std::isnan(a.asFloat())) return std::isnan(b.asFloat());
    return a == b;
}

/// Whether the trees are equal but for the scalar written at `edited`, which aliases may repeat.
bool differOnlyAt(const Assignment& edited, const Node& a, const Node& b) {
    if (a.kind != b.kind || a.key != b.key || a.children.size() != b.children.size()) return false;
    const Assignment& made = a.history.front();
    const bool isEdited = made.line == edited.line && made.column == edited.column;
    if (a.kind == NodeKind::Scalar) return isEdited || isSame(a.value, b.value);
    return std::ranges::equal(a.children, b.children, [&](const Node& left, const Node& right) {
        return differOnlyAt(edited, left, right);
    });
}

void collectKeys(const Node& node, const std::string& path, std::vector<std::string>& out) {
    if (node.kind == NodeKind::Scalar) out.push_back(path);
    for (const Node& child : node.children)
        collectKeys(child, path.empty() ? child.key : path + "." + child.key, out);
}

/// Where the scalar is written that is to be changed.
Result<detail::ScalarPlace> placeOf(const Reading& reading, std::string_view key,
                                    const std::vector<std::string>& parts) {
    const Node* node = nodeAt(reading.root, parts);
    if (!node) {
        std::vector<std::string> known;
        collectKeys(reading.root, {}, known);
        return fail(cannotEdit(key, "the file has no such key",
                               didYouMean(key, known, "Add it to the file by hand")));
    }
    if (node->kind != NodeKind::Scalar)
        return fail(cannotEdit(key, "it is a map or a list", "Change the values inside it"));
    if (!reading.place)
        return fail(cannotEdit(key, "its value comes from an alias", "Change the value at the anchor"));
    return *reading.place;
}

} // namespace

std::string applyEdit(std::string_view text, const YamlEdit& edit) {
    std::string out(text.substr(0, edit.offset));
    out += edit.inserted;
    out += text.substr(edit.offset + edit.removed.size());
    return out;
}

Result<YamlEdit> editYaml(std::string_view text, std::string_view key, const Value& value) {
    if ((value.isList() || value.isMap()) && !detail::isSpecialScalar(value))
        return fail(cannotEdit(key, "the new value is not a scalar", "Change the items one by one"));
    const std::vector<std::string> parts = detail::splitKey(key);
    const Result<Reading> before = read(text, parts);
    if (!before) return fail(before.error());
    const Result<detail::ScalarPlace> place = placeOf(*before, key, parts);
    if (!place) return fail(place.error());
    const Assignment& edited = nodeAt(before->root, parts)->history.front();
    for (const std::string& spelling : spellings(value, place->style)) {
        YamlEdit edit;
        edit.offset = place->start;
        edit.removed = std::string(text.substr(place->start, place->end - place->start));
        edit.inserted = (place->start == place->end ? " " : "") + spelling;
        const Result<Reading> after = read(applyEdit(text, edit), parts);
        if (!after || !differOnlyAt(edited, before->root, after->root)) continue;
        const Node* changed = nodeAt(after->root, parts);
        if (changed && isSame(changed->value, value)) return edit;
    }
    return fail(cannotEdit(key,
                           place->tagged ? "the tag before it does not allow the new value"
                                         : "the new value cannot be written there",
                           "Change the file by hand"));
}

} // namespace fathom::config
