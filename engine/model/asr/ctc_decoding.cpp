// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/ctc_decoding.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace fathom::model {

namespace {

/// The first code point of valid UTF-8; 0 for an empty or broken text.
char32_t firstCodePoint(std::string_view text) {
    if (text.empty()) return 0;
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t bytes = lead < 0x80U          ? 1
                              : (lead >> 5U) == 6U  ? 2
                              : (lead >> 4U) == 14U ? 3
                              : (lead >> 3U) == 30U ? 4
                                                    : 0;
    if (bytes == 0 || text.size() < bytes) return 0;
    if (bytes == 1) return lead;
    char32_t point = lead & (0xFFU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i)
        point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    return point;
}

} // namespace

bool isPunctuation(char32_t point) {
    if (point < 0x80) {
        constexpr std::string_view kSymbols = "$+<=>^`|~"; // category S, not P
        const bool graphic = point > 0x20 && point < 0x7F;
        const bool alphanumeric = (point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z') ||
                                  (point >= 'a' && point <= 'z');
        return graphic && !alphanumeric && kSymbols.find(static_cast<char>(point)) == std::string_view::npos;
    }
    constexpr std::pair<char32_t, char32_t> kRanges[] = {
        {0xA1, 0xA1},     {0xA7, 0xA7},     {0xAB, 0xAB},     {0xB6, 0xB7},
        {0xBB, 0xBB},     {0xBF, 0xBF},     {0x2010, 0x2027}, {0x2030, 0x2043},
        {0x2045, 0x2051}, {0x2053, 0x205E}, {0x3001, 0x3003}, {0x3008, 0x3011},
        {0xFF01, 0xFF03}, {0xFF0C, 0xFF0F}, {0xFF1A, 0xFF1B}, {0xFF1F, 0xFF1F}};
    return std::ranges::any_of(
        kRanges, [&](const auto& range) { return point >= range.first && point <= range.second; });
}

CtcDecoding::CtcDecoding(text::CharTokenizer tokenizer) : m_tokenizer(std::move(tokenizer)) {
    for (const std::string& label : m_tokenizer.labels()) {
        m_isPunctuation.push_back(isPunctuation(firstCodePoint(label)));
        m_isSpace.push_back(label == " ");
    }
}

std::string CtcDecoding::prediction(std::span<const std::int64_t> ids) const {
    const auto known = [&](std::int64_t id) {
        return id >= 0 && static_cast<std::size_t>(id) < m_isSpace.size();
    };
    std::vector<std::int64_t> kept;
    kept.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!known(ids[i])) continue;
        const bool beforeMark =
            i + 1 < ids.size() && known(ids[i + 1]) && m_isPunctuation[static_cast<std::size_t>(ids[i + 1])];
        if (!beforeMark || !m_isSpace[static_cast<std::size_t>(ids[i])]) kept.push_back(ids[i]);
    }
    return m_tokenizer.decode(kept);
}

} // namespace fathom::model
