// SPDX-License-Identifier: Apache-2.0
// The cells of one field for every row of a table: numbers side by side, texts as numbers of a dictionary, so
// that a filter looks at each distinct text once.
#pragma once

#include "engine/base/value.h"

#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fathom::query {

using TextId = std::uint32_t;
inline constexpr TextId kNoText = 0;
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Distinct texts in the order in which they came. Movable; not copyable, because the index points into it.
class Dictionary {
public:
    Dictionary();
    Dictionary(Dictionary&&) noexcept = default;
    Dictionary& operator=(Dictionary&&) noexcept = default;

    TextId intern(std::string_view text);
    /// kNoText when it is not there.
    [[nodiscard]] TextId find(std::string_view text) const;
    [[nodiscard]] const std::string& at(TextId id) const { return m_texts[id]; }
    /// With kNoText.
    [[nodiscard]] std::size_t size() const { return m_texts.size(); }
    /// Place of each text in natural order ("lr 2" before "lr 10"), capitals and small letters alike.
    /// Computed at the first call and after it grew.
    [[nodiscard]] const std::vector<std::uint32_t>& ranks() const;

private:
    std::deque<std::string> m_texts;
    std::unordered_map<std::string_view, TextId> m_ids;
    mutable std::vector<std::uint32_t> m_ranks;
};

/// A cell holds a number, a text, both (a text that reads as a number, "1e-3"), or nothing.
class Column {
public:
    [[nodiscard]] std::size_t rows() const { return m_rows; }
    void resize(std::size_t rows);
    void insert(std::size_t row);
    /// Keeps the rows whose flag is not 0.
    void keep(const std::vector<std::uint8_t>& flags);

    /// A null becomes the text "null", lists and maps their JSON, a NaN the text "NaN": they are there.
    void set(std::size_t row, const Value& value);
    void setNumber(std::size_t row, double number);
    void setText(std::size_t row, std::string_view text);
    void clear(std::size_t row);
    /// Cell `from` of another column.
    void copy(std::size_t row, const Column& other, std::size_t from);

    [[nodiscard]] bool isMissing(std::size_t row) const {
        return textId(row) == kNoText && std::isnan(number(row));
    }
    /// kMissing where there is none.
    [[nodiscard]] double number(std::size_t row) const {
        return m_numbers.empty() ? kMissing : m_numbers[row];
    }
    [[nodiscard]] TextId textId(std::size_t row) const { return m_ids.empty() ? kNoText : m_ids[row]; }
    /// Empty where there is none.
    [[nodiscard]] const std::string& text(std::size_t row) const { return m_texts.at(textId(row)); }
    /// Text or number as it would be written; empty where it is missing.
    [[nodiscard]] std::string shown(std::size_t row) const;

    /// Empty when no cell is a number, else one for each row.
    [[nodiscard]] const std::vector<double>& numbers() const { return m_numbers; }
    /// Empty when no cell is a text, else one for each row.
    [[nodiscard]] const std::vector<TextId>& ids() const { return m_ids; }
    [[nodiscard]] const Dictionary& texts() const { return m_texts; }

private:
    std::size_t m_rows = 0;
    std::vector<double> m_numbers;
    std::vector<TextId> m_ids;
    Dictionary m_texts;
};

/// "0.02", "1000", "1e-09": the shortest that reads back, integers without a fraction.
[[nodiscard]] std::string numberText(double value);
/// Natural order of texts, without regard to capitals: negative, 0 or positive.
[[nodiscard]] int compareNaturally(std::string_view a, std::string_view b);

} // namespace fathom::query
