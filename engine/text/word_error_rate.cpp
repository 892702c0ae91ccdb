// SPDX-License-Identifier: Apache-2.0
#include "engine/text/word_error_rate.h"

#include "engine/text/edit_distance.h"
#include "engine/text/utf8.h"
#include "engine/text/words.h"

#include <limits>
#include <unordered_map>

namespace fathom::text {

double EditCount::rate() const {
    if (units == 0) return std::numeric_limits<double>::infinity();
    return static_cast<double>(edits) / static_cast<double>(units);
}

EditCount countEdits(std::string_view reference, std::string_view prediction, ErrorUnit unit) {
    std::unordered_map<std::string_view, char32_t> numbers;
    const auto units = [&](std::string_view text) {
        if (unit == ErrorUnit::Character) return toCodePoints(text);
        std::u32string numbered;
        for (const std::string_view word : splitWords(text))
            numbered += numbers.try_emplace(word, static_cast<char32_t>(numbers.size())).first->second;
        return numbered;
    };
    const std::u32string expected = units(reference);
    const std::u32string found = units(prediction);
    return {editDistance(expected, found), static_cast<std::int64_t>(expected.size())};
}

} // namespace fathom::text
