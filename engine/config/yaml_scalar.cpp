// SPDX-License-Identifier: Apache-2.0
#include "engine/config/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace fathom::config {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isDigitOrUnderscore(char c) {
    return isDigit(c) || c == '_';
}
bool isOctalOrUnderscore(char c) {
    return (c >= '0' && c <= '7') || c == '_';
}
bool isBinaryOrUnderscore(char c) {
    return c == '0' || c == '1' || c == '_';
}
bool isHexOrUnderscore(char c) {
    return isDigitOrUnderscore(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// A cursor with the few regular-expression pieces that YAML's number forms are made of.
struct Scanner {
    std::string_view text;
    std::size_t at = 0;

    [[nodiscard]] bool done() const { return at == text.size(); }
    [[nodiscard]] char peek() const { return done() ? '\0' : text[at]; }
    bool take(char c) {
        if (done() || text[at] != c) return false;
        ++at;
        return true;
    }
    bool sign() { return take('-') || take('+'); }
    template <class Predicate> std::size_t many(Predicate predicate) {
        const std::size_t start = at;
        while (!done() && predicate(text[at]))
            ++at;
        return at - start;
    }
    /// [0-9]+(_[0-9]+)*
    bool groupedDigits() {
        if (many(isDigit) == 0) return false;
        while (peek() == '_' && at + 1 < text.size() && isDigit(text[at + 1])) {
            ++at;
            many(isDigit);
        }
        return true;
    }
    /// (:[0-5]?[0-9])+
    bool sexagesimalTail() {
        bool any = false;
        while (peek() == ':') {
            const std::size_t digits = at + 1;
            std::size_t count = 0;
            while (digits + count < text.size() && isDigit(text[digits + count]) && count < 2)
                ++count;
            if (count == 2 && text[digits] > '5') count = 1;
            if (count == 0) break;
            at = digits + count;
            any = true;
        }
        return any;
    }
    /// [eE][-+]?[0-9]+, the sign being optional only where `freeSign`.
    bool exponent(bool freeSign) {
        const std::size_t start = at;
        if (!take('e') && !take('E')) return false;
        const bool hasSign = sign();
        if ((hasSign || freeSign) && many(isDigit) > 0) return true;
        at = start;
        return false;
    }
};

bool isYamlInt(std::string_view text) {
    const auto matches = [text](auto body) {
        Scanner scanner{text};
        scanner.sign();
        return body(scanner) && scanner.done();
    };
    return matches(
               [](Scanner& s) { return s.take('0') && s.take('b') && s.many(isBinaryOrUnderscore) > 0; }) ||
           matches([](Scanner& s) { return s.take('0') && s.many(isOctalOrUnderscore) > 0; }) ||
           matches([](Scanner& s) { return s.take('0'); }) ||
           matches([](Scanner& s) { return s.take('0') && s.take('x') && s.many(isHexOrUnderscore) > 0; }) ||
           matches([](Scanner& s) {
               if (!isDigit(s.peek()) || s.peek() == '0') return false;
               s.many(isDigitOrUnderscore);
               s.sexagesimalTail();
               return true;
           });
}

bool isYamlSpecialFloat(std::string_view text) {
    if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    return text == ".inf" || text == ".Inf" || text == ".INF";
}

/// PyYAML's own float forms, which are tried before the integers. Its digit groups may end in underscores.
bool isPyYamlFloat(std::string_view text) {
    Scanner number{text};
    number.sign();
    if (isDigit(number.peek())) {
        number.many(isDigitOrUnderscore);
        Scanner plain = number;
        if (plain.take('.')) {
            plain.many(isDigitOrUnderscore);
            plain.exponent(false);
            if (plain.done()) return true;
        }
        if (number.sexagesimalTail() && number.take('.')) {
            number.many(isDigitOrUnderscore);
            if (number.done()) return true;
        }
    }
    Scanner fraction{text};
    if (fraction.take('.') && isDigit(fraction.peek())) {
        fraction.many(isDigitOrUnderscore);
        fraction.exponent(false);
        if (fraction.done()) return true;
    }
    return isYamlSpecialFloat(text);
}

/// The forms that OmegaConf adds, tried after the integers: exponents without a point or a sign.
bool isOmegaConfFloat(std::string_view text) {
    Scanner number{text};
    number.sign();
    if (!number.groupedDigits()) return false;
    Scanner pointed = number;
    if (pointed.take('.')) {
        pointed.many(isDigitOrUnderscore);
        pointed.exponent(true);
        return pointed.done();
    }
    return number.exponent(true) && number.done();
}

/// YYYY-MM-DD, or with a time of day behind it.
bool isYamlTimestamp(std::string_view text) {
    Scanner s{text};
    const auto digits = [&s](std::size_t least, std::size_t most) {
        std::size_t count = 0;
        while (count < most && isDigit(s.peek()))
            ++s.at, ++count;
        return count >= least;
    };
    const auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
    if (!digits(4, 4) || !s.take('-')) return false;
    const std::size_t month = s.at;
    if (digits(2, 2) && s.take('-') && digits(2, 2) && s.done()) return true;
    s.at = month;
    if (!digits(1, 2) || !s.take('-') || !digits(1, 2)) return false;
    if (!s.take('T') && !s.take('t') && s.many(isBlank) == 0) return false;
    if (!digits(1, 2) || !s.take(':') || !digits(2, 2) || !s.take(':') || !digits(2, 2)) return false;
    if (s.take('.')) s.many(isDigit);
    const std::size_t zone = s.at;
    s.many(isBlank);
    if (s.done()) return s.at == zone;
    if (s.take('Z')) return s.done();
    if (!s.sign() || !digits(1, 2)) return false;
    if (s.take(':') && !digits(2, 2)) return false;
    return s.done();
}

std::string withoutUnderscores(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != '_') out += c;
    return out;
}

bool parseDigits(std::string_view digits, int base, std::int64_t& out) {
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
    return parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
}

bool yamlInt(std::string_view text, std::int64_t& out) {
    std::string digits = withoutUnderscores(text);
    std::int64_t sign = 1;
    if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) {
        sign = digits[0] == '-' ? -1 : 1;
        digits.erase(0, 1);
    }
    if (digits.find(':') != std::string::npos) {
        std::int64_t total = 0;
        for (std::string_view rest = digits; !rest.empty();) {
            const std::size_t colon = rest.find(':');
            std::int64_t part = 0;
            if (!parseDigits(rest.substr(0, colon), 10, part)) return false;
            if (__builtin_mul_overflow(total, std::int64_t{60}, &total) ||
                __builtin_add_overflow(total, part, &total))
                return false;
            rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
        }
        out = sign * total;
        return true;
    }
    bool parsed = false;
    if (digits.starts_with("0b"))
        parsed = parseDigits(std::string_view(digits).substr(2), 2, out);
    else if (digits.starts_with("0x"))
        parsed = parseDigits(std::string_view(digits).substr(2), 16, out);
    else if (digits.size() > 1 && digits[0] == '0')
        parsed = parseDigits(digits, 8, out);
    else
        parsed = parseDigits(digits, 10, out);
    out *= sign;
    return parsed;
}

