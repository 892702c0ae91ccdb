// SPDX-License-Identifier: Apache-2.0
#include "engine/config/description.h"

#include "engine/config/resolver.h"
#include "engine/config/yaml_reader.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <utility>

namespace fathom::config {

namespace {

/// What is wrong with a line; leaves no public function.
struct Malformed {
    std::string why;
};

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The parts between separators, trimmed.
std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (const std::string_view part = trimmed(text.substr(0, end)); !part.empty())
            parts.emplace_back(part);
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

double number(std::string_view text) {
    const std::string copy(trimmed(text));
    char* end = nullptr;
    const double value = std::strtod(copy.c_str(), &end);
    if (copy.empty() || *end != 0) throw Malformed{"'" + copy + "' is not a number"};
    return value;
}

FieldOptions parseOptions(std::string_view text) {
    FieldOptions options;
    constexpr std::string_view kNoEffect = "no effect: ";
    if (text.empty()) return options;
    if (text.starts_with(kNoEffect)) {
        options.noEffect = text.substr(kNoEffect.size());
    } else if (text == "file" || text == "folder" || text == "output") {
        options.path = text == "file"     ? PathKind::File
                       : text == "folder" ? PathKind::Folder
                                          : PathKind::Output;
    } else if (text.starts_with(">=")) {
        options.minimum = number(text.substr(2));
    } else if (text.starts_with("<=")) {
        options.maximum = number(text.substr(2));
    } else if (const std::size_t dots = text.find("..");
               dots != std::string_view::npos && text.find(',') == std::string_view::npos) {
        options.minimum = number(text.substr(0, dots));
        options.maximum = number(text.substr(dots + 2));
    } else {
        options.choices = split(text, ',');
        if (options.choices.empty()) throw Malformed{"there is nothing after the bar"};
        if (options.choices.back() == "...") {
            options.choices.pop_back();
            options.choicesAreOpen = true;
        }
    }
    return options;
}

Value parseDefault(std::string_view text) {
    const Result<Node> node = readYaml("v: " + std::string(text), {}, Layer::Dataclass);
    if (!node || node->children.size() != 1)
        throw Malformed{"the default '" + std::string(text) + "' is not YAML"};
    return detail::valueFromNode(node->children.front());
}

/// The name that a type is about: "X" of "X", "Optional[X]", "List[X]", "Dict[str, X]".
std::string_view innermost(std::string_view type) {
    while (type.ends_with(']')) {
        type = type.substr(type.find('[') + 1);
        type.remove_suffix(1);
        if (const std::size_t comma = type.find(',');
            comma != std::string_view::npos && type.find('[') == std::string_view::npos)
            type = trimmed(type.substr(comma + 1));
    }
    return type;
}

/// The default is YAML, or an instance of a struct: `Name()`, `Name(field: value, …)`.
void setDefault(Field& field, std::string_view text, const DescriptionSet& known) {
    field.required = text == "???";
    const std::size_t open = text.find('(');
    const auto made = text.ends_with(')') ? known.find(text.substr(0, open)) : nullptr;
    if (!made) {
        field.defaultValue = parseDefault(text);
        return;
    }
    field.nested = made;
    field.defaultValue = made->defaults();
    const std::string_view own = text.substr(open + 1, text.size() - open - 2);
    const Value changed = parseDefault("{" + std::string(own) + "}");
    if (!changed.isMap()) throw Malformed{"'" + std::string(text) + "' is not an instance"};
    for (const auto& [name, value] : changed.asMap())
        field.defaultValue.asMap().set(name, value);
}

/// `name: type = default  # help | options`
Field parseField(std::string_view line, const DescriptionSet& known) {
    const std::size_t colon = line.find(':'), equals = line.find(" = ", colon),
                      hash = line.find("  # ", equals);
    if (colon >= equals || equals >= hash || hash == std::string_view::npos)
        throw Malformed{"a field is written as 'name: type = default  # help | options'"};
    Field field;
    field.name = trimmed(line.substr(0, colon));
    field.type = trimmed(line.substr(colon + 1, equals - colon - 1));
    std::string_view help = line.substr(hash + 4);
    if (const std::size_t bar = help.find(" | "); bar != std::string_view::npos) {
        field.options = parseOptions(trimmed(help.substr(bar + 3)));
        help = help.substr(0, bar);
    }
    field.help = trimmed(help);
    field.nested = known.find(innermost(field.type));
    setDefault(field, trimmed(line.substr(equals + 3, hash - equals - 3)), known);
    return field;
}

void setField(std::vector<Field>& fields, Field field) {
    const auto own = std::ranges::find(fields, field.name, &Field::name);
    if (own == fields.end())
        fields.push_back(std::move(field));
    else
        *own = std::move(field);
}

/// `Name` or `Name(Base, Other)`
Description parseHead(std::string_view line, const DescriptionSet& known) {
    Description out;
    const std::size_t open = line.find('(');
    out.name = trimmed(line.substr(0, open));
    if (open == std::string_view::npos) return out;
    for (const std::string& name : split(line.substr(open + 1, line.find(')') - open - 1), ',')) {
        const auto base = known.find(name);
        if (!base) throw Malformed{"the base " + name + " is not described before"};
        out.bases.push_back(name);
        out.bases.insert(out.bases.end(), base->bases.begin(), base->bases.end());
        for (const Field& field : base->fields)
            setField(out.fields, field);
        out.isOpen = out.isOpen || base->isOpen;
    }
    return out;
}

} // namespace

bool Field::takesNull() const {
    return type == "Any" || type.starts_with("Optional[") || type.find("None") != std::string::npos;
}

bool Field::isListOfNested() const {
    return nested && type.find("List[") != std::string::npos;
}

const Field* Description::field(std::string_view fieldName) const {
    const auto found = std::ranges::find(fields, fieldName, &Field::name);
    return found == fields.end() ? nullptr : &*found;
}

std::vector<std::string> Description::fieldNames() const {
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const Field& each : fields)
        names.push_back(each.name);
    return names;
}

