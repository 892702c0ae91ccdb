// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_scale.h"

#include "widgets/number_format.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>
#include <array>

namespace fathom::widgets {

namespace {

constexpr double kMinute = 60;
constexpr double kHour = 3600;
constexpr double kDay = 86400;
constexpr double kTicksApart = 1.3; // ticks of symlog between powers of ten

QString text(const char* source) {
    return QCoreApplication::translate("fathom::widgets::plot", source);
}

/// The 1, 2 or 5 times a power of ten that is nearest above.
double niceStep(double wanted) {
    const double power = std::pow(10.0, std::floor(std::log10(wanted)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= wanted * 0.999) return factor * power;
    return 10 * power;
}

double durationStep(double wanted) {
    static constexpr std::array kSteps{1.0,     2.0,         5.0,         10.0,         15.0,   30.0,
                                       kMinute, 2 * kMinute, 5 * kMinute, 10 * kMinute, 900.0,  1800.0,
                                       kHour,   2 * kHour,   3 * kHour,   6 * kHour,    43200.0};
    if (wanted <= 1) return niceStep(wanted);
    for (const double step : kSteps)
        if (step >= wanted * 0.999) return step;
    return kDay * niceStep(wanted / kDay < 1 ? 1 : wanted / kDay);
}

QString durationLabel(double seconds, double step) {
    if (seconds == 0) return formatNumber(0) + QLatin1Char(' ') + text("s");
    const QString sign = seconds < 0 ? QStringLiteral("−") : QString();
    const double size = std::abs(seconds);
    if (step < 1 && size < kMinute) {
        const int digits = static_cast<int>(std::ceil(std::log10(size / step) - 1e-9)) + 1;
        return sign + formatNumber(size, std::max(2, digits)) + QLatin1Char(' ') + text("s");
    }
    return sign + formatDuration(size);
}

QString wallLabel(double seconds, double step) {
    const QDateTime moment = QDateTime::fromMSecsSinceEpoch(std::llround(seconds * 1000));
    if (step < 1) return moment.toString(QStringLiteral("HH:mm:ss.zzz"));
    if (step < kMinute) return moment.toString(QStringLiteral("HH:mm:ss"));
    const bool midnight = moment.time() == QTime(0, 0);
    if (step < kDay && !midnight) return moment.toString(QStringLiteral("HH:mm"));
    return moment.toString(step < 300 * kDay ? QStringLiteral("d MMM") : QStringLiteral("yyyy-MM-dd"));
}

QString tickLabel(double value, double step, AxisKind kind) {
    switch (kind) {
    case AxisKind::Step:
        return formatCount(std::llround(value));
    case AxisKind::Duration:
        return durationLabel(value, step);
    case AxisKind::WallTime:
        return wallLabel(value, step);
    case AxisKind::Value:
    case AxisKind::Epoch:
        break;
    }
    if (std::abs(value) < step * 1e-6) return formatNumber(0);
    const double digits = std::ceil(std::log10(std::abs(value) / step) + 1e-9) + 1;
    return formatNumber(value, std::clamp(static_cast<int>(digits), 1, 17));
}

std::vector<PlotTick> linearTicks(double from, double to, int count, AxisKind kind) {
    const double wanted = (to - from) / std::max(1, count);
    if (!(wanted > 0) || !std::isfinite(wanted)) return {};
    double step = niceStep(wanted);
    double origin = 0;
    if (kind == AxisKind::Step) step = std::max(1.0, step);
    if (kind == AxisKind::Duration || kind == AxisKind::WallTime) step = durationStep(wanted);
    if (kind == AxisKind::WallTime) { // whole hours and days are those of the clock on the wall
        const QDateTime local = QDateTime::fromMSecsSinceEpoch(std::llround(from * 1000));
        origin = -static_cast<double>(local.offsetFromUtc());
    }
    std::vector<PlotTick> ticks;
    const double first = std::ceil((from - origin) / step - 1e-9);
    for (double i = first; ticks.size() < 100; ++i) {
        const double value = origin + i * step;
        if (value > to + step * 1e-9) break;
        ticks.push_back({value, tickLabel(value, step, kind)});
    }
    return ticks;
}

/// Powers of ten, every nth of them; with 2 and 5 between where few are in sight.
std::vector<PlotTick> logTicks(double from, double to, int count, AxisKind kind) {
    const double decades = std::log10(to / from);
    if (!(from > 0) || !std::isfinite(decades)) return {};
    if (decades < 1) return linearTicks(from, to, count, kind);
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(1, count))));
    std::vector<PlotTick> ticks;
    const int last = static_cast<int>(std::floor(std::log10(to) + 1e-9));
    for (int exponent = static_cast<int>(std::floor(std::log10(from))); exponent <= last; ++exponent) {
        if (exponent % stride != 0) continue;
        for (const double factor : {1.0, 2.0, 5.0}) {
            if (factor > 1 && decades > count / 2.0) break;
            const double value = factor * std::pow(10.0, exponent);
            if (value < from * (1 - 1e-9) || value > to * (1 + 1e-9)) continue;
            if (kind == AxisKind::Step && value < 1) continue;
            ticks.push_back(
                {value, kind == AxisKind::Duration ? durationLabel(value, value) : formatNumber(value, 3)});
        }
    }
    return ticks;
}

