// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as people read them: four significant digits, thousands separated, units always.
#pragma once

#include <QString>

namespace fathom::widgets {

/// "0.4123", "1,404", "1.2e-05", "NaN". `digits` significant digits.
[[nodiscard]] QString formatNumber(double value, int digits = 4);
/// Every digit that distinguishes the value: for tooltips and copying.
[[nodiscard]] QString formatExact(double value);
/// "1,404"
[[nodiscard]] QString formatCount(qint64 value);
/// "850 ms", "35 s", "3 min 12 s", "2 h 5 min", "3 d 4 h".
[[nodiscard]] QString formatDuration(double seconds);
/// "512 B", "1.2 GB" (powers of 1000).
[[nodiscard]] QString formatBytes(double bytes);
/// Local time: "14:03:22" today, else "2026-11-24 14:03". `secondsSinceEpoch` 0 gives an empty text.
[[nodiscard]] QString formatMoment(double secondsSinceEpoch);

} // namespace fathom::widgets
