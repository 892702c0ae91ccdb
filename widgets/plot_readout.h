// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers side by side that must not read the same unless they are.
#pragma once

#include <QString>

#include <span>
#include <vector>

namespace fathom::widgets {

/// Each value with at least four significant digits, and with as many more as it takes to tell apart those
/// that differ: 5.5443 and 5.5455, never 5.544 and 5.546 beside a third 5.544.
[[nodiscard]] std::vector<QString> distinctNumbers(std::span<const double> values);

} // namespace fathom::widgets
