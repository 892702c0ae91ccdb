// SPDX-License-Identifier: Apache-2.0
// A filter of the language (expression.h), checked against the fields there are and evaluated over columns.
//
//   Result<Filter> filter = Filter::compile("val_wer < 0.5 and not state = failed", schema);
//   std::vector<Row> rows = filter->rows(table, wallTime());
//
// Texts are compared without regard to ASCII capitals, regular expressions (RE2: linear time) with. A
// comparison does not hold where the value is missing; != and !~ are the opposite of = and =~, so they hold
// there.
#pragma once

#include "engine/query/expression.h"
#include "engine/query/table.h"

namespace fathom::query {

class Filter {
public:
    /// The filter that every row passes.
    Filter();
    Filter(const Filter&) = default;
    Filter(Filter&&) noexcept = default;
    Filter& operator=(const Filter&) = default;
    Filter& operator=(Filter&&) noexcept = default;
    ~Filter();

    /// Errors are of kind Usage, with the `column` (1-based, in bytes) of what is wrong.
    [[nodiscard]] static Result<Filter> compile(std::string_view text, const Schema& schema);

    /// The fields it looks at, each once: rows() takes those that the table has not for missing.
    [[nodiscard]] const std::vector<Field>& fields() const { return m_fields; }
    [[nodiscard]] bool isEverything() const;
    /// True when the answer changes with the time alone ("within 1h").
    [[nodiscard]] bool dependsOnTime() const { return m_dependsOnTime; }
    /// The rows that pass, in their order. `now` in seconds since the Unix epoch.
    [[nodiscard]] std::vector<Row> rows(const Table& table, double now) const;
    /// 1 for each row that passes, else 0.
    [[nodiscard]] std::vector<std::uint8_t> flags(const Table& table, double now) const;

    struct Node; ///< internal

private:
    std::shared_ptr<const Node> m_root;
    std::vector<Field> m_fields;
    bool m_dependsOnTime = false;
};

/// The error with its place in words: `… at column 9: val_wer < <here>`, for a terminal.
[[nodiscard]] Error withPlace(Error error, std::string_view text);

} // namespace fathom::query
