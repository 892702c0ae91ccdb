// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/settings.h"

#include <algorithm>
#include <list>
#include <string_view>
#include <unordered_map>

namespace fathom::analysis {

namespace {

bool areSame(const Setting* a, const Setting* b) {
    return a == nullptr || b == nullptr ? a == b : a->value == b->value;
}

bool holdsMaps(const Value::List& list) {
    return std::any_of(list.begin(), list.end(), [](const Value& item) {
        return item.isMap() || (item.isList() && holdsMaps(item.asList()));
    });
}

void addLeaves(const std::string& key, const Value& value, Settings& leaves) {
    const auto below = [&](const std::string& name) { return key.empty() ? name : key + '.' + name; };
    if (value.isMap() && !value.asMap().empty()) {
        for (const auto& [name, child] : value.asMap())
            addLeaves(below(name), child, leaves);
    } else if (value.isList() && holdsMaps(value.asList())) {
        std::size_t index = 0;
        for (const Value& child : value.asList())
            addLeaves(below(std::to_string(index++)), child, leaves);
    } else {
        leaves.push_back({.key = key, .value = value});
    }
}

} // namespace

bool ComparedKey::differsBetween(std::size_t baseline, std::size_t run) const {
    return !areSame(runs[baseline], runs[run]);
}

std::vector<ComparedKey> compareSettings(const std::vector<const Settings*>& runs, std::size_t baseline) {
    std::list<ComparedKey> rows;
    std::unordered_map<std::string_view, std::list<ComparedKey>::iterator> places;
    const auto take = [&](std::size_t run) {
        auto after = rows.begin(); // where a new key goes
        for (const Setting& setting : *runs[run]) {
            auto place = places.find(setting.key);
            if (place == places.end()) {
                const auto row =
                    rows.insert(after, {setting.key, std::vector<const Setting*>(runs.size()), false});
                place = places.emplace(setting.key, row).first;
            }
            place->second->runs[run] = &setting;
            after = std::next(place->second);
        }
    };
    if (baseline < runs.size()) take(baseline);
    for (std::size_t run = 0; run < runs.size(); ++run)
        if (run != baseline) take(run);

    std::vector<ComparedKey> result(std::make_move_iterator(rows.begin()),
                                    std::make_move_iterator(rows.end()));
    for (ComparedKey& row : result)
        row.differs = std::any_of(row.runs.begin(), row.runs.end(), [&](const Setting* setting) {
            return !areSame(setting, row.runs.front());
        });
    return result;
}

Settings leavesOf(const Value& config) {
    Settings leaves;
    if (config.isMap() && config.asMap().empty()) return leaves;
    addLeaves({}, config, leaves);
    return leaves;
}

std::string displayText(const Value& value) {
    return value.isString() ? value.asString() : toJson(value);
}

} // namespace fathom::analysis
