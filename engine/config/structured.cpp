// SPDX-License-Identifier: Apache-2.0
#include "engine/config/structured.h"

#include "engine/base/file.h"
#include "engine/config/convert.h"
#include "engine/config/resolver.h"

#include <algorithm>
#include <cctype>

namespace fathom::config {

namespace {

Error validationError(std::string why, std::string remedy = {}) {
    return conversionError("ValidationError", std::move(why), std::move(remedy));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// "A, List[B, C]" to its parts.
std::vector<std::string_view> arguments(std::string_view text) {
    std::vector<std::string_view> out;
    int depth = 0;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] == '[') ++depth;
        if (i < text.size() && text[i] == ']') --depth;
        if (i == text.size() || (text[i] == ',' && depth == 0)) {
            out.push_back(trimmed(text.substr(start, i - start)));
            start = i + 1;
        }
    }
    return out;
}

std::shared_ptr<NodeType> simple(TypeKind kind, std::string_view text) {
    auto type = std::make_shared<NodeType>();
    type->kind = kind;
    type->text = std::string(text);
    type->optional = kind == TypeKind::Any;
    return type;
}

const Value& member(const Value& map, std::string_view key) {
    static const Value kNull;
    const Value* found = map.isMap() ? map.asMap().find(key) : nullptr;
    return found ? *found : kNull;
}

} // namespace

bool ClassType::isSubclassOf(std::string_view other) const {
    return name == other || std::ranges::find(ancestors, other) != ancestors.end();
}

std::shared_ptr<const NodeType> SchemaStore::parseType(std::string_view text) const {
    text = trimmed(text);
    const std::size_t bracket = text.find('[');
    const std::string_view head = text.substr(0, bracket);
    const std::string_view inner = bracket == std::string_view::npos
                                       ? std::string_view{}
                                       : text.substr(bracket + 1, text.size() - bracket - 2);
    if (head == "Optional") {
        auto type = std::make_shared<NodeType>(*parseType(inner));
        type->optional = true;
        return type;
    }
    if (head == "Union") {
        auto type = simple(TypeKind::Union, text);
        for (const std::string_view part : arguments(inner)) {
            if (part == "None" || part == "NoneType")
                type->optional = true;
            else
                type->alternatives.push_back(parseType(part));
        }
        if (type->alternatives.size() > 1) {
            type->text = "Union[";
            for (const auto& each : type->alternatives)
                type->text += (type->text.ends_with('[') ? "" : ", ") + each->text;
            type->text += ']';
            return type;
        }
        auto single = std::make_shared<NodeType>(*type->alternatives.at(0));
        single->optional = type->optional;
        return single;
    }
    static constexpr std::pair<std::string_view, TypeKind> kScalars[] = {
        {"int", TypeKind::Int}, {"float", TypeKind::Float}, {"bool", TypeKind::Bool},
        {"str", TypeKind::Str}, {"bytes", TypeKind::Bytes}, {"Path", TypeKind::Path},
        {"Any", TypeKind::Any}};
    for (const auto& [name, kind] : kScalars)
        if (head == name) return simple(kind, text);
    if (head == "List" || head == "list" || head == "Tuple" || head == "tuple") {
        auto type = simple(TypeKind::List, inner.empty() ? "List[Any]" : text);
        const std::vector<std::string_view> parts =
            inner.empty() ? std::vector<std::string_view>{} : arguments(inner);
        type->element =
            parts.empty() ? parseType("Any") : parseType(parts[0]); // a tuple's first, as OmegaConf
        return type;
    }
    if (head == "Dict" || head == "dict") {
        auto type = simple(TypeKind::Dict, inner.empty() ? "Dict[Any, Any]" : text);
        const std::vector<std::string_view> parts =
            inner.empty() ? std::vector<std::string_view>{} : arguments(inner);
        type->key = parseType(parts.size() == 2 ? parts[0] : "Any");
        type->element = parseType(parts.size() == 2 ? parts[1] : "Any");
        return type;
    }
    if (const auto found = m_enums.find(std::string(head)); found != m_enums.end()) {
        auto type = simple(TypeKind::Enum, text);
        type->enumeration = found->second;
        return type;
    }
    auto type = simple(TypeKind::Class, text);
    type->className = std::string(head);
    return type;
}

