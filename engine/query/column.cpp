// SPDX-License-Identifier: Apache-2.0
#include "engine/query/column.h"

#include "engine/query/literal.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace fathom::query {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

unsigned char lower(char c) {
    return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/// The digits at the front without leading zeros, taken off the text.
std::string_view takeDigits(std::string_view& text) {
    while (text.size() > 1 && text[0] == '0' && isDigit(text[1]))
        text.remove_prefix(1);
    std::size_t count = 0;
    while (count < text.size() && isDigit(text[count]))
        ++count;
    const std::string_view digits = text.substr(0, count);
    text.remove_prefix(count);
    return digits;
}

} // namespace

int compareNaturally(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        if (isDigit(a[0]) && isDigit(b[0])) {
            const std::string_view x = takeDigits(a), y = takeDigits(b);
            if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
            if (const int order = x.compare(y); order != 0) return order;
            continue;
        }
        const unsigned char x = lower(a[0]), y = lower(b[0]);
        if (x != y) return x < y ? -1 : 1;
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    return static_cast<int>(a.size() > 0) - static_cast<int>(b.size() > 0);
}

std::string numberText(double value) {
    constexpr double kExact = 1e15;
    if (std::isnan(value)) return "NaN";
    if (value == std::trunc(value) && std::abs(value) < kExact)
        return std::to_string(static_cast<std::int64_t>(value));
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    return error == std::errc{} ? std::string(text, end) : std::string();
}

Dictionary::Dictionary() : m_texts(1) {}

TextId Dictionary::intern(std::string_view text) {
    if (const auto found = m_ids.find(text); found != m_ids.end()) return found->second;
    const auto id = static_cast<TextId>(m_texts.size());
    m_texts.emplace_back(text);
    m_ids.emplace(m_texts.back(), id);
    return id;
}

TextId Dictionary::find(std::string_view text) const {
    const auto found = m_ids.find(text);
    return found == m_ids.end() ? kNoText : found->second;
}

const std::vector<std::uint32_t>& Dictionary::ranks() const {
    if (m_ranks.size() == m_texts.size()) return m_ranks;
    std::vector<TextId> order(m_texts.size());
    std::iota(order.begin(), order.end(), TextId{0});
    std::sort(order.begin(), order.end(), [this](TextId a, TextId b) {
        const int natural = compareNaturally(m_texts[a], m_texts[b]);
        return natural != 0 ? natural < 0 : m_texts[a] < m_texts[b];
    });
    m_ranks.resize(order.size());
    for (std::uint32_t place = 0; place < order.size(); ++place)
        m_ranks[order[place]] = place;
    return m_ranks;
}

void Column::resize(std::size_t rows) {
    m_rows = rows;
    if (!m_numbers.empty()) m_numbers.resize(rows, kMissing);
    if (!m_ids.empty()) m_ids.resize(rows, kNoText);
}

void Column::insert(std::size_t row) {
    ++m_rows;
    const auto at = static_cast<std::ptrdiff_t>(row);
    if (!m_numbers.empty()) m_numbers.insert(m_numbers.begin() + at, kMissing);
    if (!m_ids.empty()) m_ids.insert(m_ids.begin() + at, kNoText);
}

void Column::keep(const std::vector<std::uint8_t>& flags) {
    std::size_t kept = 0;
    for (std::size_t row = 0; row < m_rows; ++row) {
        if (flags[row] == 0) continue;
        if (!m_numbers.empty()) m_numbers[kept] = m_numbers[row];
        if (!m_ids.empty()) m_ids[kept] = m_ids[row];
        ++kept;
    }
    resize(kept);
}

void Column::setNumber(std::size_t row, double number) {
    if (m_numbers.empty()) m_numbers.assign(m_rows, kMissing);
    m_numbers[row] = number;
    if (!m_ids.empty()) m_ids[row] = kNoText;
}

void Column::setText(std::size_t row, std::string_view text) {
    if (m_ids.empty()) m_ids.assign(m_rows, kNoText);
    m_ids[row] = m_texts.intern(text);
    if (!m_numbers.empty()) m_numbers[row] = kMissing;
}

void Column::clear(std::size_t row) {
    if (!m_numbers.empty()) m_numbers[row] = kMissing;
    if (!m_ids.empty()) m_ids[row] = kNoText;
}

void Column::set(std::size_t row, const Value& value) {
    if (value.isBool()) return setText(row, value.asBool() ? "true" : "false");
    if (value.isNumber()) {
        const double number = value.toDouble();
        return std::isnan(number) ? setText(row, "NaN") : setNumber(row, number);
    }
    if (!value.isString()) return setText(row, toJson(value));
    // YAML reads 1e-3 as a text; who filters for numbers means it too.
    const std::optional<double> number = plainNumber(value.asString());
    if (number) setNumber(row, *number);
    if (m_ids.empty()) m_ids.assign(m_rows, kNoText);
    m_ids[row] = m_texts.intern(value.asString());
    if (!number && !m_numbers.empty()) m_numbers[row] = kMissing;
}

void Column::copy(std::size_t row, const Column& other, std::size_t from) {
    clear(row);
    const double number = other.number(from);
    if (!std::isnan(number)) setNumber(row, number);
    if (other.textId(from) == kNoText) return;
    if (m_ids.empty()) m_ids.assign(m_rows, kNoText);
    m_ids[row] = m_texts.intern(other.text(from));
}

std::string Column::shown(std::size_t row) const {
    if (textId(row) != kNoText) return text(row);
    return std::isnan(number(row)) ? std::string() : numberText(number(row));
}

} // namespace fathom::query
