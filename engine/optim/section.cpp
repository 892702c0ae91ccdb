// SPDX-License-Identifier: Apache-2.0
#include "engine/optim/section.h"

#include "engine/config/convert.h"
#include "engine/config/schemas/catalog.h"
#include "engine/config/suggest.h"
#include "engine/optim/kinds.h"

#include <algorithm>
#include <cctype>

namespace fathom::optim {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words)
        list += (list.empty() ? "" : ", ") + word;
    return list;
}

Error refused(const config::Config& config, const std::string& key, std::string className, std::string why,
              std::string remedy, std::string what = kWhat) {
    Error error = config.errorAt(key, std::move(what), std::move(why), std::move(remedy));
    error.className = std::move(className);
    return error;
}

/// "torch.optim.AdamW" and "nemo.core.config.AdamWParams" name AdamW.
std::string classOf(const std::string& target) {
    return target.substr(target.rfind('.') + 1);
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

const Value* given(const Value::Map& map, std::string_view key) {
    const Value* value = map.find(key);
    return value && !value->isNull() ? value : nullptr;
}

/// By `_target_`, else `name`, or adam without either, as NeMo has it.
Result<const Kind*> kindFor(const config::Config& config, std::string_view path, const Value::Map& section) {
    const Value* target = given(section, "_target_");
    const char* key = target ? "_target_" : "name";
    const Value* value = target ? target : given(section, "name");
    if (value && !value->isString())
        return fail(refused(config, below(path, key), "ValueError", "its name is not a text",
                            "Give for example name=novograd"));
    std::string name = value ? value->asString() : "adam";
    if (target) name = lower(classOf(name));
    if (const Kind* kind = kindOf(name)) return kind;
    return fail(refused(config, below(path, key), "ValueError", "there is none of that name",
                        "Choose one of " + joined(optimizerNames()),
                        "Cannot resolve optimizer '" + (value ? value->asString() : name) + "'"));
}

/// The dataclass that `args` names: "auto" is the optimizer's, "adamw_params" one by NeMo's registry.
Result<const config::Description*> dataclassFor(const config::Config& config, const std::string& argsKey,
                                                const Value::Map& args, const Kind& kind) {
    std::string className;
    std::string key = "name";
    std::string shown;
    for (const char* target : {"_target_", "cls"})
        if (const Value* value = given(args, target); value && value->isString()) {
            key = target;
            shown = value->asString();
            className = classOf(shown);
        }
    std::vector<std::string> known{"optim_params"};
    for (const std::string& name : optimizerNames())
        if (schemas::find(kindOf(name)->className + "Params")) known.push_back(name + "_params");
    if (className.empty()) {
        shown = config::pythonStr(*args.find("name"));
        if (shown == "auto") shown = kind.name + "_params";
        if (shown == "optim_params") className = "OptimizerParams";
        for (const std::string& name : optimizerNames())
            if (shown == name + "_params") className = kindOf(name)->className + "Params";
    }
    const config::Description* description =
        className.ends_with("Params") ? schemas::find(className) : nullptr;
    if (description) return description;
    return fail(refused(config, below(argsKey, key), "ValueError",
                        "Cannot resolve optimizer parameters '" + shown + "'",
                        "Choose one of " + joined(known)));
}

bool namesDataclass(const Value::Map& args) {
    return given(args, "name") || given(args, "_target_") || given(args, "cls");
}

/// `args` in one of its shapes: arguments, or a dataclass by name or class with `params` or arguments.
Status readArgs(const config::Config& config, const Value& args, Section& out) {
    const std::string key = below(out.path, "args");
    out.argumentsKey = key;
    if (!args.isMap())
        return fail(refused(config, key, "TypeError", "args is not a map", "Give a map of arguments"));
    Value::Map overrides;
    for (const auto& [name, value] : args.asMap()) {
        if (name == "params" && value.isMap()) {
            out.argumentsKey = below(key, "params");
            for (const auto& [inner, item] : value.asMap())
                overrides.set(inner, item);
        } else if (name != "name" && name != "_target_" && name != "cls" && name != "params") {
            overrides.set(name, value);
        }
    }
    if (!namesDataclass(args.asMap())) {
        out.arguments = std::move(overrides);
        return {};
    }
    const auto dataclass = dataclassFor(config, key, args.asMap(), *out.kind);
    if (!dataclass) return fail(dataclass.error());
    out.description = *dataclass;
    out.arguments = (*dataclass)->defaults().asMap();
    for (auto& [name, value] : overrides)
        out.arguments.set(name, value);
    return {};
}

Error unknownArgument(const config::Config& config, const Section& section, const std::string& name) {
    const bool isDataclass = section.description->name != section.kind->className;
    std::string why = isDataclass ? "Key '" + name + "' not in '" + section.description->name + "'"
                                  : section.kind->className +
                                        ".__init__() got an unexpected keyword argument '" + name + "'";
    std::vector<std::string> names;
    for (const config::Field& field : section.description->fields)
        if (isArgument(field.name)) names.push_back(field.name);
    const std::string guess = config::closest(name, names);
    return refused(config, below(section.argumentsKey, name), isDataclass ? "ConfigKeyError" : "TypeError",
                   std::move(why),
                   (guess.empty() ? "" : "Did you mean " + guess + "? ") +
                       fieldsOf(section.kind->name, *section.description));
}

} // namespace

std::string below(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : std::string(path) + '.' + std::string(key);
}

bool isArgument(std::string_view field) {
    return field != "name" && field != "_target_" && field != "args" && field != "sched" && field != "cls";
}

std::string fieldsOf(const std::string& name, const config::Description& description) {
    std::vector<std::string> names;
    for (const config::Field& field : description.fields)
        if (isArgument(field.name)) names.push_back(field.name);
    return name + " has " + joined(names);
}

Result<Section> readSection(const config::Config& config, std::string_view path) {
    const config::Node* node = config.find(path);
    if (!node || node->kind != config::NodeKind::Map)
        return fail(config.errorAt(path, kWhat, "there is no such section",
                                   "Add it, for example with name: novograd and lr: 0.01"));
    Value::Map map;
    for (const config::Node& child : node->children) {
        if (child.removed || child.key == "sched") continue; // whose values may not be known yet
        Result<Value> value = config.resolved(below(path, child.key));
        if (!value) return fail(std::move(value.error()));
        map.set(child.key, std::move(*value));
    }
    Section out;
    out.path = std::string(path);
    out.argumentsKey = out.path;
    const auto kind = kindFor(config, path, map);
    if (!kind) return fail(kind.error());
    out.kind = *kind;
    out.description = schemas::optimizer(out.kind->name);
    const Value* lr = given(map, "lr");
    // NeMo would drop the keys beside a null `args`; the default of that key is no reason to.
    if (const Value* args = given(map, "args")) {
        if (Status status = readArgs(config, *args, out); !status) return fail(status.error());
    } else {
        for (const auto& [key, value] : map)
            if (isArgument(key) && key != "lr") out.arguments.set(key, value);
    }
    for (const auto& [key, value] : out.arguments)
        if (!out.description->field(key) || !isArgument(key)) return fail(unknownArgument(config, out, key));
    if (lr) out.arguments.set("lr", *lr);
    return out;
}

} // namespace fathom::optim
