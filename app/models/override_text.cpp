// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/override_text.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace fathom::app {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool isOneOf(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}
bool isAlnum(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
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
