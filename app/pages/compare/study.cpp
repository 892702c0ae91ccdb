// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/study.h"

#include "engine/store/reader.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

namespace fathom::app {

namespace {

constexpr std::size_t kMostRuns = 5000;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const store::StoredPoint& pointOf(const store::SeriesSummary& summary, MetricPart part) {
    switch (part) {
    case MetricPart::Least:
        return summary.least;
    case MetricPart::Greatest:
        return summary.greatest;
    case MetricPart::Last:
        break;
    }
    return summary.last;
}

QString partName(MetricPart part) {
    switch (part) {
    case MetricPart::Least:
        return QCoreApplication::translate("Study", "least");
    case MetricPart::Greatest:
        return QCoreApplication::translate("Study", "greatest");
    case MetricPart::Last:
        break;
    }
    return QCoreApplication::translate("Study", "last");
}

bool isConstant(const analysis::StudyColumn& column) {
    return std::all_of(column.values.begin(), column.values.end(),
                       [&](const Value& value) { return value == column.values.front(); });
}

/// Fills `study.runs`, titles and metric.
Status readMetric(store::Reader& reader, const StudyRequest& request, Study& study) {
    const auto summaries = reader.metricColumn(request.metric);
    if (!summaries) return fail(summaries.error());
    std::unordered_map<std::int64_t, double> values;
    for (const store::SeriesSummary& summary : *summaries)
        values.emplace(static_cast<std::int64_t>(summary.run), pointOf(summary, request.part).value);
    const auto runs = reader.runs();
    if (!runs) return fail(runs.error());
    std::set<store::RunId> wanted(request.runs.begin(), request.runs.end());
    for (const store::Run& run : *runs) {
        const auto value = values.find(static_cast<std::int64_t>(run.id));
        if (value == values.end() || !std::isfinite(value->second)) continue;
        if (!request.runs.empty() && !wanted.contains(run.id)) continue;
        if (study.runs.size() == kMostRuns) {
            ++study.older;
            continue;
        }
        study.runs.push_back(run.id);
        study.titles.append(QString::fromStdString(run.title()));
        study.metric.push_back(value->second);
    }
    return {};
}

/// Of the runs that are asked for, so that none is offered which they lack.
Result<QStringList> readMetricNames(store::Reader& reader, const StudyRequest& request) {
    std::set<std::string> names;
    for (const store::RunId run : request.runs) {
        const auto summaries = reader.summaries(run);
        if (!summaries) return fail(summaries.error());
        for (const store::SeriesSummary& summary : *summaries)
            names.insert(summary.name);
    }
    if (request.runs.empty()) {
        const auto all = reader.metricNames();
        if (!all) return fail(all.error());
        names.insert(all->begin(), all->end());
    }
    QStringList list;
    for (const std::string& name : names)
        list.append(QString::fromStdString(name));
    return list;
}

Status readColumns(store::Reader& reader, Study& study, const std::stop_token& stop) {
    const auto keys = reader.configKeys();
    if (!keys) return fail(keys.error());
    std::unordered_map<std::int64_t, std::size_t> places;
    for (std::size_t i = 0; i < study.runs.size(); ++i)
        places.emplace(static_cast<std::int64_t>(study.runs[i]), i);
    for (const std::string& key : *keys) {
        if (stop.stop_requested()) return {};
        auto cells = reader.configColumn(key);
        if (!cells) return fail(cells.error());
        analysis::StudyColumn column{.key = key, .values = std::vector<Value>(study.runs.size())};
        for (store::ConfigCell& cell : *cells)
            if (const auto place = places.find(static_cast<std::int64_t>(cell.run)); place != places.end())
                column.values[place->second] = std::move(cell.value);
        if (!column.values.empty() && !isConstant(column)) study.columns.push_back(std::move(column));
    }
    return {};
}

} // namespace

bool isSame(const Study& a, const Study& b) {
    const auto areColumnsSame = [](const analysis::StudyColumn& x, const analysis::StudyColumn& y) {
        return x.key == y.key && x.values == y.values;
    };
    return a.runs == b.runs && a.older == b.older && a.titles == b.titles && a.metricName == b.metricName &&
           a.metricNames == b.metricNames && a.metric == b.metric &&
           std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(), areColumnsSame);
}

QString favouriteMetric(const QStringList& names) {
    for (const char* wanted : {"val_wer", "val_loss", "val_bleu", "val_acc", "test_wer", "train_loss"})
        if (names.contains(QLatin1String(wanted))) return QLatin1String(wanted);
    const auto validation = std::find_if(names.begin(), names.end(), [](const QString& name) {
        return name.startsWith(QLatin1String("val"));
    });
    return validation != names.end() ? *validation : names.value(0);
}

Result<StudyPtr> readStudy(const std::filesystem::path& workspace, const StudyRequest& request,
                           const std::stop_token& stop) {
    Result<store::Reader> reader = store::Reader::open(workspace);
    if (!reader) return fail(reader.error());
    auto names = readMetricNames(*reader, request);
    if (!names) return fail(names.error());
    auto study = std::make_shared<Study>();
    study->metricNames = std::move(*names);
    StudyRequest wanted = request;
    if (!study->metricNames.contains(QString::fromStdString(wanted.metric)))
        wanted.metric = favouriteMetric(study->metricNames).toStdString();
    study->metricName = QString::fromStdString(wanted.metric) + QStringLiteral(" · ") + partName(wanted.part);
    if (Status read = readMetric(*reader, wanted, *study); !read) return fail(read.error());
    if (Status read = readColumns(*reader, *study, stop); !read) return fail(read.error());
    return study;
}

widgets::ScatterAxis axisOf(const analysis::StudyColumn& column) {
    const QString name = shortKey(column.key);
    const bool isNumeric = std::all_of(column.values.begin(), column.values.end(),
                                       [](const Value& value) { return value.isNumber() || value.isNull(); });
    std::vector<double> places;
    places.reserve(column.values.size());
    if (isNumeric) {
        double least = std::numeric_limits<double>::infinity();
        double greatest = 0;
        for (const Value& value : column.values) {
            places.push_back(value.isNull() ? kNaN : value.toDouble());
            least = std::fmin(least, places.back());
            greatest = std::fmax(greatest, places.back());
        }
        auto axis = widgets::ScatterAxis::ofNumbers(name, std::move(places));
        if (least > 0 && greatest >= 30 * least) axis.setLogarithmic(true);
        return axis;
    }
    std::map<std::string, int> categories;
    for (const Value& value : column.values)
        categories.emplace(value.isString() ? value.asString() : toJson(value), 0);
    QStringList names;
    for (auto& [text, place] : categories) {
        place = static_cast<int>(names.size());
        names.append(QString::fromStdString(text));
    }
    for (const Value& value : column.values)
        places.push_back(categories.at(value.isString() ? value.asString() : toJson(value)));
    return widgets::ScatterAxis::ofCategories(name, std::move(names), std::move(places));
}

QString shortKey(const std::string& key) {
    const QString whole = QString::fromStdString(key);
    return whole.startsWith(QLatin1String("model.")) || whole.startsWith(QLatin1String("trainer."))
               ? whole.section(QLatin1Char('.'), 1)
               : whole;
}

} // namespace fathom::app
