// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/compared_runs.h"

#include "engine/store/reader.h"

#include <QCoreApplication>

#include <algorithm>
#include <system_error>
#include <utility>

namespace fathom::app {

namespace {

using analysis::Setting;
using analysis::Settings;
using Kind = ComparisonSection::Kind;

Result<Settings> configOf(store::Reader& reader, store::RunId run) {
    auto leaves = reader.configLeaves(run);
    if (!leaves) return fail(leaves.error());
    Settings config;
    config.reserve(leaves->size());
    for (store::ConfigLeaf& leaf : *leaves)
        config.push_back(
            {std::move(leaf.key), std::move(leaf.value), std::move(leaf.layer), std::move(leaf.origin)});
    return config;
}

/// What a model is judged by comes first.
int weightOf(const std::string& metric) {
    int weight = 0;
    for (const char* prefix : {"val_", "test_", "train"}) {
        if (metric.starts_with(prefix)) return weight;
        ++weight;
    }
    return weight;
}

/// Says how fast the run was, not how good.
bool isSpeed(const std::string& metric) {
    return metric.ends_with(" in s") || metric.ends_with("_per_second");
}

bool isBetterWhenLess(const std::string& metric) {
    return metric.find("loss") != std::string::npos || metric.ends_with("er"); // wer, cer, per, ter
}

/// The last value of each metric, and the best of those that validations write; those of speed go to the
/// environment.
Status addMetrics(store::Reader& reader, ComparedRun& compared) {
    auto summaries = reader.summaries(compared.run.id);
    if (!summaries) return fail(summaries.error());
    std::sort(summaries->begin(), summaries->end(), [](const auto& a, const auto& b) {
        return std::pair(weightOf(a.name), a.name) < std::pair(weightOf(b.name), b.name);
    });
    for (const store::SeriesSummary& summary : *summaries) {
        Settings& section = isSpeed(summary.name) ? compared.environment : compared.metrics;
        const auto add = [&](const char* suffix, const store::StoredPoint& point) {
            section.push_back({.key = summary.name + suffix,
                               .value = point.value,
                               .origin = "step " + std::to_string(point.step)});
        };
        add("", summary.last);
        if (!summary.name.starts_with("val_") || summary.points < 2) continue;
        add(" · best", isBetterWhenLess(summary.name) ? summary.least : summary.greatest);
    }
    return {};
}

/// Facts about the environment by what they are facts of.
Status addFacts(store::Reader& reader, ComparedRun& compared) {
    const auto facts = reader.environment(compared.run.id);
    if (!facts) return fail(facts.error());
    std::string overrides;
    for (const std::string& one : compared.run.overrides)
        overrides += (overrides.empty() ? "" : "\n") + one;
    compared.code.push_back(
        {.key = "config", .value = compared.run.configPath + '/' + compared.run.configName});
    compared.code.push_back({.key = "overrides", .value = overrides});
    for (const Setting& setting : compared.config)
        if (setting.key.ends_with("manifest_filepath")) compared.data.push_back(setting);
    for (const auto& [name, value] : *facts) {
        if (name == "process.directory") compared.startedIn = value;
        Settings& section = name.starts_with("git.")    ? compared.code
                            : name.starts_with("data.") ? compared.data
                                                        : compared.environment;
        section.push_back({.key = name, .value = value});
    }
    const auto layers = reader.layers(compared.run.id);
    if (!layers) return fail(layers.error());
    for (const store::ConfigLayer& layer : *layers)
        if (!layer.text.empty()) compared.layers.push_back({layer.name, Value(layer.text), layer.kind, {}});
    return {};
}

Status addPredictions(store::Reader& reader, ComparedRun& compared) {
    const auto samples = reader.lastSamples(compared.run.id);
    if (!samples) return fail(samples.error());
    for (const store::Sample& sample : *samples) {
        // The greater a BLEU the better; an error is the other way round.
        const double error = sample.kind == "bleu" ? -sample.score : sample.score;
        compared.scoreKind = QString::fromStdString(sample.kind);
        compared.predictions.push_back(
            {sample.source, sample.index, sample.reference, sample.prediction, error});
    }
    return {};
}

Status addArchives(store::Reader& reader, ComparedRun& compared) {
    const auto artifacts = reader.artifacts(compared.run.id);
    if (!artifacts) return fail(artifacts.error());
    for (auto artifact = artifacts->rbegin(); artifact != artifacts->rend(); ++artifact) {
        std::error_code error;
        if ((artifact->kind == "nemo" || artifact->kind == "ckpt") &&
            std::filesystem::exists(artifact->path, error))
            compared.archives.push_back({QString::fromStdString(artifact->kind), artifact->path});
    }
    return {};
}

Result<ComparedRun> readRun(store::Reader& reader, store::Run run) {
    ComparedRun compared;
    compared.title = QString::fromStdString(run.title());
    compared.run = std::move(run);
    auto config = configOf(reader, compared.run.id);
    if (!config) return fail(config.error());
    compared.config = std::move(*config);
    if (Status added = addFacts(reader, compared); !added) return fail(added.error());
    if (Status added = addMetrics(reader, compared); !added) return fail(added.error());
    if (Status added = addPredictions(reader, compared); !added) return fail(added.error());
    if (Status added = addArchives(reader, compared); !added) return fail(added.error());
    return compared;
}

ComparisonSection sectionOf(const std::vector<ComparedRun>& runs, std::size_t baseline, Kind kind,
                            Settings ComparedRun::*part) {
    std::vector<const Settings*> settings;
    for (const ComparedRun& run : runs)
        settings.push_back(&(run.*part));
    ComparisonSection section{.kind = kind, .rows = analysis::compareSettings(settings, baseline)};
    section.differing = static_cast<std::size_t>(
        std::count_if(section.rows.begin(), section.rows.end(), [](const auto& row) { return row.differs; }));
    return section;
}

} // namespace

const ComparisonSection& Comparison::section(Kind kind) const {
    return *std::find_if(sections.begin(), sections.end(),
                         [&](const ComparisonSection& section) { return section.kind == kind; });
}

QString sectionTitle(Kind kind) {
    const auto text = [](const char* source) { return QCoreApplication::translate("Comparison", source); };
    switch (kind) {
    case Kind::Metrics:
        return text("Metrics");
    case Kind::Config:
        return text("Config");
    case Kind::Code:
        return text("Code");
    case Kind::Data:
        return text("Data");
    case Kind::Environment:
        return text("Environment");
    case Kind::Layers:
        return text("Config files");
    }
    return {};
}

Result<ComparedRunsPtr> readComparedRuns(const std::filesystem::path& workspace,
                                         const std::vector<store::RunId>& ids, const std::stop_token& stop) {
    Result<store::Reader> reader = store::Reader::open(workspace);
    if (!reader) return fail(reader.error());
    auto runs = std::make_shared<std::vector<ComparedRun>>();
    for (const store::RunId id : ids) {
        if (stop.stop_requested()) break;
        auto run = reader->run(id);
        if (!run) return fail(run.error());
        if (!*run) continue;
        auto compared = readRun(*reader, std::move(**run));
        if (!compared) return fail(compared.error());
        runs->push_back(std::move(*compared));
    }
    return runs;
}

ComparisonPtr compareRuns(ComparedRunsPtr runs, std::size_t baseline) {
    auto comparison = std::make_shared<Comparison>();
    comparison->baseline = baseline;
    comparison->order.push_back(baseline);
    for (std::size_t run = 0; run < runs->size(); ++run)
        if (run != baseline) comparison->order.push_back(run);
    const auto add = [&](Kind kind, Settings ComparedRun::*part) {
        comparison->sections.push_back(sectionOf(*runs, baseline, kind, part));
    };
    add(Kind::Metrics, &ComparedRun::metrics);
    add(Kind::Config, &ComparedRun::config);
    add(Kind::Code, &ComparedRun::code);
    add(Kind::Data, &ComparedRun::data);
    add(Kind::Environment, &ComparedRun::environment);
    add(Kind::Layers, &ComparedRun::layers);
    comparison->runs = std::move(runs);
    return comparison;
}

std::filesystem::path findManifest(const std::filesystem::path& startedIn,
                                   const std::filesystem::path& workspace, const std::string& path) {
    std::error_code error;
    for (const std::filesystem::path& candidate : {startedIn / path, workspace / path})
        if (std::filesystem::is_regular_file(candidate, error)) return candidate;
    return {};
}

} // namespace fathom::app