bool yamlFloat(std::string_view text, double& out) {
    std::string digits = withoutUnderscores(text);
    double sign = 1;
    if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) {
        sign = digits[0] == '-' ? -1 : 1;
        digits.erase(0, 1);
    }
    if (isYamlSpecialFloat(digits)) {
        const bool nan = digits[1] == 'n' || digits[1] == 'N';
        out = nan ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
        return true;
    }
    if (digits.find(':') != std::string::npos) {
        double total = 0;
        for (std::string_view rest = digits; !rest.empty();) {
            const std::size_t colon = rest.find(':');
            double part = 0;
            if (!pythonFloat(rest.substr(0, colon), part)) return false;
            total = total * 60 + part;
            rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
        }
        out = sign * total;
        return true;
    }
    if (!pythonFloat(digits, out)) return false;
    out *= sign;
    return true;
}

using Words = std::array<std::string_view, 9>;
constexpr Words kTrue{"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr Words kFalse{"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};

bool isOneOf(const Words& words, std::string_view text) {
    return std::ranges::find(words, text) != words.end();
}

Error constructorError(std::string why) {
    Error error{ErrorKind::Usage, "Cannot read a YAML value", std::move(why), "Put the text in quotes"};
    error.className = "ConstructorError";
    return error;
}

} // namespace

