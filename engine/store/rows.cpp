// SPDX-License-Identifier: Apache-2.0
#include "engine/store/rows.h"

#include "engine/base/value.h"

namespace fathom::store {

namespace {

std::vector<std::string> stringList(const std::string& json) {
    std::vector<std::string> list;
    const Result<Value> value = fromJson(json);
    if (!value || !value->isList()) return list;
    for (const Value& item : value->asList())
        if (item.isString()) list.push_back(item.asString());
    return list;
}

} // namespace

Run readRun(const Statement& row) {
    Run run;
    run.id = RunId{row.integer(0)};
    run.name = row.text(1);
    run.number = static_cast<int>(row.integer(2));
    run.state = runState(row.text(3));
    run.error = row.text(4);
    run.createdAt = row.real(5);
    run.startedAt = row.real(6);
    run.endedAt = row.real(7);
    run.updatedAt = row.real(8);
    run.progress.step = row.integer(9);
    run.progress.totalSteps = row.integer(10);
    run.progress.epoch = static_cast<int>(row.integer(11));
    run.progress.totalEpochs = static_cast<int>(row.integer(12));
    run.progress.phase = row.text(13);
    run.progress.stepsPerSecond = row.real(14);
    run.process = {row.integer(15), row.integer(16), row.text(17), row.text(18)};
    run.directory = row.text(19);
    run.configPath = row.text(20);
    run.configName = row.text(21);
    run.command = row.text(22);
    run.overrides = stringList(row.text(23));
    run.editedAt = row.real(24);
    run.note = row.text(25);
    run.starred = row.integer(26) != 0;
    run.archived = row.integer(27) != 0;
    run.trashedAt = row.real(28);
    if (!row.isNull(29)) run.resumedFrom = RunId{row.integer(29)};
    run.resumedStep = row.integer(30);
    run.source = row.text(31);
    return run;
}

} // namespace fathom::store
