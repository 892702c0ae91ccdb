// SPDX-License-Identifier: Apache-2.0
#include "engine/query/literal.h"

#include "engine/query/expression.h"
#include "engine/query/lexer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string>

namespace fathom::query {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// The number that the text begins with, which is taken off it.
std::optional<double> leadingNumber(std::string_view& text) {
    double value = 0;
    const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    if (error != std::errc{} || std::isnan(value))
        return std::nullopt; // NaN is a text: no number compares with it
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

/// Exactly `digits` digits, which are taken off the text.
std::optional<int> digitsOf(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc{} || end != text.data() + digits || value < 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool takeOne(std::string_view& text, std::string_view any) {
    if (text.empty() || any.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

double secondsOf(std::tm time) {
    time.tm_isdst = -1;
    return static_cast<double>(std::mktime(&time));
}

std::tm localDay(double now) {
    const auto seconds = static_cast<std::time_t>(now);
    std::tm time{};
    localtime_r(&seconds, &time);
    time.tm_hour = time.tm_min = time.tm_sec = 0;
    return time;
}

Interval dayFrom(std::tm time) {
    std::tm next = time;
    ++next.tm_mday;
    return {secondsOf(time), secondsOf(next)};
}

/// ISO 8601 in local time: a date, with hours and minutes, with seconds.
std::optional<Interval> calendar(std::string_view text) {
    std::tm time{};
    const auto year = digitsOf(text, 4);
    if (!year || !takeOne(text, "-")) return std::nullopt;
    const auto month = digitsOf(text, 2);
    if (!month || *month < 1 || *month > 12 || !takeOne(text, "-")) return std::nullopt;
    const auto day = digitsOf(text, 2);
    if (!day || *day < 1 || *day > 31) return std::nullopt;
    time.tm_year = *year - 1900;
    time.tm_mon = *month - 1;
    time.tm_mday = *day;
    if (text.empty()) return dayFrom(time);
    if (!takeOne(text, "T _")) return std::nullopt;
    const auto hour = digitsOf(text, 2);
    if (!hour || *hour > 23 || !takeOne(text, ":-")) return std::nullopt;
    const auto minute = digitsOf(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    time.tm_hour = *hour;
    time.tm_min = *minute;
    if (text.empty()) return Interval{secondsOf(time), secondsOf(time) + 60};
    if (!takeOne(text, ":-")) return std::nullopt;
    const auto second = digitsOf(text, 2);
    if (!second || *second > 60 || !text.empty()) return std::nullopt;
    time.tm_sec = *second;
    return Interval{secondsOf(time), secondsOf(time) + 1};
}

} // namespace

std::optional<double> secondsOfUnit(std::string_view unit) {
    struct Unit {
        std::string_view name;
        double seconds;
    };
    static constexpr std::array<Unit, 24> kUnits{
        {{"ms", 0.001},     {"s", 1},           {"sec", 1},          {"secs", 1},       {"second", 1},
         {"seconds", 1},    {"m", 60},          {"min", 60},         {"mins", 60},      {"minute", 60},
         {"minutes", 60},   {"h", 3600},        {"hr", 3600},        {"hour", 3600},    {"hours", 3600},
         {"d", 86400},      {"day", 86400},     {"days", 86400},     {"w", 604800},     {"week", 604800},
         {"weeks", 604800}, {"month", 2592000}, {"months", 2592000}, {"year", 31536000}}};
    const std::string lower = folded(unit);
    for (const Unit& each : kUnits)
        if (each.name == lower) return each.seconds;
    return std::nullopt;
}

std::optional<double> plainNumber(std::string_view text) {
    const std::optional<double> value = leadingNumber(text);
    return text.empty() ? value : std::nullopt;
}

std::optional<double> number(std::string_view text) {
    const std::optional<double> value = leadingNumber(text);
    if (!value) return std::nullopt;
    const std::string_view unit = trimmed(text);
    if (unit.empty()) return value;
    if (unit == "%") return *value / 100;
    if (unit == "k" || unit == "K") return *value * 1e3;
    if (unit == "M") return *value * 1e6;
    if (unit == "G" || unit == "B") return *value * 1e9;
    return std::nullopt;
}

std::optional<double> duration(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return std::nullopt;
    if (const auto seconds = plainNumber(text)) return seconds;
    double total = 0;
    while (!text.empty()) {
        const std::optional<double> value = leadingNumber(text);
        if (!value) return std::nullopt;
        text = trimmed(text);
        std::size_t letters = 0;
        while (letters < text.size() && std::isalpha(static_cast<unsigned char>(text[letters])) != 0)
            ++letters;
        const std::optional<double> unit = secondsOfUnit(text.substr(0, letters));
        if (!unit) return std::nullopt;
        total += *value * *unit;
        text = trimmed(text.substr(letters));
    }
    return total;
}

std::optional<Interval> moment(std::string_view text, double now) {
    const std::string lower = folded(trimmed(text));
    if (lower == "now") return Interval{now, now};
    if (lower == "today") return dayFrom(localDay(now));
    if (lower == "yesterday") {
        std::tm day = localDay(now);
        --day.tm_mday;
        return dayFrom(day);
    }
    if (lower.ends_with(" ago")) {
        const auto seconds = duration(std::string_view(lower).substr(0, lower.size() - 4));
        if (!seconds) return std::nullopt;
        return Interval{now - *seconds, now - *seconds};
    }
    if (const auto dated = calendar(trimmed(text))) return dated;
    if (const auto seconds = plainNumber(lower)) return Interval{*seconds, *seconds};
    return std::nullopt;
}

} // namespace fathom::query
