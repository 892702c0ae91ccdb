// SPDX-License-Identifier: Apache-2.0
#include "engine/config/convert.h"

#include "engine/config/yaml_scalar.h"

#include <algorithm>

namespace fathom::config {

namespace {

Error cannotConvert(const Value& value, const char* target, std::string remedy) {
    return conversionError("ValidationError",
                           "Value '" + pythonStr(value) + "' of type '" + pythonTypeName(value) +
                               "' could not be converted to " + target,
                           std::move(remedy));
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// The text of the special scalars {"$enum": …}, {"$path": …}; nullptr for other values.
const Value* specialText(const Value& value, std::string_view tag) {
    if (!value.isMap() || value.asMap().size() != 1) return nullptr;
    return value.asMap().find(tag);
}

} // namespace

Error conversionError(std::string className, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Wrong value", std::move(why), std::move(remedy)};
    error.className = std::move(className);
    return error;
}

Result<std::int64_t> toInt(const Value& value) {
    if (value.isInt()) return value.asInt();
    std::int64_t number = 0;
    if (value.isString() && pythonInt(value.asString(), number)) return number;
    return fail(cannotConvert(value, "Integer", "Give a whole number"));
}

Result<double> toFloat(const Value& value) {
    if (value.isNumber()) return value.toDouble();
    double number = 0;
    if (value.isString() && pythonFloat(value.asString(), number)) return number;
    return fail(cannotConvert(value, "Float", "Give a number"));
}

Result<bool> toBool(const Value& value) {
    if (value.isBool()) return value.asBool();
    if (value.isInt()) return value.asInt() != 0;
    if (value.isString()) {
        const std::string word = lower(value.asString());
        if (word == "yes" || word == "y" || word == "on" || word == "true") return true;
        if (word == "no" || word == "n" || word == "off" || word == "false") return false;
        std::int64_t number = 0;
        if (pythonInt(word, number)) return number != 0;
    }
    return fail(conversionError("ValidationError",
                                "Value '" + pythonStr(value) + "' is not a valid bool (type " +
                                    pythonTypeName(value) + ")",
                                "Give true or false"));
}

Result<std::string> toText(const Value& value) {
    if (value.isList() || (value.isMap() && !specialText(value, "$enum") && !specialText(value, "$path")))
        return fail(conversionError("ValidationError",
                                    "Cannot convert '" + pythonTypeName(value) + "' to string: '" +
                                        pythonStr(value) + "'",
                                    "Put the text in quotes"));
    return pythonStr(value);
}

bool isReservedKey(std::string_view key) {
    return key == "$enum" || key == "$path" || key == "$bytes" || key == "$int" || key == "$map";
}

Value mapOfPairs(Value::List pairs) {
    const auto keyOf = [](const Value& pair) -> const Value& { return pair.asList().front(); };
    const bool isPlain =
        std::ranges::all_of(pairs, [&](const Value& pair) { return keyOf(pair).isString(); }) &&
        !(pairs.size() == 1 && isReservedKey(keyOf(pairs.front()).asString()));
    if (!isPlain) return Value::Map{{"$map", Value(std::move(pairs))}};
    Value::Map map;
    for (Value& pair : pairs)
        map.set(keyOf(pair).asString(), std::move(pair.asList().back()));
    return map;
}

std::string pythonTypeName(const Value& value) {
    if (specialText(value, "$path")) return "PosixPath";
    if (specialText(value, "$int")) return "int";
    if (specialText(value, "$bytes")) return "bytes";
    if (const Value* member = specialText(value, "$enum"))
        return member->asString().substr(0, member->asString().find('.'));
    return value.isNull() ? "NoneType" : std::string(value.typeName());
}

std::string pythonStr(const Value& value) {
    if (value.isString()) return value.asString();
    if (const Value* text = specialText(value, "$enum")) return text->asString();
    if (const Value* text = specialText(value, "$path")) return text->asString();
    if (const Value* text = specialText(value, "$int")) return text->asString();
    return pythonRepr(value);
}

std::string pythonRepr(const Value& value) {
    switch (value.type()) {
    case Value::Type::Null:
        return "None";
    case Value::Type::Bool:
        return value.asBool() ? "True" : "False";
    case Value::Type::Int:
        return std::to_string(value.asInt());
    case Value::Type::Float:
        return formatFloat(value.asFloat());
    case Value::Type::String: {
        const bool single = value.asString().find('\'') == std::string::npos ||
                            value.asString().find('"') != std::string::npos;
        const char quote = single ? '\'' : '"';
        std::string out(1, quote);
        for (const char c : value.asString()) {
            if (c == quote || c == '\\') out += '\\';
            if (c == '\n')
                out += "\\n";
            else if (c == '\t')
                out += "\\t";
            else if (c == '\r')
                out += "\\r";
            else
                out += c;
        }
        return out + quote;
    }
    case Value::Type::List: {
        std::string out = "[";
        for (const Value& item : value.asList())
            out += (out.size() > 1 ? ", " : "") + pythonRepr(item);
        return out + "]";
    }
    case Value::Type::Map: {
        if (const Value* text = specialText(value, "$int")) return text->asString();
        if (const Value* text = specialText(value, "$path")) return "PosixPath('" + text->asString() + "')";
        std::string out = "{";
        if (const Value* pairs = specialText(value, "$map"); pairs && pairs->isList()) {
            for (const Value& pair : pairs->asList())
                out += (out.size() > 1 ? ", " : "") + pythonRepr(pair.asList()[0]) + ": " +
                       pythonRepr(pair.asList()[1]);
            return out + "}";
        }
        for (const auto& [key, item] : value.asMap())
            out += (out.size() > 1 ? ", " : "") + pythonRepr(Value(key)) + ": " + pythonRepr(item);
        return out + "}";
    }
    }
    return {};
}

} // namespace fathom::config
