// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_construct.h"

#include "engine/config/convert.h"
#include "engine/config/yaml_scalar.h"

#include <array>

namespace fathom::config::detail {

namespace {

constexpr std::string_view kStandard = "tag:yaml.org,2002:";

[[noreturn]] void unknownTag(const std::string& tag, const YamlMark& mark) {
    throw YamlFailure{"ConstructorError", "could not determine a constructor for the tag '" + tag + "'",
                      mark};
}
[[noreturn]] void unsupported(const char* type, const YamlMark& mark) {
    throw YamlFailure{"UnsupportedValueType",
                      std::string("Value '") + type + "' is not a supported primitive type", mark};
}

std::string decodeBase64(const std::string& text, const YamlMark& mark) {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static constexpr std::string_view kHex = "0123456789abcdef";
    const auto refuse = [&mark] {
        throw YamlFailure{"ConstructorError", "failed to decode base64 data", mark};
    };
    std::string hex;
    std::uint32_t bits = 0;
    int count = 0;
    std::size_t digits = 0, padding = 0;
    for (const char c : text) {
        if (c == '\n' || c == ' ' || c == '\t' || c == '\r') continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos || padding > 0) refuse();
        ++digits;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            const std::uint32_t byte = bits >> count & 0xFF;
            hex += kHex[byte >> 4];
            hex += kHex[byte & 15];
        }
    }
    if (digits % 4 == 1 || (digits % 4 > 0 && digits % 4 + padding < 4)) refuse();
    return hex;
}

Value tagged(const std::string& text, const std::string& tag, const YamlMark& mark) {
    const std::string_view kind = std::string_view(tag).substr(kStandard.size());
    if (kind == "null") return {};
    if (kind == "binary") return Value::Map{{"$bytes", Value(decodeBase64(text, mark))}};
    if (kind == "timestamp") unsupported("datetime", mark);
    const Result<Value> value = yamlScalar(text);
    double number = 0;
    if (kind == "bool" && value && value->isBool()) return *value;
    if (kind == "int" && value && (value->isInt() || value->isMap())) return *value;
    if (kind == "float" && value && value->isFloat()) return *value;
    if (kind == "float" && value && value->isInt() && pythonFloat(text, number)) return Value(number);
    if (kind == "float" && pythonFloat(text, number)) return Value(number);
    if (kind == "bool") throw YamlFailure{"KeyError", "'" + text + "'", mark};
    throw YamlFailure{"ValueError", "'" + text + "' does not fit the tag " + tag, mark};
}

bool isPathTag(const std::string& tag) {
    return tag == "tag:yaml.org,2002:python/object/apply:pathlib.PosixPath" ||
           tag == "tag:yaml.org,2002:python/object/apply:pathlib.Path";
}

void makePath(Node& node) {
    std::string path;
    for (const Node& part : node.children) {
        if (!path.empty() && path.back() != '/') path += '/';
        path += pythonStr(part.value);
    }
    node.kind = NodeKind::Scalar;
    node.children.clear();
    node.value = Value(Value::Map{{"$path", Value(path.empty() ? "." : path)}});
}

/// A list of one-entry maps to a list of [key, value].
void makePairs(Node& node, const YamlMark& mark) {
    for (Node& item : node.children) {
        if (item.kind != NodeKind::Map || item.children.size() != 1)
            throw YamlFailure{"ConstructorError",
                              "while constructing an ordered map: expected a mapping of length 1", mark};
        Node value = std::move(item.children.front());
        Node key;
        key.value = value.typedKey.isNull() ? Value(value.key) : value.typedKey;
        key.history = item.history;
        key.key = "0";
        value.key = "1";
        value.typedKey = Value{};
        item.kind = NodeKind::List;
        item.children.clear();
        item.children.push_back(std::move(key));
        item.children.push_back(std::move(value));
    }
}

} // namespace

Value constructScalar(const std::string& text, bool implicit, const std::string& tag, const YamlMark& mark) {
    if (implicit) {
        if (text == "<<") unknownTag("tag:yaml.org,2002:merge", mark);
        Result<Value> value = yamlScalar(text);
        if (!value) throw YamlFailure{value.error().className, value.error().why, mark};
        return std::move(*value);
    }
    if (tag.empty() || tag == "tag:yaml.org,2002:str") return Value(text);
    static constexpr std::array<std::string_view, 6> kScalarTags{"null",  "bool",   "int",
                                                                 "float", "binary", "timestamp"};
    for (const std::string_view known : kScalarTags)
        if (tag.starts_with(kStandard) && std::string_view(tag).substr(kStandard.size()) == known)
            return tagged(text, tag, mark);
    unknownTag(tag, mark);
}

void constructCollection(Node& node, const std::string& tag, const YamlMark& mark) {
    const bool isList = node.kind == NodeKind::List;
    if (tag.empty() || tag == "!" || tag == (isList ? "tag:yaml.org,2002:seq" : "tag:yaml.org,2002:map"))
        return;
    if (isList && isPathTag(tag)) return makePath(node);
    if (!isList && tag == "tag:yaml.org,2002:set") unsupported("set", mark);
    if (isList && (tag == "tag:yaml.org,2002:omap" || tag == "tag:yaml.org,2002:pairs"))
        return makePairs(node, mark);
    unknownTag(tag, mark);
}

std::string keyTextOf(const Value& key) {
    return pythonStr(key);
}

} // namespace fathom::config::detail
