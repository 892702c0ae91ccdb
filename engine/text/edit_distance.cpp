// SPDX-License-Identifier: Apache-2.0
#include "engine/text/edit_distance.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace fathom::text {

namespace {

constexpr std::size_t kMostCells = 64'000'000; // one byte each

/// For each block of 64 characters of the pattern, in which of them a character stands.
class Occurrences {
public:
    explicit Occurrences(std::u32string_view pattern)
        : m_blocks((pattern.size() + 63) / 64), m_none(m_blocks) {
        m_ascii.resize(128 * m_blocks);
        for (std::size_t i = 0; i < pattern.size(); ++i)
            of(pattern[i])[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    [[nodiscard]] const std::uint64_t* find(char32_t character) const {
        if (character < 128) return m_ascii.data() + character * m_blocks;
        const auto found = m_others.find(character);
        return found == m_others.end() ? m_none.data() : found->second.data();
    }

private:
    std::uint64_t* of(char32_t character) {
        if (character < 128) return m_ascii.data() + character * m_blocks;
        return m_others.try_emplace(character, m_none).first->second.data();
    }
    std::size_t m_blocks;
    std::vector<std::uint64_t> m_none;
    std::vector<std::uint64_t> m_ascii;
    std::unordered_map<char32_t, std::vector<std::uint64_t>> m_others;
};

/// Differences down a column of the matrix: which of 64 are +1 and which −1.
struct Column {
    std::uint64_t up = ~std::uint64_t{0};
    std::uint64_t down = 0;
};

/// Moves 64 cells one column to the right. `carry` (−1, 0, 1) is the difference to the right above them, and
/// then that at bit `last`, with which the next block goes on.
void advance(Column& column, std::uint64_t equal, int& carry, int last) {
    const std::uint64_t carriedDown = carry < 0 ? 1 : 0;
    const std::uint64_t verticalOrEqual = equal | column.down;
    const std::uint64_t matched = equal | carriedDown;
    const std::uint64_t diagonal = (((matched & column.up) + column.up) ^ column.up) | matched;
    std::uint64_t right = column.down | ~(diagonal | column.up);
    std::uint64_t left = column.up & diagonal;
    const int next = static_cast<int>(right >> last & 1) - static_cast<int>(left >> last & 1);
    right = right << 1 | (carry > 0 ? 1U : 0U);
    left = left << 1 | carriedDown;
    column.up = left | ~(verticalOrEqual | right);
    column.down = right & verticalOrEqual;
    carry = next;
}

} // namespace

const std::vector<WordMatch>& WordAligner::align(std::span<const int> reference,
                                                 std::span<const int> prediction) {
    const std::size_t shorter = std::min(reference.size(), prediction.size());
    std::size_t front = 0;
    while (front < shorter && reference[front] == prediction[front])
        ++front;
    std::size_t back = 0;
    while (back < shorter - front &&
           reference[reference.size() - 1 - back] == prediction[prediction.size() - 1 - back])
        ++back;
    m_edit.assign(front, WordMatch::Same);
    alignMiddle(reference.subspan(front, reference.size() - front - back),
                prediction.subspan(front, prediction.size() - front - back));
    m_edit.insert(m_edit.end(), back, WordMatch::Same);
    return m_edit;
}

void WordAligner::pairInOrder(std::size_t reference, std::size_t prediction) {
    m_edit.insert(m_edit.end(), std::min(reference, prediction), WordMatch::Substituted);
    if (reference > prediction) m_edit.insert(m_edit.end(), reference - prediction, WordMatch::Deleted);
    if (prediction > reference) m_edit.insert(m_edit.end(), prediction - reference, WordMatch::Inserted);
}

void WordAligner::alignMiddle(std::span<const int> reference, std::span<const int> prediction) {
    const std::size_t rows = reference.size();
    const std::size_t columns = prediction.size();
    if (rows == 0 || columns == 0 || rows > kMostCells / columns) return pairInOrder(rows, columns);
    m_steps.resize(rows * columns);
    m_row.resize(columns + 1);
    std::iota(m_row.begin(), m_row.end(), 0);
    for (std::size_t i = 0; i < rows; ++i) {
        int diagonal = m_row[0];
        m_row[0] = static_cast<int>(i) + 1;
        for (std::size_t j = 0; j < columns; ++j) {
            const bool same = reference[i] == prediction[j];
            const int substituted = diagonal + (same ? 0 : 1);
            const int deleted = m_row[j + 1] + 1;
            const int inserted = m_row[j] + 1;
            diagonal = m_row[j + 1];
            m_row[j + 1] = std::min({substituted, deleted, inserted});
            m_steps[i * columns + j] =
                substituted == m_row[j + 1]
                    ? (same ? WordMatch::Same : WordMatch::Substituted)
                    : (deleted == m_row[j + 1] ? WordMatch::Deleted : WordMatch::Inserted);
        }
    }
    m_middle.clear();
    for (std::size_t i = rows, j = columns; i > 0 || j > 0;) {
        const WordMatch step = i == 0   ? WordMatch::Inserted
                               : j == 0 ? WordMatch::Deleted
                                        : m_steps[(i - 1) * columns + j - 1];
        m_middle.push_back(step);
        if (step != WordMatch::Inserted) --i;
        if (step != WordMatch::Deleted) --j;
    }
    m_edit.insert(m_edit.end(), m_middle.rbegin(), m_middle.rend());
}

int editDistance(std::u32string_view reference, std::u32string_view prediction) {
    if (reference.empty()) return static_cast<int>(prediction.size());
    const Occurrences occurrences(reference);
    std::vector<Column> columns((reference.size() + 63) / 64);
    const int lastBit = static_cast<int>((reference.size() - 1) % 64);
    auto distance = static_cast<int>(reference.size());
    for (const char32_t character : prediction) {
        const std::uint64_t* const equal = occurrences.find(character);
        int carry = 1; // the first row of the matrix counts up
        for (std::size_t block = 0; block < columns.size(); ++block)
            advance(columns[block], equal[block], carry, block + 1 == columns.size() ? lastBit : 63);
        distance += carry;
    }
    return distance;
}

} // namespace fathom::text
