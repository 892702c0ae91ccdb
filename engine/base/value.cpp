// SPDX-License-Identifier: Apache-2.0
#include "engine/base/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace fathom {

ValueMap::ValueMap(std::initializer_list<Entry> entries) {
    for (const Entry& entry : entries)
        set(entry.first, entry.second);
}

const Value* ValueMap::find(std::string_view key) const {
    const auto it = std::ranges::find(m_entries, key, &Entry::first);
    return it == m_entries.end() ? nullptr : &it->second;
}

Value* ValueMap::find(std::string_view key) {
    const auto it = std::ranges::find(m_entries, key, &Entry::first);
    return it == m_entries.end() ? nullptr : &it->second;
}

void ValueMap::set(std::string key, Value value) {
    if (Value* existing = find(key))
        *existing = std::move(value);
    else
        m_entries.emplace_back(std::move(key), std::move(value));
}

void ValueMap::append(std::string key, Value value) { m_entries.emplace_back(std::move(key), std::move(value)); }

bool ValueMap::erase(std::string_view key) {
    return std::erase_if(m_entries, [&](const Entry& entry) { return entry.first == key; }) > 0;
}

bool operator==(const ValueMap& a, const ValueMap& b) {
    return a.m_entries == b.m_entries;
}

const Value* Value::at(std::string_view dottedPath) const {
    const Value* node = this;
    while (node && !dottedPath.empty()) {
        const std::size_t dot = dottedPath.find('.');
        const std::string_view key = dottedPath.substr(0, dot);
        dottedPath = dot == std::string_view::npos ? std::string_view{} : dottedPath.substr(dot + 1);
        if (node->isMap()) {
            node = node->asMap().find(key);
        } else if (node->isList()) {
            std::size_t index = 0;
            const auto parsed = std::from_chars(key.data(), key.data() + key.size(), index);
            const bool valid = parsed.ec == std::errc{} && parsed.ptr == key.data() + key.size();
            node = valid && index < node->asList().size() ? &node->asList()[index] : nullptr;
        } else {
            node = nullptr;
        }
    }
    return node;
}

std::string_view Value::typeName() const {
    switch (type()) {
    case Type::Null:
        return "null";
    case Type::Bool:
        return "bool";
    case Type::Int:
        return "int";
    case Type::Float:
        return "float";
    case Type::String:
        return "str";
    case Type::List:
        return "list";
    case Type::Map:
        return "dict";
    }
    return "?";
}

std::string formatFloat(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char buffer[64];
    // Python's repr switches to an exponent below 1e-4 and from 1e16 on.
    const double magnitude = std::fabs(value);
    const auto format = magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e16)
                            ? std::chars_format::scientific
                            : std::chars_format::fixed;
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
    std::string text(buffer, end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

namespace {

void writeString(std::string& out, const std::string& text) {
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write(std::string& out, const Value& value) {
    switch (value.type()) {
    case Value::Type::Null:
        out += "null";
        return;
    case Value::Type::Bool:
        out += value.asBool() ? "true" : "false";
        return;
    case Value::Type::Int:
        out += std::to_string(value.asInt());
        return;
    case Value::Type::Float:
        if (std::isfinite(value.asFloat()))
            out += formatFloat(value.asFloat());
        else
            out += "{\"$float\": \"" + formatFloat(value.asFloat()) + "\"}";
        return;
    case Value::Type::String:
        writeString(out, value.asString());
        return;
    case Value::Type::List: {
        out += '[';
        bool first = true;
        for (const Value& item : value.asList()) {
            if (!first) out += ", ";
            first = false;
            write(out, item);
        }
        out += ']';
        return;
    }
    case Value::Type::Map: {
        out += '{';
        bool first = true;
        for (const auto& [key, item] : value.asMap()) {
            if (!first) out += ", ";
            first = false;
            writeString(out, key);
            out += ": ";
            write(out, item);
        }
        out += '}';
        return;
    }
    }
}

Value fromNlohmann(const nlohmann::ordered_json& json) {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        return json.get<double>();
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number_float()) return json.get<double>();
    if (json.is_string()) return json.get<std::string>();
    if (json.is_array()) {
        Value::List list;
        list.reserve(json.size());
        for (const auto& item : json)
            list.push_back(fromNlohmann(item));
        return list;
    }
    if (json.is_object()) {
        Value::Map map;
        for (const auto& [key, item] : json.items())
            map.set(key, fromNlohmann(item));
        return map;
    }
    return nullptr;
}

// nlohmann's parser recurses for nested arrays; a bound keeps hostile input off the stack.
bool nestsTooDeep(std::string_view text) {
    constexpr int kMaxDepth = 512;
    int depth = 0;
    for (const char c : text) {
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        if (depth > kMaxDepth) return true;
    }
    return false;
}

} // namespace

std::string toJson(const Value& value) {
    std::string out;
    write(out, value);
    return out;
}

Result<Value> fromJson(std::string_view text) {
    if (nestsTooDeep(text))
        return fail({ErrorKind::BadInput, "Cannot read JSON", "it is nested more than 512 levels deep", ""});
    try {
        return fromNlohmann(nlohmann::ordered_json::parse(text));
    } catch (const nlohmann::json::exception& error) {
        return fail({ErrorKind::BadInput, "Cannot read JSON", error.what(), "Correct the text"});
    }
}

} // namespace fathom
