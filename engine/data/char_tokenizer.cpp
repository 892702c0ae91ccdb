// SPDX-License-Identifier: Apache-2.0
#include "engine/data/char_tokenizer.h"

#include <algorithm>
#include <cstdio>

namespace fathom::data {

namespace {

/// Bytes of the UTF-8 sequence at the front; 1 for a byte that begins none.
std::size_t sequenceLength(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return std::min(length, text.size());
}

std::uint32_t codePoint(std::string_view character) {
    const auto lead = static_cast<unsigned char>(character[0]);
    const std::size_t length = character.size();
    std::uint32_t code = length == 1   ? lead
                         : length == 2 ? lead & 0x1FU
                         : length == 3 ? lead & 0x0FU
                                       : lead & 0x07U;
    for (std::size_t i = 1; i < length; ++i)
        code = code << 6 | (static_cast<unsigned char>(character[i]) & 0x3FU);
    return code;
}

} // namespace

Result<CharTokenizer> CharTokenizer::create(std::vector<std::string> labels,
                                            std::optional<std::int64_t> unknownId) {
    const auto bad = [](std::string why, std::string remedy) {
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot use the labels",
                     .why = std::move(why),
                     .remedy = std::move(remedy),
                     .key = "labels"});
    };
    if (labels.empty()) return bad("the list is empty", "List the characters of the transcripts");
    CharTokenizer tokenizer;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i].empty()) return bad("label " + std::to_string(i) + " is empty", "Remove it");
        if (!tokenizer.m_ids.emplace(labels[i], static_cast<std::int64_t>(i)).second)
            return bad("'" + labels[i] + "' is listed twice", "Remove one of them");
    }
    tokenizer.m_labels = std::move(labels);
    if (unknownId && *unknownId >= 0) tokenizer.m_unknownId = unknownId;
    return tokenizer;
}

void CharTokenizer::append(EncodedText& encoded, std::string_view character) const {
    const std::string key(character);
    if (const auto found = m_ids.find(key); found != m_ids.end())
        encoded.ids.push_back(found->second);
    else if (m_unknownId)
        encoded.ids.push_back(*m_unknownId);
    else if (std::find(encoded.unknown.begin(), encoded.unknown.end(), key) == encoded.unknown.end())
        encoded.unknown.push_back(key);
}

EncodedText CharTokenizer::encode(std::string_view text) const {
    EncodedText encoded;
    encoded.ids.reserve(text.size());
    for (bool first = true;; first = false) {
        const std::size_t end = text.find(' ');
        std::string_view word = text.substr(0, end);
        if (!first) append(encoded, " ");
        const bool several = !word.empty() && word.size() > sequenceLength(word);
        if (const auto label = several ? m_ids.find(std::string(word)) : m_ids.end(); label != m_ids.end()) {
            encoded.ids.push_back(label->second);
        } else {
            while (!word.empty()) {
                const std::size_t length = sequenceLength(word);
                append(encoded, word.substr(0, length));
                word.remove_prefix(length);
            }
        }
        if (end == std::string_view::npos) return encoded;
        text.remove_prefix(end + 1);
    }
}

std::string CharTokenizer::decode(std::span<const std::int64_t> ids) const {
    std::string text;
    for (const std::int64_t id : ids)
        if (id >= 0 && static_cast<std::size_t>(id) < m_labels.size())
            text += m_labels[static_cast<std::size_t>(id)];
    return text;
}

std::string describeCharacter(std::string_view character) {
    char code[16];
    std::snprintf(code, sizeof code, "U+%04X", character.empty() ? 0U : codePoint(character));
    std::string text = "'";
    text.append(character).append("' (").append(code).append(")");
    return text;
}

} // namespace fathom::data
