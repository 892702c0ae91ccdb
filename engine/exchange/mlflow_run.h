// SPDX-License-Identifier: Apache-2.0
// What MLflow's two stores have in common: names, states and tags as Fathom has them. Internal to
// engine/exchange.
#pragma once

#include "engine/exchange/run_sink.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace fathom::exchange {

struct MlflowRun {
    std::string id{};
    std::string name{};
    std::string experiment{};
    std::string status{}; ///< "FINISHED" …
    std::string user{};
    std::string sourceName{};
    std::string artifactUri{};
    std::int64_t startTime = 0; ///< milliseconds since the epoch; 0: not known
    std::int64_t endTime = 0;
    std::vector<std::pair<std::string, std::string>> params{};
    std::vector<std::pair<std::string, std::string>> tags{};
};

/// "experiment/run", or the id where the run has no name.
[[nodiscard]] std::string titleOf(const MlflowRun& run);
/// Params become config values, MLflow's own tags environment and note, and a user's tags "name=value".
[[nodiscard]] store::ForeignRun descriptionOf(const MlflowRun& run);
/// "RUNNING" of the file store's 1, and so on.
[[nodiscard]] std::string_view mlflowStatus(std::int64_t number);

} // namespace fathom::exchange
