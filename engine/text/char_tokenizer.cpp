// SPDX-License-Identifier: Apache-2.0
#include "engine/text/char_tokenizer.h"

#include "engine/text/utf8.h"

#include <algorithm>

namespace fathom::text {

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
    if (unknownId && *unknownId >= 0) tokenizer.m_special.unk = unknownId;
    return tokenizer;
}

void CharTokenizer::visit(std::string_view text, const Visit& visit) const {
    const auto known = [&](std::string_view part) {
        const std::optional<std::int64_t> id = idOf(part);
        return id ? id : m_special.unk;
    };
    for (bool first = true;; first = false) {
        const std::size_t end = text.find(' ');
        std::string_view word = text.substr(0, end);
        if (!first) visit(std::string_view(word.data() - 1, 1), known(" "));
        const bool several = !word.empty() && word.size() > sequenceLength(word);
        if (const auto label = several ? idOf(word) : std::nullopt; label) {
            visit(word, label);
        } else {
            while (!word.empty()) {
                const std::string_view character = word.substr(0, sequenceLength(word));
                visit(character, known(character));
                word.remove_prefix(character.size());
            }
        }
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

EncodedText CharTokenizer::encode(std::string_view text) const {
    EncodedText encoded;
    encoded.ids.reserve(text.size());
    visit(text, [&](std::string_view part, std::optional<std::int64_t> id) {
        if (id)
            encoded.ids.push_back(*id);
        else if (std::ranges::find(encoded.unknown, part) == encoded.unknown.end())
            encoded.unknown.emplace_back(part);
    });
    return encoded;
}

std::vector<Piece> CharTokenizer::pieces(std::string_view text) const {
    std::vector<Piece> pieces;
    visit(text, [&](std::string_view part, std::optional<std::int64_t> id) {
        if (!id) return;
        const auto begin = static_cast<std::size_t>(part.data() - text.data());
        pieces.push_back({*id, piece(*id), begin, begin + part.size()});
    });
    return pieces;
}

std::string CharTokenizer::decode(std::span<const std::int64_t> ids) const {
    std::string text;
    for (const std::int64_t id : ids)
        if (id >= 0 && id < size()) text += m_labels[static_cast<std::size_t>(id)];
    return text;
}

std::string CharTokenizer::piece(std::int64_t id) const {
    return id >= 0 && id < size() ? m_labels[static_cast<std::size_t>(id)] : std::string();
}

std::optional<std::int64_t> CharTokenizer::idOf(std::string_view piece) const {
    const auto found = m_ids.find(std::string(piece));
    if (found == m_ids.end()) return std::nullopt;
    return found->second;
}

} // namespace fathom::text