Value Description::defaults() const {
    Value::Map map;
    for (const Field& each : fields)
        map.append(each.name, each.defaultValue);
    return map;
}

Result<std::vector<std::shared_ptr<const Description>>> DescriptionSet::read(std::string_view text) {
    std::vector<std::shared_ptr<const Description>> added;
    Description current;
    int number = 0;
    const auto finish = [&] {
        if (current.name.empty()) return;
        const std::string name = current.name;
        if (find(name)) throw Malformed{name + " is described already"};
        add(std::exchange(current, {}));
        added.push_back(find(name));
    };
    try {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            const std::string_view line = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            ++number;
            if (trimmed(line).empty()) continue;
            if (line.front() != ' ') {
                finish();
                current = parseHead(line, *this);
            } else if (current.name.empty()) {
                throw Malformed{"a field comes before the name of its struct"};
            } else if (trimmed(line) == "...") {
                current.isOpen = true;
            } else {
                setField(current.fields, parseField(line, *this));
            }
        }
        finish();
    } catch (const Malformed& wrong) {
        return fail(
            {.kind = ErrorKind::Usage,
             .what = "Cannot read the schema",
             .why = "line " + std::to_string(number) + ": " + wrong.why,
             .remedy = "Correct the schema's text (engine/config/description.h says how it is written)"});
    }
    return added;
}

void DescriptionSet::add(std::string_view text) {
    [[maybe_unused]] const auto added = read(text);
    assert(added && "a built-in description is malformed");
}

void DescriptionSet::add(Description description) {
    std::string key = description.name;
    m_all[std::move(key)] = std::make_shared<const Description>(std::move(description));
}

std::shared_ptr<const Description> DescriptionSet::find(std::string_view name) const {
    const auto found = m_all.find(name);
    return found == m_all.end() ? nullptr : found->second;
}

} // namespace fathom::config
