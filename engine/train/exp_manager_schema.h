// SPDX-License-Identifier: Apache-2.0
// Which member of ExpManagerParams holds which described option. Internal to readExpManagerParams.
#pragma once

#include "engine/config/schema.h"
#include "engine/train/exp_manager_params.h"

namespace fathom::train {

/// The options that are read as they stand; the others are converted first.
[[nodiscard]] const config::Schema<ExpManagerParams>& expManagerSchema();
[[nodiscard]] const config::Schema<SummaryWriterParams>& summaryWriterSchema();

} // namespace fathom::train
