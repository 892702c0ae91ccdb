// SPDX-License-Identifier: Apache-2.0
#include "engine/config/schema.h"

#include "engine/config/structured.h"
#include "engine/config/suggest.h"

#include <algorithm>

namespace fathom::config::detail {

namespace {

Error at(std::string key, std::string className, std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Wrong value", std::move(why), std::move(remedy)};
    error.key = std::move(key);
    error.className = std::move(className);
    return error;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string limits(const FieldOptions& options) {
    if (options.minimum && options.maximum)
        return "between " + formatFloat(*options.minimum) + " and " + formatFloat(*options.maximum);
    return options.minimum ? "at least " + formatFloat(*options.minimum)
                           : "at most " + formatFloat(*options.maximum);
}

Status checkRange(const Field& field, const Value& value) {
    if (value.isList()) {
        for (const Value& item : value.asList())
            if (Status status = checkRange(field, item); !status) return status;
        return {};
    }
    const Result<double> number = value.isBool() ? Result<double>(0) : toFloat(value);
    if (!number || value.isBool()) return {}; // the conversion reports it better
    const bool low = field.options.minimum && !(*number >= *field.options.minimum);
    const bool high = field.options.maximum && !(*number <= *field.options.maximum);
    if (!low && !high) return {};
    return fail(at(field.name, "ValidationError", "Value " + pythonStr(value) + " is out of range",
                   "Give a number " + limits(field.options)));
}

} // namespace

Status checkField(const Field& field, const Value& value) {
    if (isMissing(value))
        return fail(at(field.name, "MissingMandatoryValue", "Missing mandatory value: " + field.name,
                       "Give it a value"));
    if (value.isNull()) return {};
    if (field.options.minimum || field.options.maximum)
        if (Status status = checkRange(field, value); !status) return status;
    if (!field.options.choices.empty() && !field.options.choicesAreOpen && value.isString() &&
        std::ranges::find(field.options.choices, value.asString()) == field.options.choices.end())
        return fail(at(field.name, "ValidationError",
                       "Invalid value '" + value.asString() + "', expected one of [" +
                           joined(field.options.choices) + "]",
                       didYouMean(value.asString(), field.options.choices, "Choose one of them")));
    return {};
}

Status checkRequired(const Field& field) {
    if (!field.required) return {};
    return fail(
        at(field.name, "MissingMandatoryValue", "Missing mandatory value: " + field.name, "Give it a value"));
}

Error unknownKey(const Description& description, const std::string& key) {
    const std::vector<std::string> names = description.fieldNames();
    return at(key, "ConfigKeyError", "Key '" + key + "' not in '" + description.name + "'",
              didYouMean(key, names, "Known keys: " + joined(names)));
}

Status checkUnknown(const Description& description, const Value::Map& given) {
    if (description.isOpen) return {};
    for (const auto& [key, value] : given)
        if (!description.field(key)) return fail(unknownKey(description, key));
    return {};
}

namespace {

Status checkAs(const NodeType& type, const Value& value) {
    if (value.isNull() || isMissing(value)) {
        if (value.isNull() && !type.optional && type.kind != TypeKind::Any)
            return fail(conversionError("ValidationError", "field is not Optional",
                                        "Give a value or remove the key"));
        return {};
    }
    if (type.kind == TypeKind::Class) return {};
    if (type.kind == TypeKind::List) {
        if (!value.isList())
            return fail(conversionError("ValidationError",
                                        "Invalid value assigned: " + pythonTypeName(value) +
                                            " is not a ListConfig, list or tuple.",
                                        "Give a list: [" + pythonStr(value) + "]"));
        for (std::size_t i = 0; i < value.asList().size(); ++i)
            if (Status status = checkAs(*type.element, value.asList()[i]); !status)
                return fail(inside(std::to_string(i), status.error()));
        return {};
    }
    if (type.kind == TypeKind::Dict) {
        if (!value.isMap())
            return fail(conversionError("ValidationError",
                                        "Cannot assign " + pythonTypeName(value) + " to " + type.text,
                                        "Give a map"));
        for (const auto& [key, item] : value.asMap())
            if (Status status = checkAs(*type.element, item); !status)
                return fail(inside(key, status.error()));
        return {};
    }
    const Result<Value> converted = convertTo(type, value);
    return converted ? Status{} : Status(fail(converted.error()));
}

} // namespace

Status checkType(const Field& field, const Value& value) {
    const Status status = checkAs(*SchemaStore().parseType(field.type), value);
    return status ? Status{} : Status(fail(inside(field.name, status.error())));
}

Error notAMap(const std::string& schema, const Value& value) {
    return at({}, "ValidationError",
              "Invalid type assigned: " + pythonTypeName(value) + " is not a subclass of " + schema +
                  ". value: " + pythonStr(value),
              "Give a map of " + schema + "'s keys");
}

Error placed(const Config& config, std::string_view path, Error error) {
    std::string key(path);
    if (!error.key.empty()) key += (key.empty() ? "" : ".") + error.key;
    std::string remedy = error.className == "MissingMandatoryValue"
                             ? "Set it, for example " + key + "=VALUE on the command line"
                             : error.remedy;
    Error out = config.errorAt(key, "Cannot read " + (key.empty() ? std::string("the config") : key),
                               error.why, std::move(remedy));
    out.className = std::move(error.className);
    out.key = std::move(key);
    return out;
}

Error inside(const std::string& field, Error error) {
    error.key = error.key.empty() ? field : field + "." + error.key;
    return error;
}

} // namespace fathom::config::detail