void SchemaStore::addClasses(const Value::Map& classes) {
    for (const auto& [name, description] : classes) {
        auto type = std::make_shared<ClassType>();
        type->name = name;
        const Value& bases = member(description, "bases");
        if (bases.isList())
            for (const Value& base : bases.asList()) {
                type->ancestors.push_back(base.asString());
                if (const auto parent = classNamed(base.asString()))
                    type->ancestors.insert(type->ancestors.end(), parent->ancestors.begin(),
                                           parent->ancestors.end());
            }
        const Value& fields = member(description, "fields");
        if (fields.isList())
            for (const Value& field : fields.asList())
                type->fields.push_back({pythonStr(member(field, "name")),
                                        parseType(pythonStr(member(field, "type"))),
                                        member(field, "default")});
        m_grouped.push_back(name);
        add(std::move(type));
    }
}

void SchemaStore::add(std::shared_ptr<const ClassType> type) {
    m_registered["schema_" + type->name] = type->name;
    std::string name = type->name;
    m_classes[std::move(name)] = std::move(type);
}

void SchemaStore::add(const Description& description) {
    auto type = std::make_shared<ClassType>();
    type->name = description.name;
    type->ancestors = description.bases;
    for (const Field& field : description.fields) {
        const bool isInstance = field.nested && field.defaultValue.isMap() && !field.isListOfNested();
        type->fields.push_back({field.name, parseType(field.type),
                                isInstance ? Value(Value::Map{{"$dataclass", Value(field.nested->name)},
                                                              {"$fields", field.defaultValue}})
                                           : field.defaultValue});
    }
    add(std::move(type));
}

std::shared_ptr<SchemaStore> SchemaStore::over(const SchemaStore& base) {
    return std::make_shared<SchemaStore>(base);
}

Result<std::shared_ptr<SchemaStore>> SchemaStore::load(const std::filesystem::path& file) {
    auto store = std::make_shared<SchemaStore>();
    if (Status status = store->loadMore(file); !status) return fail(status.error());
    return store;
}

Status SchemaStore::loadMore(const std::filesystem::path& file) {
    const Result<std::string> text = readFile(file);
    if (!text) return fail(text.error());
    const Result<Value> json = fromJson(*text);
    const auto broken = [&](std::string why) {
        Error error{ErrorKind::BadInput, "Cannot read the dataclasses", std::move(why),
                    "Use the format of tests/data/hydra/schemas.json"};
        error.file = file.string();
        return error;
    };
    if (!json) return fail(broken(json.error().why));
    if (!member(*json, "classes").isMap()) return fail(broken("it has no map of classes"));
    if (const Value& enums = member(*json, "enums"); enums.isMap())
        for (const auto& [name, members] : enums.asMap()) {
            auto type = std::make_shared<EnumType>();
            type->name = name;
            if (members.isMap())
                for (const auto& [key, value] : members.asMap())
                    type->members.emplace_back(key, value);
            m_enums[name] = std::move(type);
        }
    addClasses(member(*json, "classes").asMap());
    return {};
}

Status SchemaStore::alias(const std::string& name, const std::string& className) {
    if (!classNamed(className))
        return fail(Error{ErrorKind::Usage, "Cannot use --autoschema " + className,
                          "there is no dataclass of this name", "Give a name from --schema-file"});
    m_registered[name] = className;
    return {};
}

std::shared_ptr<const ClassType> SchemaStore::find(const std::string& registered) const {
    const auto found = m_registered.find(registered);
    if (found != m_registered.end()) return classNamed(found->second);
    const std::size_t slash = registered.rfind('/');
    static constexpr std::string_view kEnding = "_schema";
    if (slash == std::string::npos || !registered.ends_with(kEnding)) return nullptr;
    const std::string stem = registered.substr(slash + 1, registered.size() - slash - 1 - kEnding.size());
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    for (const std::string& name : m_grouped)
        if (std::ranges::equal(name, stem, {}, lower, lower)) return classNamed(name);
    return nullptr;
}

std::shared_ptr<const ClassType> SchemaStore::classNamed(const std::string& name) const {
    const auto found = m_classes.find(name);
    return found == m_classes.end() ? nullptr : found->second;
}

