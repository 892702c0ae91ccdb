// SPDX-License-Identifier: Apache-2.0
#include "engine/run/request.h"

namespace fathom::run {
namespace {

bool isPlain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

/// A word as a POSIX shell reads it back. A leading '=' or '~' would be expanded by some shells.
std::string quoted(const std::string& word) {
    bool plain = !word.empty() && word.front() != '=';
    for (const char c : word)
        plain = plain && isPlain(c);
    if (plain) return word;
    std::string text = "'";
    for (const char c : word) {
        if (c == '\'')
            text += "'\\''";
        else
            text += c;
    }
    return text + '\'';
}

} // namespace

std::string commandLine(const RunRequest& request) {
    std::string line = "fathom-cli " + std::string(name(request.mode));
    line += " --config-path " + quoted(request.configPath.string());
    line += " --config-name " + quoted(request.configName);
    if (!request.workspace.empty()) line += " --workspace " + quoted(request.workspace.string());
    for (const std::filesystem::path& file : request.plugins)
        line += " --plugin " + quoted(file.string());
    bool dashed = false;
    for (const std::string& word : request.overrides)
        dashed = dashed || word.starts_with('-');
    if (dashed) line += " --";
    for (const std::string& word : request.overrides)
        line += ' ' + quoted(word);
    return line;
}

} // namespace fathom::run