bool pythonInt(std::string_view text, std::int64_t& out) {
    while (!text.empty() && std::string_view(" \t\n\r\f\v").find(text.front()) != std::string_view::npos)
        text.remove_prefix(1);
    while (!text.empty() && std::string_view(" \t\n\r\f\v").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    Scanner scanner{text};
    scanner.sign();
    if (!scanner.groupedDigits() || !scanner.done()) return false;
    std::string digits = withoutUnderscores(text);
    if (digits[0] == '+') digits.erase(0, 1);
    return parseDigits(digits, 10, out);
}

bool pythonFloat(std::string_view text, double& out) {
    while (!text.empty() && std::string_view(" \t\n\r\f\v").find(text.front()) != std::string_view::npos)
        text.remove_prefix(1);
    while (!text.empty() && std::string_view(" \t\n\r\f\v").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_') {
            // Python allows one underscore between two digits and nowhere else.
            if (i == 0 || i + 1 == text.size() || !isDigit(text[i - 1]) || !isDigit(text[i + 1]))
                return false;
            continue;
        }
        digits += static_cast<char>(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    }
    double sign = 1;
    if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) {
        sign = digits[0] == '-' ? -1 : 1;
        digits.erase(0, 1);
    }
    if (digits == "inf" || digits == "infinity") {
        out = sign * std::numeric_limits<double>::infinity();
        return true;
    }
    if (digits == "nan") {
        out = std::numeric_limits<double>::quiet_NaN();
        return true;
    }
    if (digits.empty() || !(isDigit(digits[0]) || digits[0] == '.')) return false;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (parsed.ptr != digits.data() + digits.size()) return false;
    if (parsed.ec == std::errc::result_out_of_range) {
        // Python rounds to 0 or inf; so does strtod.
        out = std::strtod(digits.c_str(), nullptr);
    } else if (parsed.ec != std::errc{}) {
        return false;
    }
    out *= sign;
    return true;
}

Value bigInt(std::string_view text) {
    std::string digits = withoutUnderscores(text);
    if (digits.starts_with('+')) digits.erase(0, 1);
    return Value::Map{{"$int", Value(std::move(digits))}};
}

Result<Value> yamlScalar(std::string_view text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return Value{};
    const char first = text.front();
    if (isDigit(first) || first == '-' || first == '+' || first == '.') {
        double number = 0;
        std::int64_t integer = 0;
        if (isPyYamlFloat(text)) {
            if (!yamlFloat(text, number))
                return fail(
                    constructorError("could not convert string to float: '" + std::string(text) + "'"));
            return Value(number);
        }
        if (isYamlInt(text)) {
            if (!yamlInt(text, integer)) {
                const bool decimal = text.find_first_not_of("+-0123456789_") == std::string_view::npos &&
                                     text.find_first_of("123456789") < 2;
                if (decimal) return bigInt(text);
                return fail(constructorError("'" + std::string(text) + "' is not an integer of 64 bits"));
            }
            return Value(integer);
        }
        if (isOmegaConfFloat(text)) {
            if (!yamlFloat(text, number))
                return fail(
                    constructorError("could not convert string to float: '" + std::string(text) + "'"));
            return Value(number);
        }
        return Value(text);
    }
    if (isOneOf(kTrue, text)) return Value(true);
    if (isOneOf(kFalse, text)) return Value(false);
    if (text == "=")
        return fail(
            constructorError("could not determine a constructor for the tag 'tag:yaml.org,2002:value'"));
    return Value(text);
}

bool needsYamlQuotes(std::string_view text) {
    const Result<Value> value = yamlScalar(text);
    return !value || !value->isString() || text == "<<";
}

bool isPlainYamlOther(std::string_view text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL" || text == "<<" ||
        text == "=")
        return true;
    return isOneOf(kTrue, text) || isOneOf(kFalse, text) || isPyYamlFloat(text) || isYamlInt(text) ||
           isYamlTimestamp(text);
}

} // namespace fathom::config
