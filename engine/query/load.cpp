// SPDX-License-Identifier: Apache-2.0
#include "engine/query/load.h"

#include <unordered_map>

namespace fathom::query {

namespace {

using store::SeriesSummary;

double number(const SeriesSummary& summary, Aggregate aggregate) {
    switch (aggregate) {
    case Aggregate::Last:
        return summary.last.value;
    case Aggregate::Least:
        return summary.least.value;
    case Aggregate::Greatest:
        return summary.greatest.value;
    case Aggregate::LeastStep:
        return static_cast<double>(summary.least.step);
    case Aggregate::GreatestStep:
        return static_cast<double>(summary.greatest.step);
    case Aggregate::Points:
    case Aggregate::Best:
        break;
    }
    return static_cast<double>(summary.points);
}

/// Nothing where no point is finite and an extreme is asked for.
Value valueOf(const SeriesSummary& summary, Aggregate aggregate) {
    const bool isExtreme = aggregate != Aggregate::Last && aggregate != Aggregate::Points;
    return isExtreme && std::isnan(summary.least.value) ? Value("NaN") : Value(number(summary, aggregate));
}

class Adder {
public:
    Adder(LoadedColumn& loaded, std::size_t atMost) : m_loaded(loaded) {
        m_loaded.runs.reserve(atMost);
        m_loaded.cells.resize(atMost);
    }
    ~Adder() { m_loaded.cells.resize(m_loaded.runs.size()); }
    Adder(const Adder&) = delete;
    Adder& operator=(const Adder&) = delete;

    void add(store::RunId run, const Value& value) {
        m_loaded.cells.set(m_loaded.runs.size(), value);
        m_loaded.runs.push_back(run);
    }

private:
    LoadedColumn& m_loaded;
};

/// The value at the step where the metric `by` is best.
Result<Value> atBest(store::Reader& reader, const SeriesSummary& summary, const SeriesSummary& by,
                     bool isGreatest) {
    const std::int64_t step = isGreatest ? by.greatest.step : by.least.step;
    const Result<store::StoredPoint> point = reader.pointAt(summary.series, summary.points, step);
    if (!point) return fail(point.error());
    return point->step < 0 ? Value("NaN") : Value(point->value);
}

bool hasExtremes(const SeriesSummary& summary) {
    return summary.points > 0 && !std::isnan(summary.least.value);
}

Status addMetric(store::Reader& reader, LoadedColumn& loaded) {
    const Field& field = loaded.field;
    const auto summaries = reader.metricColumn(field.name);
    if (!summaries) return fail(summaries.error());
    Adder adder(loaded, summaries->size());
    if (field.aggregate != Aggregate::Best) {
        for (const SeriesSummary& summary : *summaries)
            if (summary.points > 0) adder.add(summary.run, valueOf(summary, field.aggregate));
        return {};
    }
    const auto others = reader.metricColumn(field.by);
    if (!others) return fail(others.error());
    auto by = others->begin(); // both come by run
    for (const SeriesSummary& summary : *summaries) {
        while (by != others->end() && by->run < summary.run)
            ++by;
        if (by == others->end()) break;
        if (by->run != summary.run || !hasExtremes(*by) || summary.points == 0) continue;
        const Result<Value> value = atBest(reader, summary, *by, field.isGreatestBest);
        if (!value) return fail(value.error());
        adder.add(summary.run, *value);
    }
    return {};
}

Status addCells(LoadedColumn& loaded, const Result<std::vector<store::ConfigCell>>& cells) {
    if (!cells) return fail(cells.error());
    Adder adder(loaded, cells->size());
    for (const store::ConfigCell& cell : *cells)
        adder.add(cell.run, cell.value);
    return {};
}

/// The cell of one run, from the summaries of its metrics.
Result<std::optional<Value>> cellOf(store::Reader& reader, const Field& field,
                                    const std::unordered_map<std::string, SeriesSummary>& summaries) {
    const auto summary = summaries.find(field.name);
    if (summary == summaries.end() || summary->second.points == 0) return std::nullopt;
    if (field.aggregate != Aggregate::Best) return valueOf(summary->second, field.aggregate);
    const auto by = summaries.find(field.by);
    if (by == summaries.end() || !hasExtremes(by->second)) return std::nullopt;
    const Result<Value> value = atBest(reader, summary->second, by->second, field.isGreatestBest);
    if (!value) return fail(value.error());
    return *value;
}

} // namespace

Result<Schema> readSchema(store::Reader& reader) {
    auto keys = reader.configKeys();
    if (!keys) return fail(keys.error());
    auto metrics = reader.metricNames();
    if (!metrics) return fail(metrics.error());
    auto environment = reader.environmentNames();
    if (!environment) return fail(environment.error());
    Schema schema{.configKeys = std::move(*keys),
                  .metrics = std::move(*metrics),
                  .environment = std::move(*environment)};
    schema.sort();
    return schema;
}

Result<LoadedColumn> loadColumn(store::Reader& reader, const Field& field) {
    LoadedColumn loaded{.field = field};
    Status added;
    switch (field.kind) {
    case Field::Kind::Attribute:
        break;
    case Field::Kind::Config:
        added = addCells(loaded, reader.configColumn(field.name));
        break;
    case Field::Kind::Environment:
        added = addCells(loaded, reader.environmentColumn(field.name));
        break;
    case Field::Kind::Metric:
        added = addMetric(reader, loaded);
        break;
    }
    if (!added) return fail(added.error());
    return loaded;
}

Result<std::vector<LoadedColumn>> loadCells(store::Reader& reader, std::span<const Field> fields,
                                            std::span<const store::RunId> runs) {
    std::vector<LoadedColumn> columns;
    for (const Field& field : fields)
        if (field.kind == Field::Kind::Metric) columns.push_back({.field = field});
    for (LoadedColumn& column : columns)
        column.cells.resize(runs.size());
    for (const store::RunId run : runs) {
        const auto summaries = reader.summaries(run);
        if (!summaries) return fail(summaries.error());
        std::unordered_map<std::string, SeriesSummary> byName;
        for (const SeriesSummary& summary : *summaries)
            byName.emplace(summary.name, summary);
        for (LoadedColumn& column : columns) {
            const auto cell = cellOf(reader, column.field, byName);
            if (!cell) return fail(cell.error());
            if (!*cell) continue;
            column.cells.set(column.runs.size(), **cell);
            column.runs.push_back(run);
        }
    }
    return columns;
}

} // namespace fathom::query
