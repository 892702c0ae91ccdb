// SPDX-License-Identifier: Apache-2.0
#include "engine/data/brace_paths.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>

namespace fathom::data {

namespace {

void replaceAll(std::string& text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// The parts between separators that lie in no braces.
std::vector<std::string_view> splitOutside(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
        if (depth != 0 || !text.substr(i).starts_with(separator)) continue;
        parts.push_back(text.substr(begin, i - begin));
        begin = i + separator.size();
        i = begin - 1;
    }
    parts.push_back(text.substr(begin));
    return parts;
}

std::optional<std::int64_t> integer(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [last, problem] = std::from_chars(text.data(), end, value);
    return problem == std::errc() && last == end ? std::optional(value) : std::nullopt;
}

std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

std::string padded(std::int64_t value, std::size_t width) {
    std::string digits = std::to_string(magnitude(value));
    const std::size_t sign = value < 0 ? 1 : 0;
    if (digits.size() + sign < width) digits.insert(0, width - sign - digits.size(), '0');
    return (sign ? "-" : "") + digits;
}

bool isPadded(std::string_view number) {
    const std::string_view digits = number.substr(number.starts_with('-') ? 1 : 0);
    return digits.size() > 1 && digits.front() == '0';
}

/// Shards are counted in thousands; more would be a mistake that fills the memory.
constexpr std::size_t kMostPaths = 1'000'000;
constexpr std::size_t kMostBytes = 256UL << 20U;
constexpr std::ptrdiff_t kMostBraces = 1000;

/// "0..7" or "a..d", with a step after a second "..".
std::optional<std::vector<std::string>> range(std::string_view body) {
    const std::vector<std::string_view> parts = splitOutside(body, "..");
    if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
    const auto isLetter = [](std::string_view s) {
        return s.size() == 1 && ((s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z'));
    };
    const bool letters = isLetter(parts[0]) && isLetter(parts[1]);
    const auto first = letters ? std::optional<std::int64_t>(parts[0][0]) : integer(parts[0]);
    const auto last = letters ? std::optional<std::int64_t>(parts[1][0]) : integer(parts[1]);
    const auto step = parts.size() == 3 ? integer(parts[2]) : std::optional<std::int64_t>(1);
    if (!first || !last || !step) return std::nullopt;
    const std::uint64_t stride = std::max<std::uint64_t>(1, magnitude(*step));
    const auto from = static_cast<std::uint64_t>(*first), to = static_cast<std::uint64_t>(*last);
    const bool isUp = *first <= *last; // unsigned, because the ends may be further apart than an int64 holds
    const std::uint64_t steps = (isUp ? to - from : from - to) / stride;
    if (steps >= kMostPaths) return std::nullopt;
    const std::size_t width =
        isPadded(parts[0]) || isPadded(parts[1]) ? std::max(parts[0].size(), parts[1].size()) : 0;
    std::vector<std::string> out;
    for (std::uint64_t i = 0; i <= steps; ++i) {
        const auto value = static_cast<std::int64_t>(isUp ? from + i * stride : from - i * stride);
        out.push_back(letters ? std::string(1, static_cast<char>(value)) : padded(value, width));
    }
    return out;
}

std::size_t closing(std::string_view text, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
        if (depth == 0) return i;
    }
    return std::string_view::npos;
}

class Expansion {
public:
    std::vector<std::string> expand(std::string_view text);
    /// Then the results are not all.
    [[nodiscard]] bool isTooMuch() const { return m_isTooMuch; }

private:
    /// What braces with this body stand for; nothing when they are plain characters.
    std::optional<std::vector<std::string>> alternatives(std::string_view body);
    bool allows(std::size_t paths, std::size_t bytes) {
        m_isTooMuch = m_isTooMuch || paths > kMostPaths || paths * bytes > kMostBytes;
        return !m_isTooMuch;
    }

    bool m_isTooMuch = false;
};

std::optional<std::vector<std::string>> Expansion::alternatives(std::string_view body) {
    if (auto numbers = range(body)) return numbers;
    const std::vector<std::string_view> parts = splitOutside(body, ",");
    if (parts.size() < 2) return std::nullopt;
    std::vector<std::string> out;
    for (const std::string_view part : parts) {
        std::vector<std::string> own = expand(part);
        if (!allows(out.size() + own.size(), body.size())) break;
        std::ranges::move(own, std::back_inserter(out));
    }
    return out;
}

std::vector<std::string> Expansion::expand(std::string_view text) {
    for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
        const std::size_t close = closing(text, open);
        if (close == std::string_view::npos) break;
        const auto middle = alternatives(text.substr(open + 1, close - open - 1));
        if (!middle) continue;
        std::vector<std::string> out;
        const std::vector<std::string> tails = expand(text.substr(close + 1));
        if (!allows(middle->size() * tails.size(), text.size())) return out;
        for (const std::string& each : *middle)
            for (const std::string& tail : tails)
                out.push_back(std::string(text.substr(0, open)) + each + tail);
        return out;
    }
    return {std::string(text)};
}

} // namespace

std::vector<std::string> expandPath(std::string_view pattern) {
    std::string text(pattern);
    for (const std::string_view open : {"(", "[", "<", "_OP_"})
        replaceAll(text, open, "{");
    for (const std::string_view close : {")", "]", ">", "_CL_"})
        replaceAll(text, close, "}");
    if (std::ranges::count(text, '{') > kMostBraces) return {std::string(pattern)};
    Expansion expansion;
    std::vector<std::string> out = expansion.expand(text);
    // A folder may well be called "a(b)".
    if (out.size() == 1 || expansion.isTooMuch()) return {std::string(pattern)};
    return out;
}

} // namespace fathom::data
