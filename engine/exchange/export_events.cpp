// SPDX-License-Identifier: Apache-2.0
#include "engine/base/file.h"
#include "engine/exchange/export_points.h"
#include "engine/store/event_encoding.h"

#include <cmath>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kWriteAtOnce = std::size_t{1} << 20;

/// One event file, whole or not there.
class EventsOut {
public:
    explicit EventsOut(AtomicFile file) : m_file(std::move(file)) {}

    Status add(std::string_view record) {
        store::appendFramed(m_waiting, record);
        return m_waiting.size() < kWriteAtOnce ? Status() : flush();
    }
    Status finish() {
        if (Status written = flush(); !written) return written;
        return m_file.commit();
    }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    Status flush() {
        Status written = m_file.write(m_waiting);
        m_bytes += m_waiting.size();
        m_waiting.clear();
        return written;
    }

    AtomicFile m_file;
    std::string m_waiting{};
    std::uint64_t m_bytes = 0;
};

bool fitsFloat(const std::vector<store::StoredPoint>& points) {
    return std::all_of(points.begin(), points.end(), [](const store::StoredPoint& point) {
        return !std::isfinite(point.value) || static_cast<double>(static_cast<float>(point.value)) == point.value;
    });
}

Status addSeries(const std::string& name, const std::vector<store::StoredPoint>& points, EventsOut& out) {
    const bool isFloat = fitsFloat(points);
    for (const store::StoredPoint& point : points) {
        const store::EventTime time{point.wallTime, point.step};
        const std::string record = isFloat ? store::scalarEvent(time, name, point.value)
                                           : store::doubleEvent(time, name, point.value);
        if (Status added = out.add(record); !added) return added;
    }
    return {};
}

Status addHyperparameters(store::Reader& reader, const store::Run& run, EventsOut& out) {
    const auto leaves = reader.configLeaves(run.id);
    if (!leaves) return fail(leaves.error());
    if (leaves->empty()) return {};
    store::Hyperparameters values;
    for (const store::ConfigLeaf& leaf : *leaves) {
        if (leaf.value.isNumber())
            values.emplace_back(leaf.key, leaf.value.toDouble());
        else
            values.emplace_back(leaf.key, leaf.value.isString() ? leaf.value.asString() : toJson(leaf.value));
    }
    const auto series = reader.series(run.id);
    if (!series) return fail(series.error());
    std::vector<std::string> metrics;
    for (const store::Series& each : *series)
        metrics.push_back(each.name);
    for (const std::string& record : store::hyperparameterEvents(run.startedAt, values, metrics))
        if (Status added = out.add(record); !added) return added;
    return {};
}

Status addTexts(store::Reader& reader, const store::Run& run, EventsOut& out) {
    const auto events = reader.events(run.id);
    if (!events) return fail(events.error());
    for (const store::Event& event : *events) {
        const store::EventTime time{event.wallTime, std::max<std::int64_t>(event.step, 0)};
        if (Status added = out.add(store::textEvent(time, event.kind, event.text)); !added) return added;
    }
    return {};
}

Result<ExportCounts> exportOne(store::Reader& reader, const store::Run& run, const fs::path& folder, const ExportOptions& options) {
    std::error_code ignored; // creating the file says it better
    fs::create_directories(folder, ignored);
    const std::string name = "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(run.createdAt)) + ".fathom." +
                             std::to_string(static_cast<std::int64_t>(run.id)) + ".0";
    Result<AtomicFile> file = AtomicFile::create(folder / name);
    if (!file) return fail(file.error());
    EventsOut out(std::move(*file));
    ExportCounts counts{.runs = 1};
    Status done = out.add(store::versionEvent({run.createdAt, 0}));
    if (done) done = addHyperparameters(reader, run, out);
    if (done)
        done = visitSeries(reader, run.id, options, [&](const std::string& series, const auto& points) {
            counts.points += points.size();
            return addSeries(series, points, out);
        });
    if (done) done = addTexts(reader, run, out);
    if (done) done = out.finish();
    if (!done) return fail(done.error());
    counts.bytes = out.bytes();
    return counts;
}

} // namespace

Result<ExportCounts> exportEventFiles(store::Reader& reader, std::span<const store::RunId> runs,
                                      const fs::path& folder, const ExportOptions& options) {
    ExportCounts counts;
    for (const store::RunId id : runs) {
        const Result<store::Run> run = exportedRun(reader, id);
        if (!run) return fail(run.error());
        // A name may be a path, but none that leads out of the folder.
        const fs::path below = fs::path(run->title()).lexically_normal();
        const bool isBelow = below.is_relative() && *below.begin() != "..";
        const Result<ExportCounts> one =
            exportOne(reader, *run, folder / (isBelow ? below : fs::path("run-" + std::to_string(static_cast<std::int64_t>(id)))), options);
        if (!one) return fail(one.error());
        counts.runs += one->runs;
        counts.points += one->points;
        counts.bytes += one->bytes;
    }
    return counts;
}

} // namespace fathom::exchange
