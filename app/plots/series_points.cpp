// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/series_points.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace fathom::app {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<const char*, 6> kNames{"step", "epoch", "wall", "relative", "process", "metric"};

/// Steps at which epochs began, with a straight line between them and beyond the last. Epochs are logged
/// every few steps: one begins where the one before was last seen, which a validation at its end makes exact.
class EpochLine {
public:
    /// The last of these attempts goes on within an epoch that one before began.
    explicit EpochLine(std::span<const Attempt> attempts) {
        for (const Attempt& attempt : attempts)
            if (attempt.clock.epochs != nullptr)
                add(*attempt.clock.epochs, &attempt == &attempts.back()
                                               ? std::numeric_limits<std::int64_t>::max()
                                               : attempt.lastStep);
    }

    [[nodiscard]] double at(std::int64_t whole) const {
        if (m_steps.empty()) return kNaN;
        const auto step = static_cast<double>(whole);
        if (m_steps.size() == 1) { // nobody knows how long it is: drawn whole
            const auto length = static_cast<double>(std::max<std::int64_t>(m_last - m_steps[0], 1));
            return m_epochs[0] + (step - static_cast<double>(m_steps[0])) / length;
        }
        const auto found = std::lower_bound(m_steps.begin() + 1, m_steps.end() - 1, whole);
        const auto right = static_cast<std::size_t>(found - m_steps.begin());
        const auto from = static_cast<double>(m_steps[right - 1]);
        const auto to = static_cast<double>(m_steps[right]);
        return m_epochs[right - 1] + (step - from) / (to - from) * (m_epochs[right] - m_epochs[right - 1]);
    }

private:
    void add(const SeriesColumns& epochs, std::int64_t lastStep) {
        const std::vector<bool> superseded = supersededPoints(epochs.steps);
        for (std::size_t i = 0; i < epochs.size(); ++i) {
            const double epoch = epochs.values[i];
            if (superseded[i] || !std::isfinite(epoch) || epochs.steps[i] > lastStep) continue;
            if (m_steps.empty())
                add(epoch == 0 ? 0 : epochs.steps[i], epoch); // a resumed run begins within one
            else if (epoch > m_epochs.back() && m_last > m_steps.back())
                add(m_last, epoch);
            m_last = std::max(m_last, epochs.steps[i]);
        }
    }
    void add(std::int64_t step, double epoch) {
        m_steps.push_back(step);
        m_epochs.push_back(epoch);
    }
    std::vector<std::int64_t> m_steps;
    std::vector<double> m_epochs;
    std::int64_t m_last = 0;
};

/// Latest value of a series at or before a step.
class LatestValue {
public:
    /// Of the last of these attempts, and until then of those before.
    explicit LatestValue(std::span<const Attempt> attempts) {
        for (const Attempt& attempt : attempts)
            if (attempt.clock.metric != nullptr)
                add(*attempt.clock.metric, &attempt == &attempts.back()
                                               ? std::numeric_limits<std::int64_t>::max()
                                               : attempt.lastStep);
    }

    [[nodiscard]] double at(std::int64_t step) const {
        const auto after =
            std::upper_bound(m_values.begin(), m_values.end(), step,
                             [](std::int64_t s, const auto& value) { return s < value.first; });
        return after == m_values.begin() ? kNaN : std::prev(after)->second;
    }

private:
    void add(const SeriesColumns& series, std::int64_t lastStep) {
        const std::vector<bool> superseded = supersededPoints(series.steps);
        for (std::size_t i = 0; i < series.size(); ++i)
            if (!superseded[i] && series.steps[i] <= lastStep)
                m_values.emplace_back(series.steps[i], series.values[i]);
    }
    std::vector<std::pair<std::int64_t, double>> m_values;
};

double pausedBefore(const std::vector<TimeSpan>& pauses, double wall) {
    double sum = 0;
    for (const TimeSpan& pause : pauses)
        sum += std::max(0.0, std::min(pause.to, wall) - pause.from);
    return sum;
}

