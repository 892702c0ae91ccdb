// SPDX-License-Identifier: Apache-2.0
// The resolvers that exist in a NeMo process: OmegaConf's oc.*, Hydra's now and python_version, NeMo's
// multiply, sum, gpu_name.
#include "engine/config/convert.h"
#include "engine/config/resolver.h"
#include "engine/config/yaml_reader.h"

#include <array>
#include <cstdlib>
#include <ctime>

namespace fathom::config::detail {

namespace {

struct Call {
    Resolver& resolver;
    const std::vector<const Link*>& arguments;
    const Link* place;

    [[nodiscard]] const Link* container() const { return place->parent; }
    [[nodiscard]] Value value(std::size_t i) const { return resolver.valueOf(arguments[i]); }
    [[nodiscard]] const Link* result(const Value& made) const { return resolver.fresh(made, container()); }
    void expect(const std::string& name, std::size_t least, std::size_t most) const {
        if (arguments.size() >= least && arguments.size() <= most) return;
        const std::string count = std::to_string(arguments.size());
        Resolver::raise(place, "TypeError",
                        name + "() takes " +
                            (least == most
                                 ? std::to_string(least)
                                 : "from " + std::to_string(least) + " to " + std::to_string(most)) +
                            " positional arguments but " + count + " were given",
                        "Correct the arguments");
    }
    [[nodiscard]] std::string text(const std::string& name, std::size_t i) const {
        const Value argument = value(i);
        if (!argument.isString())
            Resolver::raise(place, "TypeError",
                            "`" + name + "` requires a string as input, but obtained `" +
                                pythonStr(argument) + "` of type: " + pythonTypeName(argument),
                            "Give a string");
        return argument.asString();
    }
};

const Link* env(const Call& call) {
    call.expect("env", 1, 2);
    const std::string name = pythonStr(call.value(0));
    if (const char* found = std::getenv(name.c_str())) return call.result(Value(found));
    if (call.arguments.size() < 2)
        Resolver::raise(call.place, "KeyError", "\"Environment variable '" + name + "' not found\"",
                        "Set it or give a default: ${oc.env:" + name + ",default}");
    const Value fallback = call.value(1);
    return call.result(fallback.isNull() ? Value{} : Value(pythonStr(fallback)));
}

const Link* decode(const Call& call) {
    call.expect("decode", 1, 1);
    const Value argument = call.value(0);
    if (argument.isNull()) return call.result(Value{});
    if (!argument.isString())
        Resolver::raise(call.place, "TypeError",
                        "`oc.decode` can only take strings or None as input, but `" + pythonStr(argument) +
                            "` is of type " + pythonTypeName(argument),
                        "Give a string");
    const Result<Interpolation> expression = parseElement(argument.asString());
    if (!expression)
        Resolver::raise(call.place, expression.error().className, expression.error().why,
                        expression.error().remedy);
    return call.result(call.resolver.valueOf(call.resolver.evaluate(*expression, call.place)));
}

const Link* createFromYaml(const Call& call, const std::string& text) {
    Result<Node> node = readYaml(text, {}, Layer::Yaml);
    if (!node) Resolver::raise(call.place, node.error().className, node.error().why, node.error().remedy);
    if (node->kind == NodeKind::Scalar) {
        Node map;
        map.kind = NodeKind::Map;
        if (node->value.isString()) {
            map.children.emplace_back();
            map.children.back().key = node->value.asString();
        }
        return call.resolver.fresh(std::move(map), call.container(), false);
    }
    return call.resolver.fresh(std::move(*node), call.container(), false);
}

const Link* create(const Call& call) {
    call.expect("create", 1, 1);
    const Value argument = valueFromNode(*call.arguments[0]->node);
    if (!argument.isNull() && !argument.isList() && (!argument.isMap() || isSpecialScalar(argument)) &&
        !argument.isString())
        Resolver::raise(call.place, "ValidationError",
                        "Object of unsupported type: '" + pythonTypeName(argument) + "'",
                        "Give a dict or a list");
    if (argument.isString()) return createFromYaml(call, argument.asString());
    return call.resolver.fresh(nodeFromValue(argument), call.container(), false);
}

/// OmegaConf's select_node: null where the way leads through a value that is no container.
const Link* selectNode(const Call& call, const std::string& key, bool throwOnMissing) {
    try {
        return call.resolver.select(call.container(), key, throwOnMissing);
    } catch (const ResolveFailure& failure) {
        if (failure.error.className != "ConfigTypeError") throw;
        return nullptr;
    }
}

const Link* select(const Call& call) {
    call.expect("select", 1, 2);
    const Link* found = selectNode(call, call.text("oc.select", 0), false);
    if (found && !found->node->isMissing()) return found;
    return call.arguments.size() > 1 ? call.arguments[1] : call.result(Value{});
}

const Link* deprecated(const Call& call) {
    call.expect("deprecated", 1, 2);
    const Value key = call.value(0);
    if (!key.isString())
        Resolver::raise(call.place, "TypeError",
                        "oc.deprecated: interpolation key type is not a string (" + pythonTypeName(key) + ")",
                        "Give the new key");
    if (call.arguments.size() > 1 && !call.value(1).isString())
        Resolver::raise(call.place, "TypeError",
                        "oc.deprecated: interpolation message type is not a string (" +
                            pythonTypeName(call.value(1)) + ")",
                        "Give a text");
    const Link* found = selectNode(call, key.asString(), false);
    if (!found)
        Resolver::raise(call.place, "ConfigKeyError",
                        "In oc.deprecated resolver at '" + Resolver::fullKey(call.place) +
                            "': Key not found: '" + key.asString() + "'",
                        "Correct the new key");
    return found;
}

const Link* dictOf(const Call& call, const std::string& name) {
    call.expect(name, 1, 1);
    const std::string key = call.text(name, 0);
    const Link* found = selectNode(call, key, true);
    if (!found)
        Resolver::raise(call.place, "ConfigKeyError", "Key not found: '" + key + "'", "Correct the key");
    if (found->node->kind != NodeKind::Map)
        Resolver::raise(
            call.place, "TypeError",
            "`" + name + "` cannot be applied to objects of type: " +
                (found->node->kind == NodeKind::List ? "ListConfig" : pythonTypeName(found->node->value)),
            "Give the key of a dict");
    return found;
}

const Link* dictKeys(const Call& call) {
    const Link* dict = dictOf(call, "oc.dict.keys");
    Value::List keys;
    for (const Node& child : dict->node->children)
        if (!child.removed) keys.push_back(child.typedKey.isNull() ? Value(child.key) : child.typedKey);
    return call.result(Value(std::move(keys)));
}

const Link* dictValues(const Call& call) {
    const Link* dict = dictOf(call, "oc.dict.values");
    Value::List values;
    for (const Node& child : dict->node->children) {
        if (child.removed) continue;
        const Link next{&child, dict, dict->plain};
        values.push_back(call.resolver.valueOf(&next));
    }
    return call.result(Value(std::move(values)));
}

const Link* now(const Call& call) {
    call.expect("now", 1, 1);
    const std::string format = call.text("now", 0);
    const std::time_t seconds = std::time(nullptr);
    std::tm local{};
    localtime_r(&seconds, &local);
    std::string text(256, '\0');
    text.resize(std::strftime(text.data(), text.size(), format.c_str(), &local));
    return call.result(Value(std::move(text)));
}

Value asNumber(const Value& value) {
    return value.isBool() ? Value(value.asBool() ? 1 : 0) : value;
}

[[noreturn]] void badOperands(const Call& call, const char* operation, const Value& a, const Value& b) {
    Resolver::raise(call.place, "TypeError",
                    std::string("unsupported operand type(s) for ") + operation + ": '" + pythonTypeName(a) +
                        "' and '" + pythonTypeName(b) + "'",
                    "Give two numbers");
}

const Link* multiply(const Call& call) {
    call.expect("multiply", 2, 2);
    const Value a = asNumber(call.value(0)), b = asNumber(call.value(1));
    std::int64_t product = 0;
    if (a.isInt() && b.isInt()) {
        if (!__builtin_mul_overflow(a.asInt(), b.asInt(), &product)) return call.result(Value(product));
        Resolver::raise(call.place, "OverflowError", "the product does not fit 64 bits",
                        "Use smaller numbers");
    }
    if (a.isNumber() && b.isNumber()) return call.result(Value(a.toDouble() * b.toDouble()));
    badOperands(call, "*", a, b);
}

const Link* sum(const Call& call) {
    call.expect("sum", 2, 2);
    const Value a = asNumber(call.value(0)), b = asNumber(call.value(1));
    std::int64_t total = 0;
    if (a.isInt() && b.isInt()) {
        if (!__builtin_add_overflow(a.asInt(), b.asInt(), &total)) return call.result(Value(total));
        Resolver::raise(call.place, "OverflowError", "the sum does not fit 64 bits", "Use smaller numbers");
    }
    if (a.isNumber() && b.isNumber()) return call.result(Value(a.toDouble() + b.toDouble()));
    if (a.isString() && b.isString()) return call.result(Value(a.asString() + b.asString()));
    if (a.isList() && b.isList()) {
        Value::List all = a.asList();
        all.insert(all.end(), b.asList().begin(), b.asList().end());
        return call.result(Value(std::move(all)));
    }
    badOperands(call, "+", a, b);
}

/// What Hydra answers outside of a running job.
[[noreturn]] const Link* hydraSetting(const Call& call) {
    Resolver::raise(call.place, "ValueError", "HydraConfig was not set",
                    "Refer to the config's own keys, not to Hydra's");
}

using Function = const Link* (*)(const Call&);

constexpr std::array<std::pair<std::string_view, Function>, 12> kResolvers{{
    {"hydra", hydraSetting},
    {"multiply", multiply},
    {"now", now},
    {"oc.create", create},
    {"oc.decode", decode},
    {"oc.deprecated", deprecated},
    {"oc.dict.keys", dictKeys},
    {"oc.dict.values", dictValues},
    {"oc.env", env},
    {"oc.select", select},
    {"sum", sum},
    {"gpu_name", [](const Call& call) { return call.result(Value{}); }},
}};

} // namespace

const Link* callResolver(Resolver& resolver, const std::string& name,
                         const std::vector<const Link*>& arguments, const Link* place) {
    for (const auto& [known, function] : kResolvers)
        if (known == name) return function(Call{resolver, arguments, place});
    return nullptr;
}

} // namespace fathom::config::detail