namespace detail {

namespace {

constexpr int kMaxClassDepth = 50;

Assignment dataclassAssignment(const std::string& name) {
    Assignment made;
    made.layer = Layer::Dataclass;
    made.file = name;
    return made;
}

Node typedDefault(const std::shared_ptr<const NodeType>& type, const Value& value, const SchemaStore& store,
                  const Assignment& made, int depth);

Node instanceOf(const std::shared_ptr<const ClassType>& type, const SchemaStore& store, int depth) {
    Node node;
    node.kind = NodeKind::Map;
    node.object = type;
    const Assignment made = dataclassAssignment(type->name);
    node.history.push_back(made);
    if (depth > kMaxClassDepth) return node;
    for (const ClassField& field : type->fields) {
        Node child = typedDefault(field.type, field.defaultValue, store, made, depth + 1);
        child.key = field.name;
        node.children.push_back(std::move(child));
    }
    return node;
}

/// The instance's values where they are not the class's defaults.
void setFields(Node& node, const ClassType& type, const Value& values, const SchemaStore& store,
               const Assignment& made, int depth) {
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        const ClassField& field = type.fields[i];
        const Value* value = values.asMap().find(field.name);
        Node& child = node.children[i];
        if (!value || valueFromNode(child) == *value) continue;
        if (child.object && value->isMap()) {
            setFields(child, *child.object, *value, store, made, depth);
            continue;
        }
        Node changed = typedDefault(field.type, *value, store, made, depth + 1);
        changed.key = field.name;
        child = std::move(changed);
    }
}

Node typedDefault(const std::shared_ptr<const NodeType>& type, const Value& value, const SchemaStore& store,
                  const Assignment& made, int depth) {
    const Value* instance = value.isMap() ? value.asMap().find("$dataclass") : nullptr;
    if (instance && instance->isString()) {
        const auto found = store.classNamed(instance->asString());
        Node node = found ? instanceOf(found, store, depth) : Node{};
        if (const Value* fields = value.asMap().find("$fields"); found && fields)
            setFields(node, *found, *fields, store, made, depth);
        node.type = type->kind == TypeKind::Any ? nullptr : type;
        return node;
    }
    Node node;
    if (value.isList() && (type->kind == TypeKind::List || type->kind == TypeKind::Any)) {
        node.kind = NodeKind::List;
        for (const Value& item : value.asList()) {
            Node child = typedDefault(type->element ? type->element : type, item, store, made, depth);
            child.key = std::to_string(node.children.size());
            node.children.push_back(std::move(child));
        }
    } else if (value.isMap() && !isSpecialScalar(value) &&
               (type->kind == TypeKind::Dict || type->kind == TypeKind::Any)) {
        node.kind = NodeKind::Map;
        const Node plain = nodeFromValue(value);
        for (const Node& entry : plain.children) {
            Node child =
                typedDefault(type->element ? type->element : type, valueFromNode(entry), store, made, depth);
            child.key = entry.key;
            child.typedKey = entry.typedKey;
            node.children.push_back(std::move(child));
        }
    } else {
        const Result<Value> converted = type->isContainer() ? Result<Value>(value) : convertTo(*type, value);
        node.value = converted ? *converted : value;
    }
    node.type = type->kind == TypeKind::Any ? nullptr : type;
    node.history.push_back(made);
    if (node.isInterpolation()) node.history.back().operation = Operation::Interpolate;
    return node;
}

std::string shown(const Value& value) {
    return pythonStr(value);
}

Result<Value> convertEnum(const EnumType& type, const Value& value) {
    const auto chosen = [&](const std::string& name) {
        return Value(Value::Map{{"$enum", Value(type.name + "." + name)}});
    };
    const Value* already = value.isMap() ? value.asMap().find("$enum") : nullptr;
    if (already) {
        if (already->asString().starts_with(type.name + ".")) return value;
    } else if (!value.isString() && !value.isInt() && !value.isBool()) {
        return fail(validationError("Value " + shown(value) + " (" + pythonTypeName(value) +
                                        ") is not a valid input for <enum '" + type.name + "'>",
                                    "Give a member's name"));
    }
    std::string names;
    for (const auto& [name, number] : type.members) {
        names += (names.empty() ? "" : ", ") + name;
        if (value.isInt() && number == value) return chosen(name);
        if (value.isString() && (value.asString() == name || value.asString() == type.name + "." + name))
            return chosen(name);
    }
    return fail(validationError("Invalid value '" + shown(value) + "', expected one of [" + names + "]",
                                "Choose one of them"));
}

bool isExactly(const NodeType& type, const Value& value) {
    switch (type.kind) {
    case TypeKind::Int:
        return value.isInt();
    case TypeKind::Float:
        return value.isFloat();
    case TypeKind::Bool:
        return value.isBool();
    case TypeKind::Str:
        return value.isString();
    case TypeKind::Bytes:
        return value.isMap() && value.asMap().find("$bytes");
    case TypeKind::Path:
        return value.isMap() && value.asMap().find("$path");
    case TypeKind::Enum:
        return value.isMap() && value.asMap().find("$enum");
    default:
        return false;
    }
}

std::string hintOf(const NodeType& type) {
    return type.optional ? "Optional[" + type.text + "]" : type.text;
}

/// pathlib drops doubled and trailing slashes and single dots.
std::string normalizedPath(const std::string& text) {
    std::string out = text.starts_with('/') ? "/" : "";
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find('/', start), text.size());
        const std::string part = text.substr(start, end - start);
        if (!part.empty() && part != ".") out += (out.empty() || out.back() == '/' ? "" : "/") + part;
        start = end + 1;
    }
    return out.empty() ? "." : out;
}

} // namespace

