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

std::string displayText(const Value& value) {
    return value.isString() ? value.asString() : toJson(value);
}

} // namespace fathom::analysis
