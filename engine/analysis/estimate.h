// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

namespace fathom::analysis {

/// A value with its 95 % interval; NaN for what cannot be told.
struct Estimate {
    double value = std::numeric_limits<double>::quiet_NaN();
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
};

} // namespace fathom::analysis