Node instantiate(const std::shared_ptr<const ClassType>& type, const SchemaStore& store) {
    return instanceOf(type, store, 0);
}

Result<Value> convertTo(const NodeType& type, const Value& value) {
    if (type.kind == TypeKind::Any) return value;
    if (value.isString() && (isMissing(value) || value.asString().find("${") != std::string::npos))
        return value;
    if (value.isNull()) {
        if (type.optional) return value;
        if (type.kind == TypeKind::Union)
            return fail(validationError("Value 'None' is incompatible with type hint '" + type.text + "'",
                                        "Give a value"));
        return fail(validationError("Incompatible value 'None' for field of type '" + type.text + "'",
                                    "Give a value"));
    }
    switch (type.kind) {
    case TypeKind::Int:
        if (value.isMap() && value.asMap().find("$int")) return value;
        return toInt(value).map([](std::int64_t number) { return Value(number); });
    case TypeKind::Float:
        return toFloat(value).map([](double number) { return Value(number); });
    case TypeKind::Bool:
        return toBool(value).map([](bool flag) { return Value(flag); });
    case TypeKind::Str:
        return toText(value).map([](std::string text) { return Value(std::move(text)); });
    case TypeKind::Bytes:
        if (isExactly(type, value)) return value;
        return fail(validationError("Value '" + shown(value) + "' of type '" + pythonTypeName(value) +
                                        "' is not of type 'bytes'",
                                    "Give bytes"));
    case TypeKind::Path:
        if (isExactly(type, value)) return value;
        if (value.isString()) return Value(Value::Map{{"$path", Value(normalizedPath(value.asString()))}});
        return fail(validationError("Value '" + shown(value) + "' of type '" + pythonTypeName(value) +
                                        "' could not be converted to Path",
                                    "Give a path"));
    case TypeKind::Enum:
        return convertEnum(*type.enumeration, value);
    case TypeKind::Union:
        for (const auto& alternative : type.alternatives)
            if (isExactly(*alternative, value)) return value;
        return fail(validationError("Value '" + shown(value) + "' of type '" + pythonTypeName(value) +
                                        "' is incompatible with type hint '" + hintOf(type) + "'",
                                    "Give a value of one of these types"));
    default:
        return value;
    }
}

Result<Value> convertKey(const NodeType& type, const Value& key) {
    const auto refuse = [&](std::string why) {
        return fail(conversionError("KeyValidationError", std::move(why), "Correct the key"));
    };
    if (type.kind == TypeKind::Any) return key;
    if (type.kind == TypeKind::Enum) {
        Result<Value> converted = convertEnum(*type.enumeration, key);
        if (converted) return converted;
        std::string names;
        for (const auto& [name, number] : type.enumeration->members)
            names += (names.empty() ? "" : ", ") + name;
        return refuse("Key '" + shown(key) + "' is incompatible with the enum type '" +
                      type.enumeration->name + "', valid: [" + names + "]");
    }
    if (type.kind == TypeKind::Bool && key.isInt() && (key.asInt() == 0 || key.asInt() == 1))
        return Value(key.asInt() == 1);
    if (type.kind == TypeKind::Int && key.isBool()) return key; // isinstance(True, int)
    if (isExactly(type, key)) return key;
    return refuse("Key " + shown(key) + " (" + pythonTypeName(key) + ") is incompatible with (" + type.text +
                  ")");
}

} // namespace detail

} // namespace fathom::config
