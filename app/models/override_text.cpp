// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/override_text.h"

#include "engine/config/override.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace fathom::app {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool isOneOf(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}
bool isAlnum(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    return result;
}

/// Would the grammar read the bare text as null, a bool or a number?
bool looksLikeAnotherType(std::string_view text) {
    static constexpr std::array<std::string_view, 7> kWords{"null", "true", "false", "nan",
                                                            "inf",  "+inf", "-inf"};
    const std::string word = lower(text);
    if (std::find(kWords.begin(), kWords.end(), word) != kWords.end()) return true;
    bool digit = false;
    for (const char c : word) {
        digit = digit || (c >= '0' && c <= '9');
        if (!isOneOf(c, "0123456789+-._e")) return false;
    }
    return digit;
}

/// Characters that are safe outside quotes at any depth, in the grammar and in every shell.
bool isBare(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return isAlnum(c) || isOneOf(c, "_/-+.%@?"); });
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

std::string mapKeyText(std::string_view key) {
    std::string text;
    for (const char c : key) {
        if (!isAlnum(c) && !isOneOf(c, "_/-+.%@?")) text += '\\';
        text += c;
    }
    return text;
}

/// Splits off the value of `--name=V`, `--name V`, `-n V` at `index`; nullopt when it is another option.
std::optional<std::string> optionValue(const std::vector<std::string>& words, std::size_t& index,
                                       std::initializer_list<std::string_view> names) {
    const std::string& word = words[index];
    for (const std::string_view name : names) {
        if (word == name) return index + 1 < words.size() ? words[++index] : std::string();
        if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=')
            return word.substr(name.size() + 1);
    }
    return std::nullopt;
}

} // namespace

std::string quoteForOverride(std::string_view text) {
    if (isBare(text) && !looksLikeAnotherType(text)) return std::string(text);
    if (isOneInterpolation(text)) return std::string(text);
    std::string quoted = "'";
    std::size_t backslashes = 0; // only those before a quote or the end need doubling
    for (const char c : text) {
        if (c == '\'') quoted.append(backslashes + 1, '\\');
        backslashes = c == '\\' ? backslashes + 1 : 0;
        quoted += c;
    }
    quoted.append(backslashes, '\\');
    return quoted + "'";
}

std::string overrideText(const Value& value) {
    switch (value.type()) {
    case Value::Type::Null:
        return "null";
    case Value::Type::Bool:
        return value.asBool() ? "true" : "false";
    case Value::Type::Int:
        return std::to_string(value.asInt());
    case Value::Type::Float:
        return formatFloat(value.asFloat());
    case Value::Type::String:
        return quoteForOverride(value.asString());
    case Value::Type::List: {
        std::string text = "[";
        for (const Value& item : value.asList())
            text += (text.size() > 1 ? ", " : "") + overrideText(item);
        return text + "]";
    }
    case Value::Type::Map: {
        std::string text = "{";
        for (const auto& [key, item] : value.asMap()) {
            text += (text.size() > 1 ? ", " : "") + mapKeyText(key) + ": " + overrideText(item);
        }
        return text + "}";
    }
    }
    return {};
}

std::string overrideTextFromInput(std::string_view typed) {
    const std::string_view text = trimmed(typed);
    const Result<config::Override> parsed = config::parseOverride("key=" + std::string(text));
    // Empty is null to the grammar, and a sweep needs -m: both were meant as text.
    const bool isMeant = parsed && !text.empty() && !parsed->isSweep();
    return isMeant ? std::string(text) : quoteForOverride(text);
}

std::vector<std::string> splitCommandLine(std::string_view text) {
    std::vector<std::string> words;
    std::optional<std::string> word;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool escapes = c == '\\' && quote != '\'' && i + 1 < text.size() &&
                             (quote == 0 || isOneOf(text[i + 1], "\"\\$`\n"));
        if (escapes) {
            ++i;
            if (text[i] != '\n') word = word.value_or("") + text[i];
        } else if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                *word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            word = word.value_or("");
        } else if (isOneOf(c, kBlanks)) {
            if (word) words.push_back(*std::exchange(word, std::nullopt));
        } else {
            word = word.value_or("") + c;
        }
    }
    if (word) words.push_back(*word);
    return words;
}

std::string quoteForShell(std::string_view argument) {
    const bool bare = !argument.empty() && std::all_of(argument.begin(), argument.end(), [](char c) {
        return isAlnum(c) || isOneOf(c, "_/-+.%@=:,~") || static_cast<unsigned char>(c) >= 0x80;
    });
    if (bare) return std::string(argument);
    std::string quoted = "'";
    for (const char c : argument)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

CommandLine parseCommandLine(std::string_view text) {
    const std::vector<std::string> words = splitCommandLine(text);
    CommandLine line;
    bool begun = false; // past the program's name
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (auto path = optionValue(words, i, {"--config-path", "--config-dir", "-cp"})) {
            line.configPath = *path;
        } else if (auto name = optionValue(words, i, {"--config-name", "-cn"})) {
            line.configName = *name;
        } else if (word.starts_with('-')) {
            begun = true;
            continue;
        } else {
            const bool isProgram = !begun && word.find('=') == std::string::npos && !word.starts_with('~') &&
                                   !word.starts_with('+');
            if (isProgram) continue;
            line.overrides.push_back(word);
        }
        begun = true;
    }
    return line;
}

std::string formatCommandLine(const CommandLine& line) {
    std::string text;
    if (!line.configPath.empty()) text += quoteForShell("--config-path=" + line.configPath);
    if (!line.configName.empty())
        text += (text.empty() ? "" : " ") + quoteForShell("--config-name=" + line.configName);
    for (const std::string& item : line.overrides)
        text += (text.empty() ? "" : " ") + quoteForShell(item);
    return text;
}

} // namespace fathom::app
