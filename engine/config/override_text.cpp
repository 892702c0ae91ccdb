// SPDX-License-Identifier: Apache-2.0
// Values back to override syntax, and the items of sweeps.
#include "engine/config/convert.h"
#include "engine/config/override.h"
#include "engine/config/override_lexer.h"
#include "engine/config/yaml_scalar.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <fnmatch.h>
#include <random>

namespace fathom::config {

namespace {

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\()[]{}:=, \t").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

/// Quotes, with backslashes doubled where they stand before a quote.
std::string quotedText(const std::string& text, char quote) {
    std::string out(1, quote);
    std::size_t run = 0;
    for (const char c : text) {
        if (c == '\\') {
            ++run;
            continue;
        }
        out.append(c == quote ? run * 2 + 1 : run, '\\');
        run = 0;
        out += c;
    }
    out.append(run * 2, '\\');
    return out + quote;
}

/// Characters that are safe outside quotes at any depth, in the grammar and in every shell.
bool isPlainWord(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("_/-+.%@?").find(c) != std::string_view::npos;
    });
}

/// The text is one `${…}`, which the grammar takes without quotes.
bool isOneInterpolation(std::string_view text) {
    if (!text.starts_with("${") || !text.ends_with('}') ||
        text.find_first_of("'\" ") != std::string_view::npos)
        return false;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{') ++depth;
        if (text[i] == '}' && --depth == 0) return i + 1 == text.size();
    }
    return false;
}

/// Whether the text, written bare, is read back as this very string.
bool readsBackBare(const std::string& text) {
    const Result<Override> parsed = parseOverride("k=" + text);
    return parsed && parsed->element.type == Element::Type::Primitive && parsed->element.value == Value(text);
}

/// What OmegaConf makes of Hydra's Glob where a value is wanted.
Element globDict(const Sweep& glob) {
    Element dict;
    dict.type = Element::Type::Dict;
    for (const auto& [name, patterns] : {std::pair{"include", &glob.include}, {"exclude", &glob.exclude}}) {
        Element key, list;
        key.value = Value(name);
        list.type = Element::Type::List;
        for (const std::string& pattern : *patterns)
            list.items.emplace_back().value = Value(pattern);
        dict.entries.emplace_back(std::move(key), std::move(list));
    }
    return dict;
}

Error hydraException(std::string why, std::string remedy) {
    Error error{ErrorKind::Usage, "Cannot expand the sweep", std::move(why), std::move(remedy)};
    error.className = "HydraException";
    return error;
}

/// Python's decimal arithmetic for range(0,1,0.1): exact numbers, sums rounded half to even at 28 digits.
/// Numbers are integers in units of 10^-places; 36 digits in all fit.
class DecimalSum {
public:
    explicit DecimalSum(double largest) {
        for (double rest = std::fabs(largest); rest >= 1 && m_places > 0; rest /= 10)
            --m_places;
    }
    __extension__ using Number = __int128;

    [[nodiscard]] Number exact(double value) const {
        char text[400];
        std::snprintf(text, sizeof text, "%.*f", m_places, value);
        Number out = 0;
        for (const char* at = text; *at != '\0'; ++at)
            if (*at >= '0' && *at <= '9') out = out * 10 + (*at - '0');
        return text[0] == '-' ? -out : out;
    }
    [[nodiscard]] static Number rounded(Number value) {
        constexpr int kDigits = 28;
        const Number size = value < 0 ? -value : value;
        Number unit = 1;
        int digits = 0;
        for (Number rest = size; rest > 0; rest /= 10)
            if (++digits > kDigits) unit *= 10;
        const Number rest = size % unit, half = unit / 2;
        Number kept = size / unit;
        if (rest > half || (unit > 1 && rest == half && kept % 2 == 1)) ++kept;
        return (value < 0 ? -kept : kept) * unit;
    }
    [[nodiscard]] double toDouble(Number value) const {
        std::string digits;
        for (Number rest = value < 0 ? -value : value; rest > 0 || digits.size() <= std::size_t(m_places);
             rest /= 10)
            digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
        digits.insert(digits.size() - static_cast<std::size_t>(m_places), ".");
        double out = 0;
        (void)pythonFloat(digits, out);
        return value < 0 ? -out : out;
    }

private:
    int m_places = 36;
};

Result<std::vector<Value>> rangeItems(const Sweep& sweep) {
    std::vector<Value> items;
    constexpr std::size_t kMaxItems = 100'000;
    const auto tooMany = [] {
        return fail(hydraException("the range has more than 100,000 items", "Use a larger step"));
    };
    const double start = sweep.start.toDouble(), stop = sweep.stop.toDouble(), step = sweep.step.toDouble();
    // Said before a billion of them are counted; the loops below count exactly.
    if (step != 0 && (stop - start) / step > 2.0 * kMaxItems) return tooMany();
    if (sweep.start.isInt() && sweep.stop.isInt() && sweep.step.isInt()) {
        const std::int64_t width = sweep.step.asInt(), end = sweep.stop.asInt();
        if (width == 0) {
            Error error = hydraException("range() arg 3 must not be zero", "Give a step");
            error.className = "ValueError";
            return fail(std::move(error));
        }
        for (std::int64_t at = sweep.start.asInt(); width > 0 ? at < end : at > end;) {
            items.emplace_back(at);
            if (items.size() > kMaxItems) return tooMany();
            if (__builtin_add_overflow(at, width, &at)) break;
        }
        return items;
    }
    if (step == 0)
        return fail(hydraException("Invalid range values (start:" + pythonStr(sweep.start) + ", stop:" +
                                       pythonStr(sweep.stop) + ", step:" + pythonStr(sweep.step) + ")",
                                   "Give a step"));
    const double largest = std::fabs(start) + std::fabs(stop) + std::fabs(step);
    if (!(largest < 1e30)) return fail(hydraException("the range is too wide", "Use smaller numbers"));
    const DecimalSum decimal(largest);
    const DecimalSum::Number end = decimal.exact(stop), width = decimal.exact(step);
    DecimalSum::Number at = decimal.exact(start);
    while (step > 0 ? at < end : at > end) {
        items.emplace_back(decimal.toDouble(at));
        if (items.size() > kMaxItems) return tooMany();
        at = DecimalSum::rounded(at + width);
    }
    return items;
}

