// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/known_values.h"

#include <algorithm>
#include <map>

namespace fathom::app {

namespace {

constexpr std::size_t kMostValues = 200;

} // namespace

std::vector<std::string> knownValues(const query::Table& table, const query::Field& field) {
    std::vector<std::string> values;
    if (!table.has(field)) return values;
    const query::Column& column = table.column(field);
    std::vector<std::size_t> counts(column.texts().size(), 0);
    for (const query::TextId id : column.ids())
        ++counts[id];
    std::map<std::string, std::size_t> byText;
    for (query::TextId id = 1; id < counts.size(); ++id) {
        if (counts[id] == 0) continue;
        const std::string& text = column.texts().at(id);
        for (std::size_t begin = 0; begin <= text.size();) {
            const std::size_t end = std::min(text.find(query::kTagSeparator, begin), text.size());
            byText[text.substr(begin, end - begin)] += counts[id];
            begin = end + 1;
        }
    }
    std::vector<std::pair<std::size_t, std::string>> ordered;
    for (const auto& [text, count] : byText)
        ordered.emplace_back(count, text);
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [count, text] : ordered)
        if (values.size() < kMostValues) values.push_back(text);
    return values;
}

} // namespace fathom::app
