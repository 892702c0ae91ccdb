// SPDX-License-Identifier: GPL-3.0-or-later
// How long the importance of config keys takes. With --dump instead: a study and what was found in it as
// JSON, for tests/oracle/importance_reference.py.
#include "tests/engine/analysis/planted_study.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string_view>

using namespace fathom;
using namespace fathom::analysis;

namespace {

Value listOf(const Estimate& estimate) {
    return Value::List{estimate.value, estimate.low, estimate.high};
}

void dump() {
    PlantedStudy study = plantStudy(3, 300, 9, Plant::Linear);
    std::erase_if(study.columns, [](const StudyColumn& column) { // scipy knows no missing values
        return std::any_of(column.values.begin(), column.values.end(),
                           [](const Value& v) { return v.isNull(); });
    });
    const Importance importance = importanceOf(study.columns, study.metric);
    Value::List columns;
    for (const StudyColumn& column : study.columns)
        columns.emplace_back(Value::Map{{"key", column.key}, {"values", Value(Value::List(column.values))}});
    Value::List keys;
    for (const KeyImportance& key : importance.keys)
        keys.emplace_back(Value::Map{{"key", key.key},
                                     {"categorical", key.isCategorical},
                                     {"pearson", listOf(key.pearson)},
                                     {"spearman", listOf(key.spearman)},
                                     {"forest", listOf(key.forest)}});
    const Value::Map all{{"columns", std::move(columns)},
                         {"metric", Value(Value::List(study.metric.begin(), study.metric.end()))},
                         {"importance", std::move(keys)},
                         {"explained", importance.explained}};
    std::puts(toJson(Value(all)).c_str());
}

} // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "--dump") {
        dump();
        return 0;
    }
    for (const auto& [runs, keys] : {std::pair{100, 60}, {1000, 30}, {1000, 60}, {1000, 120}, {5000, 60}}) {
        const PlantedStudy study =
            plantStudy(1, static_cast<std::size_t>(runs), static_cast<std::size_t>(keys), Plant::Valley);
        double best = 1e9;
        bool isFound = true;
        for (int round = 0; round < 5; ++round) {
            const auto start = std::chrono::steady_clock::now();
            const Importance importance = importanceOf(study.columns, study.metric);
            best = std::min(
                best,
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
            isFound = isFound && importance.keys.front().key == study.planted;
        }
        std::printf("%5d runs, %3d keys: %6.0f ms (best of 5)%s\n", runs, keys, best,
                    isFound ? "" : ", planted key not first");
    }
}
