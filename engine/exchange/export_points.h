// SPDX-License-Identifier: Apache-2.0
// What all exporters do with a run. Internal to engine/exchange.
#pragma once

#include "engine/exchange/exporter.h"

#include <algorithm>

namespace fathom::exchange {

/// The run with its config; Usage where there is none.
[[nodiscard]] inline Result<store::Run> exportedRun(store::Reader& reader, store::RunId id) {
    Result<std::optional<store::Run>> run = reader.run(id);
    if (!run) return fail(run.error());
    if (*run) return std::move(**run);
    return fail({.kind = ErrorKind::Usage,
                 .what = "Cannot export the run",
                 .why = "there is no run with the id " + std::to_string(static_cast<std::int64_t>(id)),
                 .remedy = "`fathom-cli runs ls` lists them"});
}

/// Calls `visit(name, points)` for each series that was asked for; each is in memory as a whole.
template <class Visit>
Status visitSeries(store::Reader& reader, store::RunId id, const ExportOptions& options, const Visit& visit) {
    const auto all = reader.series(id);
    if (!all) return fail(all.error());
    for (const store::Series& series : *all) {
        if (!options.names.empty() &&
            std::find(options.names.begin(), options.names.end(), series.name) == options.names.end())
            continue;
        if (options.stop.stop_requested())
            return fail({.kind = ErrorKind::Interrupted, .what = "The export was stopped", .why = "on request", .remedy = ""});
        const auto points = reader.points(series.id);
        if (!points) return fail(points.error());
        if (Status visited = visit(series.name, *points); !visited) return visited;
    }
    return {};
}

} // namespace fathom::exchange
