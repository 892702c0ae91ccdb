// SPDX-License-Identifier: Apache-2.0
// Config values as JSON in the encoding of tests/data/hydra: {"$float": …}, {"$enum": …}, {"$path": …},
// {"$bytes": …}, {"$map": …}.
#pragma once

#include "engine/base/value.h"

#include <string>

namespace fathom::config {

/// Like toJson, with integers beyond 64 bits as bare digits.
[[nodiscard]] std::string configJson(const Value& value);

} // namespace fathom::config
