// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/command_line.h"

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

using Words = std::vector<std::string>;

/// Splits off the value of `--name=V`, `--name V`, `-n V` at `index`; nullopt when it is another option.
std::optional<std::string> optionValue(const Words& words, std::size_t& index,
                                       std::initializer_list<std::string_view> names) {
    const std::string& word = words[index];
    for (const std::string_view name : names) {
        if (word == name) return index + 1 < words.size() ? words[++index] : std::string();
        if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=')
            return word.substr(name.size() + 1);
    }
    return std::nullopt;
}

/// What Hydra would take as an override: every one but a deletion has a '='.
bool isOverride(std::string_view word) {
    return word.starts_with('~') || word.starts_with('+') ||
           (!word.starts_with('-') && word.find('=') != std::string_view::npos);
}

/// `NAME=value` before a program: an environment variable.
bool isAssignment(std::string_view word) {
    const std::string_view name = word.substr(0, word.find('='));
    return name.size() < word.size() && !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
           });
}

/// Of `cd x && python train.py a=b | tee log` the command that has overrides or, failing that, the first.
Words command(const Words& words) {
    Words best;
    Words current;
    long most = -1;
    const auto close = [&] {
        const long count = std::count_if(current.begin(), current.end(), isOverride);
        if (!current.empty() && count > most) {
            most = count;
            best = current;
        }
        current.clear();
    };
    for (const std::string& word : words) {
        if (word == "&&" || word == "||" || word == "|" || word == ";" || word == "&")
            close();
        else
            current.push_back(word);
    }
    close();
    return best;
}

/// Number of words in front of the first option or override: prompt, environment, program and script.
std::size_t skipProgram(const Words& words, CommandLine& line) {
    std::size_t at = 0;
    while (at < words.size() && (words[at] == "$" || words[at] == ">" || words[at] == "env"))
        ++at;
    std::size_t program = at;
    while (program < words.size() && isAssignment(words[program]))
        ++program;
    const bool isProgram =
        program < words.size() && !isOverride(words[program]) && !words[program].starts_with('-');
    if (!isProgram) return at;
    line.hasProgram = true;
    return program;
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
    const Words words = command(splitCommandLine(text));
    CommandLine line;
    for (std::size_t i = skipProgram(words, line); i < words.size(); ++i) {
        const std::string& word = words[i];
        if (auto path = optionValue(words, i, {"--config-path", "--config-dir", "-cp", "--cp"})) {
            line.configPath = *path;
        } else if (auto name = optionValue(words, i, {"--config-name", "-cn", "--cn"})) {
            line.configName = *name;
        } else if (!word.starts_with('-') && (isOverride(word) || !line.hasProgram)) {
            line.overrides.push_back(word);
        } else if (word.ends_with(".py") && line.script.empty()) {
            line.script = word;
        }
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
