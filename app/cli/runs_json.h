// SPDX-License-Identifier: GPL-3.0-or-later
// Runs as the JSON that `fathom-cli runs --json` prints.
#pragma once

#include "engine/base/value.h"
#include "engine/store/reader.h"

namespace fathom::cli {

/// `{"train_loss": 0.5, …}`: the last value of each series.
[[nodiscard]] Value::Map lastMetrics(const std::vector<store::LastValue>& values, store::RunId run);
/// One element of `runs ls --json`. Unknown times and totals are null.
[[nodiscard]] Value::Map toJsonObject(const store::Run& run, Value::Map metrics);
/// The same with what `runs show` adds.
[[nodiscard]] Value::Map toJsonDetails(const store::Run& run, Value::Map metrics,
                                       const std::vector<store::Event>& events,
                                       const std::vector<store::Artifact>& artifacts);

} // namespace fathom::cli
