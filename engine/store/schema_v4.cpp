// SPDX-License-Identifier: Apache-2.0
#include "engine/store/schema_v4.h"

#include "engine/store/config_rows.h"
#include "engine/store/series_state.h"

namespace fathom::store {

void convertPoints(Database& database) {
    SeriesWriter writer(database);
    Statement all(database, "SELECT id, run, name FROM series ORDER BY id");
    Statement points(database, "SELECT step, wall_time, value FROM metrics WHERE series = ? ORDER BY id");
    while (all.step()) {
        SeriesState series = writer.load(RunId{all.integer(1)}, all.text(2));
        for (points.bind(all.integer(0)); points.step();)
            writer.add(series,
                       {.step = points.integer(0), .wallTime = points.real(1), .value = points.real(2)});
        writer.finish(series);
    }
}

void convertConfigs(Database& database) {
    ConfigWriter writer(database);
    Statement configs(database, "SELECT id, config_json FROM runs WHERE config_json <> ''");
    while (configs.step())
        if (const Result<Value> config = fromJson(configs.text(1)))
            writer.write(RunId{configs.integer(0)}, leavesOf(*config));
}

} // namespace fathom::store