std::vector<PlotTick> symlogTicks(double threshold, double from, double to, int count, AxisKind kind) {
    const double largest = std::max(std::abs(from), std::abs(to));
    const bool oneSide = from > 0 || to < 0;
    const double least = oneSide ? std::min(std::abs(from), std::abs(to)) : 0;
    if (largest <= 2 * threshold || (oneSide && largest < 10 * least))
        return linearTicks(from, to, count, kind);
    // Zero, and powers of ten to both sides: as many as keep apart, the same on both.
    const ScaleTransform scale{PlotScale::Symlog, threshold};
    const double apart = (scale.to(to) - scale.to(from)) / (1.6 * std::max(1, count));
    std::vector<double> values{0};
    const int stride = std::max(1, static_cast<int>(std::ceil(apart)));
    for (int k = static_cast<int>(std::floor(std::log10(largest / threshold) + 1e-9)); k >= 0; k -= stride) {
        const double value = threshold * std::pow(10.0, k);
        if (scale.to(value) >= apart) values.insert(values.end(), {-value, value});
    }
    for (double power = threshold; power <= largest; power *= 10) // 2 and 5 between them, where there is room
        for (const double value : {2 * power, 5 * power})
            if (std::none_of(values.begin(), values.end(), [&](double other) {
                    return std::abs(scale.to(other) - scale.to(value)) < kTicksApart * apart;
                }))
                values.insert(values.end(), {-value, value});
    std::erase_if(values, [&](double value) {
        return value < from || value > to || (kind == AxisKind::Step && value != std::round(value));
    });
    std::sort(values.begin(), values.end());
    std::vector<PlotTick> ticks;
    for (const double value : values)
        ticks.push_back({value, kind == AxisKind::Duration ? durationLabel(value, std::abs(value))
                                                           : formatNumber(value, 3)});
    return ticks;
}

} // namespace

std::vector<PlotTick> plotTicks(const ScaleTransform& scale, double from, double to, int count,
                                AxisKind kind) {
    if (!(from < to)) return {};
    if (kind != AxisKind::WallTime) { // decades since 1970 say nothing
        if (scale.scale == PlotScale::Log) return logTicks(from, to, count, kind);
        if (scale.scale == PlotScale::Symlog) return symlogTicks(scale.threshold, from, to, count, kind);
    }
    return linearTicks(from, to, count, kind);
}

QString placeText(double value, AxisKind kind, double resolution) {
    switch (kind) {
    case AxisKind::Step:
        return text("step %1").arg(formatCount(std::llround(value)));
    case AxisKind::Epoch:
        return text("epoch %1").arg(formatNumber(value, 5));
    case AxisKind::Duration:
        return value < kMinute && resolution < 1 ? durationLabel(value, std::max(resolution, 1e-6))
                                                 : durationLabel(value, 1);
    case AxisKind::WallTime:
        return QDateTime::fromMSecsSinceEpoch(std::llround(value * 1000))
            .toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    case AxisKind::Value:
        break;
    }
    return formatNumber(value, 6);
}

QString scaleName(PlotScale scale) {
    switch (scale) {
    case PlotScale::Linear:
        return text("linear");
    case PlotScale::Log:
        return text("log");
    case PlotScale::Symlog:
        return text("symlog");
    }
    return {};
}

double symlogThreshold(std::vector<double> magnitudes) {
    std::erase_if(magnitudes, [](double m) { return !(m > 0) || !std::isfinite(m); });
    if (magnitudes.empty()) return 1;
    // A twentieth may be smaller; beyond six decades below the greatest nobody looks.
    const auto low = magnitudes.begin() + static_cast<std::ptrdiff_t>(magnitudes.size() / 20);
    std::nth_element(magnitudes.begin(), low, magnitudes.end());
    const double greatest = *std::max_element(magnitudes.begin(), magnitudes.end());
    const double wanted = std::max(*low, greatest * 1e-6);
    return std::pow(10.0, std::floor(std::log10(wanted)));
}

} // namespace fathom::widgets
