// SPDX-License-Identifier: Apache-2.0
#include "engine/store/insert_run.h"

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

} // namespace

RunInserter::RunInserter(Database& database)
    : m_database(database),
      m_number(database, "INSERT INTO run_numbers(name, last) VALUES(?, 1) "
                         "ON CONFLICT(name) DO UPDATE SET last = last + 1 RETURNING last"),
      m_insert(
          database,
          "INSERT INTO runs(name, number, state, error, created_at, started_at, ended_at, updated_at, step, "
          "total_steps, epoch, total_epochs, phase, steps_per_second, pid, process_start, boot_id, host, "
          "directory, "
          "config_path, config_name, command, overrides, config_json, config_yaml, note, starred, archived, "
          "source) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      m_tag(database, "INSERT OR IGNORE INTO tags(run, tag) VALUES(?, ?)"),
      m_config(database) {}

void RunInserter::insertRow(Run& run) {
    const std::string overrides = toJson(Value(Value::List(run.overrides.begin(), run.overrides.end())));
    const Progress& p = run.progress;
    m_insert
        .bind(run.name, run.number, name(run.state), run.error, run.createdAt, run.startedAt, run.endedAt,
              run.updatedAt, p.step, p.totalSteps, p.epoch, p.totalEpochs, p.phase, p.stepsPerSecond,
              run.process.pid, run.process.startTime, run.process.bootId, run.process.host, run.directory,
              run.configPath, run.configName, run.command, overrides, run.configJson, run.configYaml,
              run.note, run.starred ? 1 : 0, run.archived ? 1 : 0, run.source)
        .run();
    run.id = RunId{m_database.lastRow()};
    for (const std::string& each : run.tags)
        m_tag.bind(run.id, each).run();
}

void RunInserter::writeConfig(RunId run, const NewRun& description) {
    if (!description.leaves.empty())
        m_config.write(run, description.leaves);
    else if (const Result<Value> parsed = fromJson(description.configJson); parsed)
        m_config.write(run, leavesOf(*parsed));
    m_config.write(run, description.layers);
    m_config.write(run, description.environment);
}

Run RunInserter::insert(const ForeignRun& request) {
    Run run = runOf(request);
    try {
        Transaction transaction(m_database);
        m_number.bind(run.name).step();
        run.number = static_cast<int>(m_number.integer(0));
        m_number.reset(); // a statement that is not at its end would keep the transaction open
        insertRow(run);
        writeConfig(run.id, request.run);
        transaction.commit();
    } catch (const DatabaseError&) {
        forget();
        throw;
    }
    return run;
}

} // namespace fathom::store