void shuffleItems(std::vector<std::string>& items) {
    std::random_device seed;
    std::shuffle(items.begin(), items.end(), std::mt19937(seed()));
}

bool matchesAny(const std::string& name, const std::vector<std::string>& globs) {
    return std::ranges::any_of(
        globs, [&](const std::string& glob) { return fnmatch(glob.c_str(), name.c_str(), 0) == 0; });
}

} // namespace

std::string elementText(const Element& element) {
    switch (element.type) {
    case Element::Type::Quoted:
        return quotedText(element.value.asString(), element.quote);
    case Element::Type::Primitive:
        if (element.value.isNull()) return "null";
        return element.value.isString() ? escaped(element.value.asString()) : pythonStr(element.value);
    case Element::Type::List: {
        std::string out = "[";
        for (const Element& item : element.items)
            out += (out.size() > 1 ? "," : "") + elementText(item);
        return out + "]";
    }
    case Element::Type::Dict: {
        std::string out = "{";
        for (const auto& [key, item] : element.entries)
            out += (out.size() > 1 ? "," : "") + elementText(key) + ":" + elementText(item);
        return out + "}";
    }
    case Element::Type::Sweep:
        if (element.sweep->kind == SweepKind::Glob) return elementText(globDict(*element.sweep));
        break;
    }
    return {};
}

Status checkNestedSweeps(const Element& element) {
    const auto check = [](const Element& each) -> Status {
        if (each.type != Element::Type::Sweep) return checkNestedSweeps(each);
        if (each.sweep->kind == SweepKind::Glob) return {};
        Error error{ErrorKind::Usage, "Cannot use a sweep inside a value",
                    "Unexpected type annotation: Set[str]", "Sweep over whole values: choice([1,2],[3])"};
        error.className = "ValidationError";
        error.key = "tags"; // OmegaConf trips over the first field of Hydra's own class
        return fail(std::move(error));
    };
    for (const Element& item : element.items)
        if (Status status = check(item); !status) return status;
    for (const auto& [key, item] : element.entries)
        if (Status status = check(item); !status) return status;
    if (element.type == Element::Type::Sweep)
        for (const Element& choice : element.sweep->choices)
            if (Status status = check(choice); !status) return status;
    return {};
}

std::string quoteForOverride(std::string_view text) {
    std::string bare(text);
    const bool isSafe = isPlainWord(text) || isOneInterpolation(text);
    return isSafe && readsBackBare(bare) ? bare : quotedText(bare, '\'');
}

std::string overrideTextFromInput(std::string_view typed) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t first = typed.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return quoteForOverride({});
    const std::string text(typed.substr(first, typed.find_last_not_of(kBlanks) - first + 1));
    const Result<Override> parsed = parseOverride("key=" + text);
    return parsed && !parsed->isSweep() ? text : quoteForOverride(text);
}

std::string overrideText(const Value& value) {
    switch (value.type()) {
    case Value::Type::Null:
        return "null";
    case Value::Type::Bool:
        return value.asBool() ? "true" : "false";
    case Value::Type::Int:
    case Value::Type::Float:
        return pythonStr(value);
    case Value::Type::String:
        return quoteForOverride(value.asString());
    case Value::Type::List: {
        std::string out = "[";
        for (const Value& item : value.asList())
            out += (out.size() > 1 ? ", " : "") + overrideText(item);
        return out + "]";
    }
    case Value::Type::Map: {
        const Value* pairs = value.asMap().size() == 1 ? value.asMap().find("$map") : nullptr;
        if (!pairs && value.asMap().size() == 1 && isReservedKey(value.asMap().begin()->first))
            return pythonStr(value);
        std::string out = "{";
        const auto add = [&out](const Value& key, const Value& item) {
            out += (out.size() > 1 ? ", " : "") +
                   (key.isString() ? escaped(key.asString()) : overrideText(key)) + ": " + overrideText(item);
        };
        if (pairs)
            for (const Value& pair : pairs->asList())
                add(pair.asList().front(), pair.asList().back());
        else
            for (const auto& [key, item] : value.asMap())
                add(Value(key), item);
        return out + "}";
    }
    }
    return {};
}

Result<std::vector<std::string>> sweepItems(const Sweep& sweep, const std::vector<std::string>& options) {
    std::vector<std::string> items;
    switch (sweep.kind) {
    case SweepKind::SimpleChoice:
    case SweepKind::Choice:
        for (const Element& choice : sweep.choices)
            items.push_back(elementText(choice));
        break;
    case SweepKind::Glob:
        for (const std::string& option : options)
            if (matchesAny(option, sweep.include) && !matchesAny(option, sweep.exclude))
                items.push_back(option);
        return items;
    case SweepKind::Range: {
        const Result<std::vector<Value>> numbers = rangeItems(sweep);
        if (!numbers) return fail(numbers.error());
        for (const Value& number : *numbers)
            items.push_back(pythonStr(number));
        break;
    }
    case SweepKind::Interval:
        return fail(hydraException("BasicSweeper does not support sweep type : INTERVAL_SWEEP",
                                   "Use choice() or range()"));
    }
    if (sweep.shuffle) shuffleItems(items);
    return items;
}

} // namespace fathom::config