/// x of every point of the last of these attempts. `begin`: seconds since the first attempt began (Relative)
/// or its process time until this one (Process).
std::vector<double> places(XAxis axis, std::span<const Attempt> attempts, double begin) {
    const Attempt& attempt = attempts.back();
    const SeriesColumns& series = *attempt.series;
    const RunClock& clock = attempt.clock;
    std::vector<double> x(series.size());
    const auto fill = [&](const auto& place) {
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = place(i);
    };
    switch (axis) {
    case XAxis::Step:
        fill([&](std::size_t i) { return static_cast<double>(series.steps[i]); });
        break;
    case XAxis::Epoch: {
        const EpochLine line(attempts);
        fill([&](std::size_t i) { return line.at(series.steps[i]); });
        break;
    }
    case XAxis::Wall:
        x = series.walls;
        break;
    case XAxis::Relative:
        fill([&](std::size_t i) { return series.walls[i] - clock.start + begin; });
        break;
    case XAxis::Process:
        fill([&](std::size_t i) {
            return series.walls[i] - clock.start - pausedBefore(clock.pauses, series.walls[i]) + begin;
        });
        break;
    case XAxis::Metric: {
        const LatestValue latest(attempts);
        fill([&](std::size_t i) { return latest.at(series.steps[i]); });
        break;
    }
    }
    return x;
}

void sortByX(std::vector<double>& x, std::vector<double>& y) {
    if (std::is_sorted(x.begin(), x.end())) return;
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
    for (std::vector<double>* each : {&x, &y}) {
        std::vector<double> sorted;
        sorted.reserve(each->size());
        for (const std::size_t i : order)
            sorted.push_back((*each)[i]);
        each->swap(sorted);
    }
}

} // namespace

QString name(XAxis axis) {
    return QString::fromLatin1(kNames[static_cast<std::size_t>(axis)]);
}

XAxis xAxis(const QString& name) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
        if (name == QLatin1String(kNames[i])) return static_cast<XAxis>(i);
    return XAxis::Step;
}

std::vector<bool> supersededPoints(std::span<const std::int64_t> steps) {
    std::vector<bool> result(steps.size());
    std::int64_t restart = std::numeric_limits<std::int64_t>::max(); // least step that a later part began at
    for (std::size_t i = steps.size(); i-- > 0;) {
        result[i] = steps[i] >= restart;
        if (i > 0 && steps[i] < steps[i - 1]) restart = std::min(restart, steps[i]);
    }
    return result;
}

CurvePoints curveOf(XAxis axis, std::span<const Attempt> attempts) {
    CurvePoints curve;
    double begin = 0;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        const Attempt& attempt = attempts[i];
        if (attempt.series == nullptr) continue;
        const SeriesColumns& series = *attempt.series;
        if (axis == XAxis::Relative) begin = attempt.clock.start - attempts.front().clock.start;
        const std::vector<double> x = places(axis, attempts.first(i + 1), begin);
        const std::vector<bool> superseded = supersededPoints(series.steps);
        curve.x.reserve(curve.x.size() + x.size());
        curve.y.reserve(curve.y.size() + x.size());
        for (std::size_t point = 0; point < x.size(); ++point) {
            if (!std::isfinite(x[point])) continue;
            const bool isVoid = superseded[point] || series.steps[point] > attempt.lastStep;
            (isVoid ? curve.voidX : curve.x).push_back(x[point]);
            (isVoid ? curve.voidY : curve.y).push_back(series.values[point]);
        }
        if (axis == XAxis::Process && !curve.x.empty()) // the next attempt goes on where this one was left
            begin = *std::max_element(curve.x.begin(), curve.x.end());
    }
    sortByX(curve.x, curve.y);
    sortByX(curve.voidX, curve.voidY);
    return curve;
}

} // namespace fathom::app
