// SPDX-License-Identifier: Apache-2.0
// AudioToMFCCPreprocessor's section as a struct.
#pragma once

#include "engine/config/config.h"
#include "engine/nn/mfcc.h"

#include <string>

namespace fathom::model {

/// Whether the preprocessor's section at `path` names the class.
[[nodiscard]] bool isMfcc(const config::Config& config, const std::string& path);
/// Errors are Usage with file, line and key.
[[nodiscard]] Result<nn::MfccParams> readMfcc(const config::Config& config, const std::string& path);

} // namespace fathom::model
