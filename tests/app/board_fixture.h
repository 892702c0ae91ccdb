// SPDX-License-Identifier: GPL-3.0-or-later
// A workspace with runs to plot, written as an importer writes them.
#pragma once

#include "engine/store/bulk_writer.h"

#include <QTemporaryDir>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace fathom::app {

class BoardFixture {
public:
    BoardFixture() : writer(std::move(*store::BulkWriter::open(workspace()))) {}

    [[nodiscard]] std::filesystem::path workspace() const { return folder.path().toStdString(); }

    /// A run that began at `start`, with these config leaves.
    store::RunId addRun(const std::vector<store::ConfigLeaf>& leaves = {}, double start = 1000) {
        return *writer.addRun({.run = {.name = "speech", .leaves = leaves},
                               .createdAt = start,
                               .startedAt = start,
                               .endedAt = start + 1e6});
    }
    /// A point a second: step i · every has value(i · every).
    void addSeries(store::RunId run, const std::string& name, int count, int every,
                   const std::function<double(double)>& value, double start = 1000) {
        const SeriesId series = writer.series(run, name);
        for (int i = 0; i < count; ++i)
            writer.put({series, std::int64_t{i} * every, start + i, value(i * every)});
    }
    [[nodiscard]] bool commit() { return writer.commit().has_value(); }

    QTemporaryDir folder;
    store::BulkWriter writer;
};

} // namespace fathom::app
