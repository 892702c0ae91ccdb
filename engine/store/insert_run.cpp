// SPDX-License-Identifier: Apache-2.0
#include "engine/store/insert_run.h"

#include "engine/store/config_rows.h"

namespace fathom::store {

namespace {

Run runOf(const ForeignRun& request) {
    Run run;
    run.name = request.run.name;
    run.state = request.state;
    run.error = request.error;
    run.createdAt = request.createdAt > 0 ? request.createdAt : wallTime();
    run.startedAt = request.startedAt;
    run.endedAt = request.endedAt;
    run.updatedAt = wallTime();
    run.progress = request.progress;
    run.command = request.run.command;
    run.configPath = request.run.configPath;
    run.configName = request.run.configName;
    run.overrides = request.run.overrides;
    run.configJson = request.run.configJson;
    run.configYaml = request.run.configYaml;
    run.directory = request.run.directory;
    run.process = request.process;
    run.note = request.note;
    run.starred = request.starred;
    run.archived = request.archived;
    run.tags = request.tags;
    run.source = request.source;
    return run;
}

int nextNumber(Database& database, const std::string& name) {
    Statement number(database, "INSERT INTO run_numbers(name, last) VALUES(?, 1) "
                               "ON CONFLICT(name) DO UPDATE SET last = last + 1 RETURNING last");
    number.bind(name).step();
    return static_cast<int>(number.integer(0));
}

void insertRow(Database& database, Run& run) {
    const std::string overrides = toJson(Value(Value::List(run.overrides.begin(), run.overrides.end())));
    Statement insert(
        database,
        "INSERT INTO runs(name, number, state, error, created_at, started_at, ended_at, updated_at, step, "
        "total_steps, epoch, total_epochs, phase, steps_per_second, pid, process_start, boot_id, host, "
        "directory, "
        "config_path, config_name, command, overrides, config_json, config_yaml, note, starred, archived, "
        "source) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const Progress& p = run.progress;
    insert
        .bind(run.name, run.number, name(run.state), run.error, run.createdAt, run.startedAt, run.endedAt,
              run.updatedAt, p.step, p.totalSteps, p.epoch, p.totalEpochs, p.phase, p.stepsPerSecond,
              run.process.pid, run.process.startTime, run.process.bootId, run.process.host, run.directory,
              run.configPath, run.configName, run.command, overrides, run.configJson, run.configYaml,
              run.note, run.starred ? 1 : 0, run.archived ? 1 : 0, run.source)
        .run();
    run.id = RunId{database.lastRow()};
    Statement tag(database, "INSERT OR IGNORE INTO tags(run, tag) VALUES(?, ?)");
    for (const std::string& each : run.tags)
        tag.bind(run.id, each).run();
}

} // namespace

void writeConfig(Database& database, RunId run, const NewRun& description) {
    ConfigWriter config(database);
    if (!description.leaves.empty())
        config.write(run, description.leaves);
    else if (const Result<Value> parsed = fromJson(description.configJson); parsed)
        config.write(run, leavesOf(*parsed));
    config.write(run, description.layers);
    config.write(run, description.environment);
}

Run insertRun(Database& database, const ForeignRun& request) {
    Run run = runOf(request);
    Transaction transaction(database);
    run.number = nextNumber(database, run.name);
    insertRow(database, run);
    writeConfig(database, run.id, request.run);
    transaction.commit();
    return run;
}

} // namespace fathom::store
