// SPDX-License-Identifier: GPL-3.0-or-later
// Scales of a plot's axes and where their labels stand.
//
//   const ScaleTransform log{PlotScale::Log};
//   log.to(100);                                       // 2: what is drawn is linear in this
//   plotTicks(log, 0.01, 10, 5);                       // 0.01, 0.1, 1, 10 with their labels
#pragma once

#include <QString>

#include <cmath>
#include <limits>
#include <vector>

namespace fathom::widgets {

enum class PlotScale {
    Linear,
    Log,    ///< log10; what is not positive is at −infinity
    Symlog, ///< sign(v) · log10(1 + |v| / threshold): linear near zero, logarithmic far from it
};

/// What the numbers of an axis are: it decides their labels and where they stand.
enum class AxisKind {
    Value,
    Step, ///< whole numbers
    Epoch,
    Duration, ///< seconds: "3 min 12 s"
    WallTime, ///< seconds since 1970, shown as local time
};

struct ScaleTransform {
    PlotScale scale = PlotScale::Linear;
    double threshold = 1; ///< of symlog: where linear becomes logarithmic

    [[nodiscard]] double to(double value) const {
        switch (scale) {
        case PlotScale::Linear:
            return value;
        case PlotScale::Log:
            return value > 0 ? std::log10(value) : -std::numeric_limits<double>::infinity();
        case PlotScale::Symlog:
            return std::copysign(std::log1p(std::abs(value) / threshold) / kLn10, value);
        }
        return value;
    }
    [[nodiscard]] double from(double drawn) const {
        switch (scale) {
        case PlotScale::Linear:
            return drawn;
        case PlotScale::Log:
            return std::pow(10.0, drawn);
        case PlotScale::Symlog:
            return std::copysign(std::expm1(std::abs(drawn) * kLn10) * threshold, drawn);
        }
        return drawn;
    }
    friend bool operator==(const ScaleTransform&, const ScaleTransform&) = default;

private:
    static constexpr double kLn10 = 2.302585092994045684;
};

struct PlotTick {
    double value = 0;
    QString label{};
};

/// About `count` ticks between the values `from` < `to`.
[[nodiscard]] std::vector<PlotTick> plotTicks(const ScaleTransform& scale, double from, double to, int count,
                                              AxisKind kind = AxisKind::Value);
/// One place of an axis in words, as exact as a read-out needs it: "step 1,404", "3 min 12 s".
/// `resolution` is the distance of two places that must not read the same.
[[nodiscard]] QString placeText(double value, AxisKind kind, double resolution);
/// "linear", "log", "symlog"
[[nodiscard]] QString scaleName(PlotScale scale);
/// A power of ten: most of the magnitudes are above it. 1 if there is none.
[[nodiscard]] double symlogThreshold(std::vector<double> magnitudes);

} // namespace fathom::widgets
