// SPDX-License-Identifier: Apache-2.0
#include "engine/config/override_functions.h"

#include "engine/config/convert.h"
#include "engine/config/override_lexer.h"
#include "engine/config/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>

namespace fathom::config::detail {

namespace {

Error raised(std::string className, std::string why) {
    Error error{ErrorKind::Usage, "Cannot evaluate", std::move(why), "See Hydra's extended override grammar"};
    error.className = std::move(className);
    return error;
}

std::string typeOf(const Element& element) {
    switch (element.type) {
    case Element::Type::Quoted:
        return "QuotedString";
    case Element::Type::List:
        return "list";
    case Element::Type::Dict:
        return "dict";
    case Element::Type::Sweep:
        switch (element.sweep->kind) {
        case SweepKind::Range:
            return "RangeSweep";
        case SweepKind::Interval:
            return "IntervalSweep";
        case SweepKind::Glob:
            return "Glob";
        default:
            return "ChoiceSweep";
        }
    case Element::Type::Primitive:
        break;
    }
    return pythonTypeName(element.value);
}

bool isSweep(const Element& element, std::initializer_list<SweepKind> kinds) {
    return element.type == Element::Type::Sweep &&
           std::ranges::find(kinds, element.sweep->kind) != kinds.end();
}
bool isNumber(const Element& element) {
    return element.type == Element::Type::Primitive && (element.value.isNumber() || element.value.isBool());
}
bool isString(const Element& element) {
    return element.type == Element::Type::Primitive && element.value.isString();
}
bool isNone(const Element& element) {
    return element.type == Element::Type::Primitive && element.value.isNull();
}

Element primitive(Value value) {
    Element out;
    out.value = std::move(value);
    return out;
}

Element sweepElement(Sweep sweep) {
    Element out;
    out.type = Element::Type::Sweep;
    out.sweep = std::make_shared<Sweep>(std::move(sweep));
    return out;
}

Element simpleChoice(std::vector<Element> items) {
    Sweep sweep;
    sweep.kind = SweepKind::SimpleChoice;
    sweep.choices = std::move(items);
    return sweepElement(std::move(sweep));
}

// --- casts
// ----------------------------------------------------------------------------------------------------------

enum class Cast { Int, Float, Str, Bool };

Result<Value> castFloatToInt(double number) {
    if (std::isnan(number)) return fail(raised("ValueError", "cannot convert float NaN to integer"));
    if (std::isinf(number)) return fail(raised("OverflowError", "cannot convert float infinity to integer"));
    if (std::fabs(number) >= 9.2e18) return fail(raised("OverflowError", "the integer does not fit 64 bits"));
    return Value(static_cast<std::int64_t>(number));
}

Result<Value> castScalar(const Value& value, Cast cast) {
    std::int64_t integer = 0;
    double number = 0;
    switch (cast) {
    case Cast::Int:
        if (value.isBool()) return Value(value.asBool() ? 1 : 0);
        if (value.isInt()) return value;
        if (value.isFloat()) return castFloatToInt(value.asFloat());
        if (pythonInt(value.asString(), integer)) return Value(integer);
        return fail(raised("ValueError", "invalid literal for int() with base 10: " + pythonRepr(value)));
    case Cast::Float:
        if (value.isBool()) return Value(value.asBool() ? 1.0 : 0.0);
        if (value.isNumber()) return Value(value.toDouble());
        if (pythonFloat(value.asString(), number)) return Value(number);
        return fail(raised("ValueError", "could not convert string to float: " + pythonRepr(value)));
    case Cast::Str:
        if (value.isBool()) return Value(value.asBool() ? "true" : "false");
        return Value(pythonStr(value));
    case Cast::Bool:
        if (value.isBool()) return value;
        if (value.isNumber()) return Value(value.toDouble() != 0);
        if (equalsIgnoringCase(value.asString(), "true")) return Value(true);
        if (equalsIgnoringCase(value.asString(), "false")) return Value(false);
        return fail(raised("ValueError", "Cannot cast '" + value.asString() + "' to bool"));
    }
    return value;
}

Result<Element> applyCast(const Element& element, Cast cast);

Result<Element> castRange(const Sweep& sweep, Cast cast) {
    if (sweep.kind == SweepKind::Interval) {
        if (cast == Cast::Str) return fail(raised("ValueError", "Intervals cannot be cast to str"));
        if (cast == Cast::Bool) return fail(raised("ValueError", "Intervals cannot be cast to bool"));
    } else if (cast != Cast::Int && cast != Cast::Float) {
        return fail(raised("ValueError", "Range can only be cast to int or float"));
    }
    Sweep out = sweep;
    if (sweep.kind == SweepKind::Range) out.tags.clear(), out.shuffle = false;
    for (Value* bound : {&out.start, &out.stop, &out.step}) {
        if (bound->isNull()) continue;
        Result<Value> converted = castScalar(*bound, cast);
        if (!converted) return fail(converted.error());
        *bound = std::move(*converted);
    }
    return sweepElement(std::move(out));
}

Result<Element> castChoice(const Sweep& sweep, Cast cast) {
    Sweep out;
    out.kind = sweep.kind;
    for (const Element& choice : sweep.choices) {
        Result<Element> converted = applyCast(choice, cast);
        if (!converted) return converted;
        out.choices.push_back(std::move(*converted));
    }
    return sweepElement(std::move(out));
}

Result<Element> applyCast(const Element& element, Cast cast) {
    Element out = element;
    switch (element.type) {
    case Element::Type::List:
        for (Element& item : out.items) {
            Result<Element> converted = applyCast(item, cast);
            if (!converted) return converted;
            item = std::move(*converted);
        }
        return out;
    case Element::Type::Dict:
        for (auto& [key, item] : out.entries) {
            Result<Element> converted = applyCast(item, cast);
            if (!converted) return converted;
            item = std::move(*converted);
        }
        return out;
    case Element::Type::Sweep:
        if (element.sweep->kind == SweepKind::Glob) return fail(raised("AssertionError", ""));
        if (isSweep(element, {SweepKind::Range, SweepKind::Interval})) return castRange(*element.sweep, cast);
        return castChoice(*element.sweep, cast);
    case Element::Type::Primitive:
    case Element::Type::Quoted:
        break;
    }
    if (cast == Cast::Bool && element.value.isNull()) return primitive(Value(false)); // Python's bool(None)
    if (element.value.isNull() || element.value.isMap()) return fail(raised("AssertionError", ""));
    Result<Value> converted = castScalar(element.value, cast);
    if (!converted) return fail(converted.error());
    return primitive(std::move(*converted));
}

// --- binding of arguments
// ------------------------------------------------------------------------------------------

/// Python's inspect.Signature.bind for functions of plain parameters; absent ones are empty.
Result<std::vector<std::optional<Element>>>
bindArguments(FunctionCall& call, const std::vector<std::string>& names, std::size_t required) {
    std::vector<std::optional<Element>> bound(names.size());
    if (call.args.size() > names.size()) return fail(raised("TypeError", "too many positional arguments"));
    for (std::size_t i = 0; i < call.args.size(); ++i)
        bound[i] = std::move(call.args[i]);
    std::string unexpected;
    for (auto& [name, value] : call.named) {
        const auto found = std::ranges::find(names, name);
        if (found == names.end()) {
            if (unexpected.empty()) unexpected = name;
            continue;
        }
        auto& slot = bound[static_cast<std::size_t>(found - names.begin())];
        if (slot) return fail(raised("TypeError", "multiple values for argument '" + name + "'"));
        slot = std::move(value);
    }
    for (std::size_t i = 0; i < required; ++i)
        if (!bound[i]) return fail(raised("TypeError", "missing a required argument: '" + names[i] + "'"));
    if (!unexpected.empty())
        return fail(raised("TypeError", "got an unexpected keyword argument '" + unexpected + "'"));
    return bound;
}

/// The keyword arguments of a function that also takes *args.
Status allowNamed(const FunctionCall& call, const std::vector<std::string>& names) {
    for (const auto& [name, value] : call.named)
        if (std::ranges::find(names, name) == names.end())
            return fail(raised("TypeError", "got an unexpected keyword argument '" + name + "'"));
    return {};
}
const Element* named(const FunctionCall& call, std::string_view name) {
    for (const auto& [key, value] : call.named)
        if (key == name) return &value;
    return nullptr;
}

Error mismatch(const std::string& argument, const Element& element, const std::string& expected) {
    return raised("TypeError", "mismatch type argument " + argument + ": " + typeOf(element) +
                                   " is incompatible with " + expected);
}
std::string argument(std::size_t i) {
    return "args[" + std::to_string(i) + "]";
}

// --- the functions
// -----------------------------------------------------------------------------------------------------

/// The positional arguments and the named ones in `names` must satisfy `fits`.
template <class Fits>
Status checkTypes(const FunctionCall& call, const std::vector<std::string>& names, const std::string& expected,
                  const Fits& fits) {
    for (std::size_t i = 0; i < call.args.size(); ++i)
        if (!fits(call.args[i])) return fail(mismatch(argument(i), call.args[i], expected));
    for (const std::string& name : names)
        if (const Element* value = named(call, name); value && !isNone(*value) && !fits(*value))
            return fail(mismatch(name, *value, expected));
    return {};
}

Result<Element> castFunction(FunctionCall& call, Cast cast) {
    if (Status status = allowNamed(call, {"value"}); !status) return fail(status.error());
    const Status types = checkTypes(
        call, {"value"},
        "Optional[Union[str, int, float, bool, List[Any], Dict[str, Any], QuotedString, Sweep]]",
        [](const Element& each) { return !isSweep(each, {SweepKind::Glob}); });
    if (!types) return fail(types.error());
    const Element* value = named(call, "value");
    if (value && isNone(*value)) value = nullptr;
    if (value && !call.args.empty())
        return fail(raised("TypeError", "cannot use both position and named arguments"));
    if (value) return applyCast(*value, cast);
    if (call.args.empty()) return fail(raised("TypeError", "No positional args or value specified"));
    if (call.args.size() == 1) return applyCast(call.args.front(), cast);
    return applyCast(simpleChoice(std::move(call.args)), cast);
}

Result<Element> choiceFunction(FunctionCall& call) {
    if (Status status = allowNamed(call, {}); !status) return fail(status.error());
    for (std::size_t i = 0; i < call.args.size(); ++i) {
        const Element& item = call.args[i];
        if (isNone(item) || isSweep(item, {SweepKind::Range, SweepKind::Interval, SweepKind::Glob}))
            return fail(mismatch(argument(i), item,
                                 "Union[str, int, float, bool, Dict[Any, Any], List[Any], ChoiceSweep]"));
    }
    if (call.args.empty()) return fail(raised("ValueError", "empty choice is not legal"));
    if (call.args.size() == 1 && call.args.front().type == Element::Type::Sweep) {
        if (call.args.front().sweep->kind != SweepKind::SimpleChoice)
            return fail(raised("ValueError", "nesting choices is not supported"));
        Sweep out = *call.args.front().sweep;
        out.kind = SweepKind::Choice;
        return sweepElement(std::move(out));
    }
    Sweep sweep;
    sweep.choices = std::move(call.args);
    return sweepElement(std::move(sweep));
}

Value asNumber(const Element& element) {
    return element.value.isBool() ? Value(element.value.asBool() ? 1 : 0) : element.value;
}

Result<Element> rangeFunction(FunctionCall& call) {
    const std::vector<std::string> names{"start", "stop", "step"};
    auto bound = bindArguments(call, names, 1);
    if (!bound) return fail(bound.error());
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& each = (*bound)[i];
        if (each && !isNumber(*each) && !(i == 1 && isNone(*each)))
            return fail(
                mismatch(names[i], *each, i == 1 ? "Optional[Union[int, float]]" : "Union[int, float]"));
    }
    Sweep sweep;
    sweep.kind = SweepKind::Range;
    sweep.start = asNumber(*(*bound)[0]);
    sweep.step = (*bound)[2] ? asNumber(*(*bound)[2]) : Value(1);
    if ((*bound)[1] && !isNone(*(*bound)[1])) {
        sweep.stop = asNumber(*(*bound)[1]);
    } else {
        sweep.stop = sweep.start;
        sweep.start = Value(0);
    }
    return sweepElement(std::move(sweep));
}

Result<Element> intervalFunction(FunctionCall& call) {
    const std::vector<std::string> names{"start", "end"};
    auto bound = bindArguments(call, names, 2);
    if (!bound) return fail(bound.error());
    for (std::size_t i = 0; i < 2; ++i)
        if (!isNumber(*(*bound)[i])) return fail(mismatch(names[i], *(*bound)[i], "Union[int, float]"));
    Sweep sweep;
    sweep.kind = SweepKind::Interval;
    sweep.start = Value(asNumber(*(*bound)[0]).toDouble());
    sweep.stop = Value(asNumber(*(*bound)[1]).toDouble());
    return sweepElement(std::move(sweep));
}

Result<std::vector<std::string>> globPatterns(const std::string& name, const Element& element) {
    std::vector<std::string> patterns;
    if (isString(element)) return std::vector{element.value.asString()};
    if (element.type != Element::Type::List) return fail(mismatch(name, element, "Union[List[str], str]"));
    for (const Element& item : element.items)
        patterns.push_back(pythonStr(item.value));
    return patterns;
}

Result<Element> globFunction(FunctionCall& call) {
    auto bound = bindArguments(call, {"include", "exclude"}, 1);
    if (!bound) return fail(bound.error());
    Sweep sweep;
    sweep.kind = SweepKind::Glob;
    auto include = globPatterns("include", *(*bound)[0]);
    if (!include) return fail(include.error());
    sweep.include = std::move(*include);
    if ((*bound)[1] && !isNone(*(*bound)[1])) {
        auto exclude = globPatterns("exclude", *(*bound)[1]);
        if (!exclude) return fail(exclude.error());
        sweep.exclude = std::move(*exclude);
    }
    return sweepElement(std::move(sweep));
}

Result<Element> tagFunction(FunctionCall& call) {
    if (Status status = allowNamed(call, {"sweep"}); !status) return fail(status.error());
    const auto isTaggable = [](const Element& e) {
        return isSweep(e,
                       {SweepKind::Choice, SweepKind::SimpleChoice, SweepKind::Range, SweepKind::Interval});
    };
    for (std::size_t i = 0; i < call.args.size(); ++i)
        if (!isString(call.args[i]) && !isTaggable(call.args[i]))
            return fail(mismatch(argument(i), call.args[i], "Union[str, Sweep]"));
    if (call.args.empty())
        return fail(raised("ValueError", "Not enough arguments to tag, must take at least a sweep"));
    if (const Element* sweep = named(call, "sweep")) call.args.push_back(*sweep);
    if (!isTaggable(call.args.back()))
        return fail(raised("ValueError",
                           "Last argument to tag() must be a choice(), range() or interval(), got NoneType"));
    Sweep out = *call.args.back().sweep;
    out.tags.clear();
    call.args.pop_back();
    for (const Element& item : call.args) {
        if (!isString(item))
            return fail(raised("ValueError", "tag arguments type must be string, got " + typeOf(item)));
        if (std::ranges::find(out.tags, item.value.asString()) == out.tags.end())
            out.tags.push_back(item.value.asString());
    }
    return sweepElement(std::move(out));
}

bool isShufflable(const Element& element) {
    return isSweep(element, {SweepKind::Choice, SweepKind::SimpleChoice, SweepKind::Range});
}

/// The types that shuffle() and sort() declare.
Status checkSortable(const FunctionCall& call) {
    Status status = checkTypes(call, {},
                               "Union[str, int, bool, float, list, dict, ChoiceSweep, RangeSweep]",
                               [](const Element& each) {
                                   return !isNone(each) &&
                                          (each.type != Element::Type::Sweep || isShufflable(each));
                               });
    if (!status) return status;
    if (const Element* sweep = named(call, "sweep"); sweep && !isNone(*sweep) && !isShufflable(*sweep))
        return fail(mismatch("sweep", *sweep, "Optional[Union[ChoiceSweep, RangeSweep]]"));
    if (const Element* list = named(call, "list");
        list && !isNone(*list) && list->type != Element::Type::List)
        return fail(mismatch("list", *list, "Optional[List[Any]]"));
    return {};
}

/// The arguments as Python shows a tuple of them.
std::string shownTuple(const std::vector<Element>& elements) {
    std::string out = "(";
    for (const Element& each : elements)
        out += (out.size() > 1 ? ", " : "") + pythonRepr(toValue(each));
    return out + (elements.size() == 1 ? ",)" : ")");
}

std::mt19937& randomness() {
    static thread_local std::mt19937 engine(std::random_device{}());
    return engine;
}

Result<Element> shuffleFunction(FunctionCall& call) {
    if (Status status = allowNamed(call, {"sweep", "list"}); !status) return fail(status.error());
    if (Status status = checkSortable(call); !status) return fail(status.error());
    for (const char* name : {"list", "sweep"})
        if (const Element* value = named(call, name); value && !isNone(*value)) call.args = {*value};
    if (call.args.size() != 1) {
        Element out = simpleChoice(std::move(call.args));
        out.sweep->shuffle = true;
        return out;
    }
    Element& only = call.args.front();
    if (isShufflable(only)) {
        Sweep out = *only.sweep;
        out.shuffle = true;
        return sweepElement(std::move(out));
    }
    if (only.type == Element::Type::List) {
        std::ranges::shuffle(only.items, randomness());
        return std::move(only);
    }
    Element list;
    list.type = Element::Type::List;
    list.items.push_back(std::move(only));
    return list;
}

/// Python's sorted(): numbers with numbers, strings with strings, anything else is a TypeError.
Status sortItems(std::vector<Element>& items, bool reverse) {
    for (std::size_t i = 1; i < items.size(); ++i) {
        const bool comparable =
            (isNumber(items[i]) && isNumber(items[0])) || (isString(items[i]) && isString(items[0]));
        if (!comparable)
            return fail(raised("TypeError", "'<' not supported between instances of '" + typeOf(items[i]) +
                                                "' and '" + typeOf(items[i - 1]) + "'"));
    }
    const auto less = [](const Element& a, const Element& b) {
        return isString(a) ? a.value.asString() < b.value.asString()
                           : asNumber(a).toDouble() < asNumber(b).toDouble();
    };
    if (reverse)
        std::ranges::stable_sort(items, [&](const Element& a, const Element& b) { return less(b, a); });
    else
        std::ranges::stable_sort(items, less);
    return {};
}

Value plus(const Value& a, const Value& b, int sign) {
    if (a.isInt() && b.isInt()) return Value(a.asInt() + sign * std::abs(b.asInt()));
    return Value(a.toDouble() + sign * std::fabs(b.toDouble()));
}

Result<Element> sortSweep(const Sweep& sweep, bool reverse) {
    Sweep out = sweep;
    if (sweep.kind != SweepKind::Range) {
        if (Status status = sortItems(out.choices, reverse); !status) return fail(status.error());
        return sweepElement(std::move(out));
    }
    const double start = sweep.start.toDouble(), stop = sweep.stop.toDouble();
    if (reverse ? start < stop : start > stop) {
        const int sign = reverse ? -1 : 1;
        out.start = plus(sweep.stop, sweep.step, sign);
        out.stop = plus(sweep.start, sweep.step, sign);
        out.step = sweep.step.isInt() ? Value(-sweep.step.asInt()) : Value(-sweep.step.toDouble());
    }
    return sweepElement(std::move(out));
}

Result<Element> sortFunction(FunctionCall& call) {
    if (Status status = allowNamed(call, {"sweep", "list", "reverse"}); !status) return fail(status.error());
    if (Status status = checkSortable(call); !status) return fail(status.error());
    const Element* direction = named(call, "reverse");
    if (direction && !(direction->type == Element::Type::Primitive && direction->value.isBool()))
        return fail(mismatch("reverse", *direction, "bool"));
    const bool reverse = direction && direction->value.asBool();
    for (const char* name : {"list", "sweep"})
        if (const Element* value = named(call, name); value && !isNone(*value)) call.args = {*value};
    if (call.args.empty()) return fail(raised("ValueError", "empty sort input"));
    if (call.args.size() == 1) {
        Element& only = call.args.front();
        if (isShufflable(only)) return sortSweep(*only.sweep, reverse);
        if (only.type == Element::Type::List)
            if (Status status = sortItems(only.items, reverse); !status) return fail(status.error());
        return std::move(only);
    }
    for (const Element& item : call.args)
        if (!isNumber(item) && !isString(item))
            return fail(raised("TypeError", "Invalid arguments: " + shownTuple(call.args)));
    return sortSweep(*simpleChoice(std::move(call.args)).sweep, reverse);
}

using Function = Result<Element> (*)(FunctionCall&);

constexpr std::array<std::pair<std::string_view, Function>, 11> kFunctions{{
    {"bool", [](FunctionCall& call) { return castFunction(call, Cast::Bool); }},
    {"choice", choiceFunction},
    {"float", [](FunctionCall& call) { return castFunction(call, Cast::Float); }},
    {"glob", globFunction},
    {"int", [](FunctionCall& call) { return castFunction(call, Cast::Int); }},
    {"interval", intervalFunction},
    {"range", rangeFunction},
    {"shuffle", shuffleFunction},
    {"sort", sortFunction},
    {"str", [](FunctionCall& call) { return castFunction(call, Cast::Str); }},
    {"tag", tagFunction},
}};

void unquote(Element& element) {
    if (element.type == Element::Type::Quoted) element.type = Element::Type::Primitive;
}

} // namespace

Result<Element> evaluate(FunctionCall call) {
    const auto* const found = std::ranges::find(kFunctions, std::string_view(call.name),
                                                [](const auto& entry) { return entry.first; });
    if (found == kFunctions.end())
        return fail(
            raised("HydraException",
                   "Unknown function '" + call.name +
                       "'\nAvailable: bool,choice,float,glob,int,interval,range,shuffle,sort,str,tag\n"));
    for (Element& item : call.args)
        unquote(item);
    for (auto& [name, item] : call.named)
        unquote(item);
    return found->second(call);
}

} // namespace fathom::config::detail
