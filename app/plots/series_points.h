// SPDX-License-Identifier: GPL-3.0-or-later
// From the points of a series as they were written to a curve: where each point stands on x, what a resumed
// run made void, and everything in the order of x. Pure; any thread.
#pragma once

#include <QString>

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace fathom::app {

/// What x is.
enum class XAxis {
    Step,
    Epoch,    ///< fractions of epochs, from the run's `epoch` series
    Wall,     ///< seconds since the Unix epoch
    Relative, ///< seconds since the run began
    Process,  ///< seconds since it began, without pauses and the time before it was resumed
    Metric,   ///< the latest value of another metric at or before the step
};

/// "step", "epoch", "wall", "relative", "process", "metric": as files spell them.
[[nodiscard]] QString name(XAxis axis);
/// The other way round; Step for an unknown word.
[[nodiscard]] XAxis xAxis(const QString& name);

/// A series in the order of writing; vectors of one length.
struct SeriesColumns {
    std::vector<std::int64_t> steps{};
    std::vector<double> walls{};
    std::vector<double> values{};
    [[nodiscard]] std::size_t size() const { return steps.size(); }
    void append(std::int64_t step, double wall, double value) {
        steps.push_back(step);
        walls.push_back(wall);
        values.push_back(value);
    }
};

/// A time in which the run did not train, in seconds since the Unix epoch.
struct TimeSpan {
    double from = 0;
    double to = 0;
};

/// What of one run a curve's x may need. The series may be null: no such series.
struct RunClock {
    double start = 0; ///< seconds since the Unix epoch
    std::vector<TimeSpan> pauses{};
    const SeriesColumns* epochs = nullptr;
    const SeriesColumns* metric = nullptr;
};

/// One run of a curve; a run and those it was resumed from make several, oldest first.
struct Attempt {
    const SeriesColumns* series = nullptr;
    RunClock clock{};
    /// Later points are void, because the next attempt began there.
    std::int64_t lastStep = std::numeric_limits<std::int64_t>::max();
};

struct CurvePoints {
    std::vector<double> x{}; ///< ascending
    std::vector<double> y{};
    std::vector<double> voidX{}; ///< of points that were superseded; ascending
    std::vector<double> voidY{};
};

/// Points without a place on x are left out: those before the first value of the other metric, and all of
/// them where the run has no epochs.
[[nodiscard]] CurvePoints curveOf(XAxis axis, std::span<const Attempt> attempts);

/// For each point whether a later one began again at or before its step: a run that was resumed into the same
/// series.
[[nodiscard]] std::vector<bool> supersededPoints(std::span<const std::int64_t> steps);

} // namespace fathom::app
