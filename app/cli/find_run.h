// SPDX-License-Identifier: GPL-3.0-or-later
// How the commands on runs name one.
#pragma once

#include "engine/store/reader.h"

#include <string>

namespace fathom::cli {

/// "7", "quartznet/3", "quartznet" (the newest of that name) or "last". Errors (Usage): there is none.
[[nodiscard]] Result<store::Run> findRun(store::Reader& reader, const std::string& text);

} // namespace fathom::cli
