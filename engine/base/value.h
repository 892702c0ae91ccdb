// SPDX-License-Identifier: Apache-2.0
// A configuration value after composition: what YAML or JSON can say, with key order kept.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fathom {

class Value;

/// A map that keeps the order in which keys were first seen, as OmegaConf does. Lookup is linear: config maps
/// are small.
class ValueMap {
public:
    using Entry = std::pair<std::string, Value>;

    ValueMap() = default;
    ValueMap(std::initializer_list<Entry> entries);

    [[nodiscard]] const Value* find(std::string_view key) const;
    [[nodiscard]] Value* find(std::string_view key);
    /// Replaces the value of an existing key in its place, or appends.
    void set(std::string key, Value value);
    /// Adds an entry whose key is known to be new, without looking.
    void append(std::string key, Value value);
    bool erase(std::string_view key);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const;
    [[nodiscard]] std::vector<Entry>::const_iterator begin() const;
    [[nodiscard]] std::vector<Entry>::const_iterator end() const;
    [[nodiscard]] std::vector<Entry>::iterator begin();
    [[nodiscard]] std::vector<Entry>::iterator end();

    friend bool operator==(const ValueMap& a, const ValueMap& b);

private:
    std::vector<Entry> m_entries;
};

/// null, bool, int, float, string, list or map. Python's int and float stay apart: Value(1) != Value(1.0).
class Value {
public:
    using List = std::vector<Value>;
    using Map = ValueMap;
    enum class Type { Null, Bool, Int, Float, String, List, Map };

    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool value) : m_data(value) {}
    Value(int value) : m_data(std::int64_t{value}) {}
    Value(std::int64_t value) : m_data(value) {}
    Value(double value) : m_data(value) {}
    Value(const char* value) : m_data(std::string(value)) {}
    Value(std::string value) : m_data(std::move(value)) {}
    Value(std::string_view value) : m_data(std::string(value)) {}
    Value(List value) : m_data(std::move(value)) {}
    Value(Map value) : m_data(std::move(value)) {}

    [[nodiscard]] Type type() const { return static_cast<Type>(m_data.index()); }
    [[nodiscard]] bool isNull() const { return type() == Type::Null; }
    [[nodiscard]] bool isBool() const { return type() == Type::Bool; }
    [[nodiscard]] bool isInt() const { return type() == Type::Int; }
    [[nodiscard]] bool isFloat() const { return type() == Type::Float; }
    [[nodiscard]] bool isNumber() const { return isInt() || isFloat(); }
    [[nodiscard]] bool isString() const { return type() == Type::String; }
    [[nodiscard]] bool isList() const { return type() == Type::List; }
    [[nodiscard]] bool isMap() const { return type() == Type::Map; }

    // Each of these requires the type it names (isX() tells); asking for another is a programmer's mistake.
    [[nodiscard]] bool asBool() const { return std::get<bool>(m_data); }
    [[nodiscard]] std::int64_t asInt() const { return std::get<std::int64_t>(m_data); }
    [[nodiscard]] double asFloat() const { return std::get<double>(m_data); }
    [[nodiscard]] const std::string& asString() const { return std::get<std::string>(m_data); }
    [[nodiscard]] const List& asList() const { return std::get<List>(m_data); }
    [[nodiscard]] List& asList() { return std::get<List>(m_data); }
    [[nodiscard]] const Map& asMap() const { return std::get<Map>(m_data); }
    [[nodiscard]] Map& asMap() { return std::get<Map>(m_data); }
    /// An int or float as double; requires isNumber().
    [[nodiscard]] double toDouble() const { return isInt() ? static_cast<double>(asInt()) : asFloat(); }

    /// Value at a dotted path through maps and list indices ("model.optim.betas.0"), or nullptr.
    [[nodiscard]] const Value* at(std::string_view dottedPath) const;

    /// "null", "bool", "int", "float", "str", "list" or "dict", as messages name it.
    [[nodiscard]] std::string_view typeName() const;

    friend bool operator==(const Value& a, const Value& b) = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> m_data;
};

// Below Value, because they need it complete.
inline std::size_t ValueMap::size() const { return m_entries.size(); }
inline bool ValueMap::empty() const { return m_entries.empty(); }
inline std::vector<ValueMap::Entry>::const_iterator ValueMap::begin() const { return m_entries.begin(); }
inline std::vector<ValueMap::Entry>::const_iterator ValueMap::end() const { return m_entries.end(); }
inline std::vector<ValueMap::Entry>::iterator ValueMap::begin() { return m_entries.begin(); }
inline std::vector<ValueMap::Entry>::iterator ValueMap::end() { return m_entries.end(); }

/// Compact JSON in UTF-8. Non-finite floats become {"$float": "nan" | "inf" | "-inf"}; floats keep a fraction
/// ("1.0").
[[nodiscard]] std::string toJson(const Value& value);
/// Parses one JSON document; integers become Int, others Float. Errors are BadInput.
[[nodiscard]] Result<Value> fromJson(std::string_view text);
/// Shortest decimal text that reads back to the same double, as Python's repr writes it ("0.001", "1e-09",
/// "1.0").
[[nodiscard]] std::string formatFloat(double value);

} // namespace fathom
