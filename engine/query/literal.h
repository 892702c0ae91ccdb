// SPDX-License-Identifier: Apache-2.0
// What people write as numbers, durations and moments. Internal to engine/query.
#pragma once

#include <optional>
#include <string_view>

namespace fathom::query {

/// "0.5", "-1e-3", "inf"; nothing around it.
[[nodiscard]] std::optional<double> plainNumber(std::string_view text);
/// The same with k, M or G (powers of 1000) or %: "10k", "50%", "50 %".
[[nodiscard]] std::optional<double> number(std::string_view text);
/// Seconds: "90", "2h", "1h30m", "2 hours", "1.5 days".
[[nodiscard]] std::optional<double> duration(std::string_view text);

/// From `begin` up to, not including, `end`: a day is as long as it is.
struct Interval {
    double begin = 0, end = 0;
};
/// "2026-11-24", "2026-11-24 14:03", "2026-11-24T14:03:05" in local time, "today", "yesterday", "now",
/// "2 days ago", or seconds since the Unix epoch. `now` in such seconds.
[[nodiscard]] std::optional<Interval> moment(std::string_view text, double now);

} // namespace fathom::query
