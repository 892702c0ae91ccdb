// SPDX-License-Identifier: GPL-3.0-or-later
// Six runs with attributes, config keys and metrics, as a table; nothing of it in a store.
#pragma once

#include "engine/query/filter.h"
#include "engine/query/order.h"

#include <ctime>

namespace fathom::query {

/// 2026-11-27 12:00:00 in local time.
inline double noon() {
    std::tm time{};
    time.tm_year = 126;
    time.tm_mon = 10;
    time.tm_mday = 27;
    time.tm_hour = 12;
    time.tm_isdst = -1;
    return static_cast<double>(std::mktime(&time));
}

struct Study {
    Table table{};
    Schema schema{};

    Study() {
        using store::RunState;
        std::vector<std::shared_ptr<store::Run>> runs;
        runs.push_back(run(1, "speech", 1, RunState::Completed, 3 * 86400, 600, {"model.optim.lr=0.02"}));
        runs.push_back(run(2, "speech", 2, RunState::Failed, 2 * 86400, 30, {}));
        runs.push_back(run(3, "speech", 10, RunState::Completed, 86400, 5400, {"+model.aug=spec"}));
        runs.push_back(run(4, "mt_small", 1, RunState::Stopped, 7200, 3600, {}));
        runs.push_back(run(5, "mt_small", 2, RunState::Interrupted, 1800, 1200, {}));
        runs.push_back(run(6, "Über", 1, RunState::Running, 600, 590, {}));
        edit(*runs[0], {"base", "good"}, "the one to beat", true);
        edit(*runs[3], {"baseline"}, "", false);
        table.reset({runs.begin(), runs.end()});
        config("model.optim.lr", {{1, 0.02}, {2, 0.01}, {3, "1e-3"}, {4, 0.1}});
        config("model.optim.name", {{1, "novograd"}, {2, "adamw"}, {3, "AdamW"}, {4, "sgd"}, {5, nullptr}});
        config("model.sched.name", {{1, "CosineAnnealing"}, {2, "CosineAnnealing"}});
        config("trainer.devices", {{1, 1}, {2, "auto"}, {3, 2}, {4, 4}});
        config("trainer.deterministic", {{1, true}, {2, false}});
        config("weird key[0]", {{1, 1}});
        metric("val_wer", Aggregate::Last, {{1, 0.4}, {3, 0.25}, {4, 0.9}});
        metric("val_wer", Aggregate::Least, {{1, 0.35}, {3, 0.25}, {4, 0.8}});
        metric("val_loss", Aggregate::Last, {{1, 2.0}, {2, std::nan("")}, {3, 1.5}});
        metric("train_loss", Aggregate::Last, {{1, 1.0}, {2, 9.0}, {3, 1.75}});
        environment("torch.version", {{1, "2.9.0"}, {2, "2.11.0"}, {3, "2.11.0"}});
        schema.sort();
    }

    static void edit(store::Run& run, std::vector<std::string> tags, const char* note, bool starred) {
        run.tags = std::move(tags);
        run.note = note;
        run.starred = starred;
    }
    static std::shared_ptr<store::Run> run(int id, const char* name, int number, store::RunState state,
                                           double startedAgo, double duration,
                                           std::vector<std::string> overrides) {
        auto run = std::make_shared<store::Run>();
        run->id = store::RunId{id};
        run->name = name;
        run->number = number;
        run->state = state;
        run->createdAt = noon() - startedAgo - 1;
        run->startedAt = noon() - startedAgo;
        run->updatedAt = run->startedAt + duration;
        if (store::isOver(state)) run->endedAt = run->updatedAt;
        run->progress.step = id * 1000;
        run->progress.epoch = id;
        run->configName = name;
        run->overrides = std::move(overrides);
        run->process.host = "box";
        return run;
    }

    using Cells = std::vector<std::pair<int, Value>>;

    void place(const Field& field, const Cells& cells) {
        LoadedColumn loaded{.field = field};
        loaded.cells.resize(cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            loaded.runs.push_back(store::RunId{cells[i].first});
            loaded.cells.set(i, cells[i].second);
        }
        table.place(loaded);
    }
    void config(const std::string& key, const Cells& cells) {
        schema.configKeys.push_back(key);
        place({.kind = Field::Kind::Config, .name = key}, cells);
    }
    void metric(const std::string& name, Aggregate aggregate, const Cells& cells) {
        schema.metrics.push_back(name);
        place({.kind = Field::Kind::Metric, .name = name, .aggregate = aggregate}, cells);
    }
    void environment(const std::string& name, const Cells& cells) {
        schema.environment.push_back(name);
        place({.kind = Field::Kind::Environment, .name = name}, cells);
    }

    /// Ids of the rows that pass, as "1 3", or the error.
    [[nodiscard]] std::string matching(const std::string& text) const {
        const Result<Filter> filter = Filter::compile(text, schema);
        if (!filter) return filter.error().message();
        return ids(filter->rows(table, noon()));
    }
    [[nodiscard]] std::string ids(const std::vector<Row>& rows) const {
        std::string all;
        for (const Row row : rows) {
            if (!all.empty()) all.push_back(' ');
            all.append(std::to_string(static_cast<std::int64_t>(table.run(row).id)));
        }
        return all;
    }
};

} // namespace fathom::query
