// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>

namespace fathom::train {

/// A number with so many significant digits, for log lines. (LibTorch's headers bring another fmt than the
/// system's library.)
[[nodiscard]] inline std::string shortNumber(double value, int digits = 4) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
}

} // namespace fathom::train
