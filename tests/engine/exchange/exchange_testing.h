// SPDX-License-Identifier: GPL-3.0-or-later
// A sink that keeps what importers tell, and comparison with what the trackers' own readers found
// (tests/data/exchange/*.json, written by tests/oracle/make_exchange.py).
#pragma once

#include "engine/base/file.h"
#include "engine/exchange/run_sink.h"

#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace fathom::testing {

class CollectingSink : public exchange::RunSink {
public:
    struct Point {
        std::int64_t step = 0;
        double wallTime = 0;
        double value = 0;
    };

    std::vector<std::string> names{};
    std::map<std::string, std::vector<Point>> points{};
    std::vector<store::Event> events{};
    std::vector<store::Sample> samples{};
    std::vector<store::Artifact> artifacts{};
    std::map<std::string, std::string> files{};
    store::ForeignRun description{};
    int restarts = 0;

    int series(std::string_view name) override {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name) return static_cast<int>(i);
        names.emplace_back(name);
        return static_cast<int>(names.size()) - 1;
    }
    void describe(const store::ForeignRun& told) override { description = told; }
    void event(const store::Event& event) override { events.push_back(event); }
    void sample(const store::Sample& sample) override { samples.push_back(sample); }
    void artifact(const store::Artifact& artifact) override { artifacts.push_back(artifact); }
    void media(std::string_view, std::string_view name, std::string_view bytes) override {
        files[std::string(name)] = std::string(bytes);
    }
    void restart() override {
        dropWaiting();
        names.clear();
        points.clear();
        events.clear();
        ++restarts;
    }
    [[nodiscard]] bool good() const override { return true; }

protected:
    void write(std::span<const exchange::ImportedPoint> batch) override {
        for (const auto& point : batch)
            points[names[static_cast<std::size_t>(point.series)]].push_back(
                {point.step, point.wallTime, point.value});
    }
};

/// JSON's numbers and make_exchange.py's {"$float": "nan"}.
inline double numberOf(const Value& value) {
    if (!value.isMap()) return value.toDouble();
    const std::string& text = value.asMap().find("$float")->asString();
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    return text == "inf" ? HUGE_VAL : -HUGE_VAL;
}

inline Value goldenOf(const char* name) {
    const auto text = readFile(std::filesystem::path(FATHOM_TEST_DATA) / "exchange" / name);
    return text ? fromJson(*text).value_or(Value()) : Value();
}

inline bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

/// Empty when `points` are exactly those of `expected` ([step, wall_time, value] or [step, value]).
inline std::string difference(const std::map<std::string, std::vector<CollectingSink::Point>>& points,
                              const Value::Map& expected) {
    if (points.size() != expected.size())
        return std::to_string(points.size()) + " series, not " + std::to_string(expected.size());
    for (const auto& [name, list] : expected) {
        const auto found = points.find(name);
        if (found == points.end()) return "no series " + name;
        if (found->second.size() != list.asList().size())
            return name + " has " + std::to_string(found->second.size()) + " points, not " +
                   std::to_string(list.asList().size());
        for (std::size_t i = 0; i < found->second.size(); ++i) {
            const Value::List& row = list.asList()[i].asList();
            const CollectingSink::Point& point = found->second[i];
            if (point.step != row.front().asInt() || !same(point.value, numberOf(row.back())) ||
                (row.size() == 3 && point.wallTime != numberOf(row[1])))
                return name + '[' + std::to_string(i) + "]: step " + std::to_string(point.step) + ", time " +
                       formatFloat(point.wallTime) + ", value " + formatFloat(point.value) + ", not " +
                       toJson(list.asList()[i]);
        }
    }
    return {};
}

} // namespace fathom::testing
