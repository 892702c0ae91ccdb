// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <exception>
#include <string>

namespace fathom::model {

/// What LibTorch or the standard library threw, as an Error; without LibTorch's own C++ stack.
[[nodiscard]] Error torchFailure(const std::string& what, const std::exception& error);

} // namespace fathom::model
