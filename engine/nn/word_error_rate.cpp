// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/word_error_rate.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace fathom::nn {

double EditCount::rate() const {
    if (units == 0) return std::numeric_limits<double>::infinity();
    return static_cast<double>(edits) / static_cast<double>(units);
}

std::vector<std::string_view> splitWords(std::string_view text) {
    constexpr std::string_view kSpace = " \t\n\r\v\f";
    std::vector<std::string_view> words;
    std::size_t begin = text.find_first_not_of(kSpace);
    while (begin != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(kSpace, begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = text.find_first_not_of(kSpace, end);
    }
    return words;
}

std::vector<std::string_view> splitCharacters(std::string_view text) {
    std::vector<std::string_view> characters;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin + 1;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
            ++end;
        characters.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return characters;
}

std::int64_t editDistance(std::span<const std::string_view> a, std::span<const std::string_view> b) {
    std::vector<std::int64_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::int64_t diagonal = row[0];
        row[0] = static_cast<std::int64_t>(i) + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::int64_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

EditCount countEdits(std::string_view reference, std::string_view prediction, ErrorUnit unit) {
    const auto split = unit == ErrorUnit::Word ? splitWords : splitCharacters;
    const std::vector<std::string_view> expected = split(reference);
    const std::vector<std::string_view> found = split(prediction);
    return {editDistance(expected, found), static_cast<std::int64_t>(expected.size())};
}

} // namespace fathom::nn
