// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/ctc_decoding.h"

#include "engine/text/utf8.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace fathom::model {

namespace {

/// Pieces whose marks NeMo does not count: "[CLS]", "<s>", "##'", "▁'".
bool isSpecial(std::string_view piece) {
    return (piece.starts_with('[') && piece.ends_with(']')) ||
           (piece.starts_with('<') && piece.ends_with('>')) || piece.starts_with("##") ||
           piece.starts_with("\u2581");
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

CtcDecoding::CtcDecoding(std::shared_ptr<const text::Tokenizer> tokenizer)
    : m_tokenizer(std::move(tokenizer)) {
    for (std::int64_t id = 0; id < m_tokenizer->size(); ++id) {
        const std::string piece = m_tokenizer->piece(id);
        if (isSpecial(piece)) continue;
        for (std::string_view rest = piece; !rest.empty();) {
            const std::size_t bytes = text::sequenceLength(rest);
            const char32_t point = text::codePoint(rest.substr(0, bytes));
            if (isPunctuation(point)) m_marks.insert(point);
            rest.remove_prefix(bytes);
        }
    }
}

std::string CtcDecoding::prediction(std::span<const std::int64_t> ids) const {
    const std::string text = reference(ids);
    if (m_marks.empty()) return text;
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view rest = std::string_view(text).substr(at + 1);
        const bool beforeMark = text[at] == ' ' && !rest.empty() &&
                                m_marks.contains(text::codePoint(rest.substr(0, text::sequenceLength(rest))));
        if (!beforeMark) out += text[at];
    }
    return out;
}

} // namespace fathom::model
