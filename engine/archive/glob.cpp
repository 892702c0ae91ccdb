// SPDX-License-Identifier: Apache-2.0
#include "engine/archive/glob.h"

namespace fathom::archive {

namespace {

std::string wildcards(std::string_view pattern) {
    std::string found;
    for (const char c : pattern)
        if (c == '*' || c == '?') found += c;
    return found;
}

} // namespace

// The usual way with one place to go back to: only the last star can have to take more.
std::optional<Glob::Match> Glob::match(std::string_view text) const {
    const std::string_view pattern = m_pattern;
    Match match;
    std::size_t p = 0, t = 0;
    std::size_t starPattern = std::string_view::npos, starText = 0, starMatch = 0;
    while (t < text.size() || p < pattern.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            starPattern = p++;
            starText = t;
            starMatch = match.size();
            match.push_back(text.substr(t, 0));
        } else if (p < pattern.size() && t < text.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            if (pattern[p] == '?') match.push_back(text.substr(t, 1));
            ++p;
            ++t;
        } else if (starPattern != std::string_view::npos && t < text.size()) {
            match.resize(starMatch + 1);
            const std::size_t taken = match[starMatch].size() + 1;
            match[starMatch] = text.substr(starText, taken);
            p = starPattern + 1;
            t = starText + taken;
            if (t > text.size()) return std::nullopt;
        } else {
            return std::nullopt;
        }
    }
    return match;
}

Status Glob::checkReplacement(std::string_view replacement) const {
    if (wildcards(m_pattern) == wildcards(replacement)) return {};
    return fail({ErrorKind::Usage, "Cannot rename " + m_pattern + " to " + std::string(replacement),
                 "both must have the same wildcards in the same order", "For example: encoder.* to enc.*"});
}

std::string Glob::replace(std::string_view replacement, const Match& match) {
    std::string text;
    std::size_t next = 0;
    for (const char c : replacement) {
        if (c == '*' || c == '?')
            text += match[next++];
        else
            text += c;
    }
    return text;
}

} // namespace fathom::archive
