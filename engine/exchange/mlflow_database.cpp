// SPDX-License-Identifier: Apache-2.0
// MLflow's SQLite store (mlflow/store/tracking/dbmodels/models.py). It keeps infinities as the greatest
// finite numbers and NaN as a flag; what MLflow shows is what is read.
#include "engine/exchange/mlflow_run.h"
#include "engine/exchange/source.h"
#include "engine/store/database.h"

#include <limits>
#include <memory>

namespace fathom::exchange {

namespace fs = std::filesystem;

using store::Database;
using store::DatabaseError;
using store::Statement;

namespace {

constexpr const char* kWhat = "Cannot read the MLflow database";

std::vector<std::pair<std::string, std::string>> pairsOf(Database& database, const char* sql,
                                                         const std::string& run) {
    std::vector<std::pair<std::string, std::string>> pairs;
    Statement select(database, sql);
    for (select.bind(run); select.step();)
        pairs.emplace_back(select.text(0), select.text(1));
    return pairs;
}

void readMetrics(Database& database, const std::string& run, RunSink& sink, const std::stop_token& stop) {
    Statement select(database, "SELECT key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ? "
                               "ORDER BY key, timestamp, step");
    std::string name;
    int series = -1;
    std::uint64_t count = 0;
    for (select.bind(run); select.step();) {
        if (++count % 4096 == 0 && (stop.stop_requested() || !sink.good())) return;
        if (series < 0 || select.text(0) != name) {
            name = select.text(0);
            series = sink.series(name);
        }
        const double value =
            select.integer(4) != 0 ? std::numeric_limits<double>::quiet_NaN() : select.real(1);
        sink.put(series, select.integer(3), static_cast<double>(select.integer(2)) / 1000, value);
        ++sink.counts.points;
    }
}

Status readRun(const fs::path& path, MlflowRun run, RunSink& sink, const std::stop_token& stop) try {
    Database database(path, Database::Mode::ReadOnly, 5000);
    run.params = pairsOf(database, "SELECT key, value FROM params WHERE run_uuid = ? ORDER BY key", run.id);
    run.tags = pairsOf(database, "SELECT key, value FROM tags WHERE run_uuid = ? ORDER BY key", run.id);
    sink.describe(descriptionOf(run));
    readMetrics(database, run.id, sink, stop);
    sink.flush();
    return {};
} catch (const DatabaseError& error) {
    Error made = toError(error, kWhat, path);
    made.kind = ErrorKind::BadInput;
    return fail(std::move(made));
}

void listRuns(const fs::path& path, Source& source) {
    Database database(path, Database::Mode::ReadOnly, 5000);
    Statement select(
        database,
        "SELECT r.run_uuid, ifnull(r.name, ''), ifnull(e.name, ''), ifnull(r.status, ''), "
        "ifnull(r.user_id, ''), ifnull(r.source_name, ''), ifnull(r.artifact_uri, ''), "
        "ifnull(r.start_time, 0), ifnull(r.end_time, 0) FROM runs r LEFT JOIN experiments e "
        "ON e.experiment_id = r.experiment_id WHERE ifnull(r.lifecycle_stage, 'active') <> 'deleted' "
        "ORDER BY r.start_time, r.run_uuid");
    for (select.bind(); select.step();) {
        MlflowRun run{.id = select.text(0),
                      .name = select.text(1),
                      .experiment = select.text(2),
                      .status = select.text(3),
                      .user = select.text(4),
                      .sourceName = select.text(5),
                      .artifactUri = select.text(6),
                      .startTime = select.integer(7),
                      .endTime = select.integer(8)};
        const std::string key = "mlflow:" + run.id;
        std::string title = titleOf(run);
        source.runs.push_back(
            {.key = key,
             .name = std::move(title),
             .read = [path, run = std::move(run)](RunSink& sink, const std::stop_token& stop) {
                 return readRun(path, run, sink, stop);
             }});
    }
}

} // namespace

Result<Source> openMlflowDatabase(const fs::path& path) try {
    Source source{.formats = {Format::MlflowDatabase}};
    listRuns(path, source);
    return source;
} catch (const DatabaseError& error) {
    Error made = toError(error, kWhat, path);
    made.kind = ErrorKind::BadInput;
    return fail(std::move(made));
}

} // namespace fathom::exchange
