// SPDX-License-Identifier: GPL-3.0-or-later
// Runs as news and as rows of a store, for tests of what shows them.
#pragma once

#include "app/models/run_news.h"
#include "engine/store/recorder.h"

#include <QString>

namespace fathom::app {

inline RunRow makeRow(qint64 id, store::RunState state, double valWer = kNoValue) {
    RunRow row;
    row.run.id = store::RunId{id};
    row.run.name = "speech";
    row.run.number = static_cast<int>(id);
    row.run.state = state;
    row.run.createdAt = 1'700'000'000 + static_cast<double>(id);
    row.run.startedAt = row.run.createdAt;
    row.run.updatedAt = row.run.startedAt + 95;
    row.run.progress = {.step = 840,
                        .totalSteps = 1404,
                        .epoch = 7,
                        .totalEpochs = 12,
                        .phase = "training",
                        .stepsPerSecond = 5.9};
    row.run.command = "fathom-cli train --config-name speech";
    row.run.configName = "speech";
    row.run.overrides = {"model.optim.lr=0.02"};
    row.metrics.valWer = valWer;
    return row;
}

inline RunListNewsPtr listNews(std::vector<RunRow> rows, bool complete) {
    auto news = std::make_shared<RunListNews>();
    news->complete = complete;
    news->rows = std::move(rows);
    return news;
}

/// A run in a store of this process, with a loss that falls, two validations and their samples.
inline std::shared_ptr<store::RunWriter> recordRun(store::Recorder& recorder, int steps = 100) {
    auto created = recorder.createRun(
        {.name = "speech", .command = "fathom-cli train --config-name speech", .configName = "speech"});
    if (!created) return nullptr;
    store::RunWriter& writer = **created;
    writer.state(store::RunState::Running);
    const SeriesId loss = writer.series("train_loss");
    const SeriesId wer = writer.series("val_wer");
    for (int step = 1; step <= steps; ++step)
        writer.put({loss, step, wallTime(), 100.0 / step});
    writer.put({wer, steps / 2, wallTime(), 0.5});
    writer.put({wer, steps, wallTime(), 0.75});
    const store::Sample sample{.step = steps,
                               .index = 0,
                               .source = "clip.flac",
                               .reference = "turn the lights on",
                               .prediction = "turn lights off on",
                               .score = 0.5};
    writer.samples({&sample, 1});
    writer.event(LogLevel::Warning, "two clips left out");
    writer.progress({.step = steps,
                     .totalSteps = 2 * steps,
                     .epoch = 1,
                     .totalEpochs = 2,
                     .phase = "training",
                     .stepsPerSecond = 4});
    return std::move(*created);
}

} // namespace fathom::app
