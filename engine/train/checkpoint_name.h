// SPDX-License-Identifier: Apache-2.0
// Names of checkpoint files from templates, as Lightning's ModelCheckpoint.format_checkpoint_name:
// "net--{val_wer:.4f}-{epoch}" becomes "net--val_wer=0.1234-epoch=3".
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fathom::train {

/// Fields are metrics, and `epoch` and `step`, which are whole numbers; one that no one reported counts as 0.
/// After a colon a format as Python's: [0][width][.digits][d|f|e|g|%]. Errors (Usage) say what is wrong with
/// the template.
[[nodiscard]] Result<std::string> checkpointName(std::string_view nameTemplate,
                                                 const std::map<std::string, double>& metrics,
                                                 std::int64_t epoch, std::int64_t step,
                                                 bool autoInsertMetricName);

/// The number after "<monitor>=" in a file's name, as NeMo reads it back on resume.
[[nodiscard]] std::optional<double> metricInName(std::string_view fileName, std::string_view monitor);

} // namespace fathom::train
