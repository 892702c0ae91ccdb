// SPDX-License-Identifier: Apache-2.0
// W&B's protobuf records (wandb_internal.proto), as far as runs are made of them. Internal to
// engine/exchange.
#pragma once

#include "engine/base/value.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fathom::exchange {

struct WandbItem {
    std::string key{}; ///< nested keys joined by "."
    Value value{};
};

struct WandbRecord {
    enum class Kind { Other, Run, History, Summary, Config, Output, Stats, Environment, Exit };

    Kind kind = Kind::Other;
    std::vector<WandbItem> items{}; ///< of history, summary, config, stats, and of a run its config
    std::int64_t step = -1;         ///< of history; -1: not said
    double time = 0;                ///< of output, stats and a run's start
    std::string text{};             ///< of output
    int exitCode = 0;
    // Of a run:
    std::string id{};
    std::string project{};
    std::string entity{};
    std::string displayName{};
    std::string notes{};
    std::vector<std::string> tags{};
    std::vector<std::pair<std::string, std::string>> environment{}; ///< "git.commit", "host.name", …
    // Of an environment:
    std::string program{};
    std::vector<std::string> arguments{};
};

/// `record` is cleared first. False: the bytes are no such message.
[[nodiscard]] bool parseWandb(std::string_view bytes, WandbRecord& record);

} // namespace fathom::exchange
