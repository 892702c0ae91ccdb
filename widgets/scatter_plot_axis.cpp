// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scatter_plot_axis.h"

#include "widgets/number_format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace fathom::widgets {

namespace {

/// 1, 2 or 5 times a power of ten, so that at most `most` steps fit into the range.
double niceStep(double range, int most) {
    const double rough = range / std::max(1, most - 1);
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * (1 - 1e-9)) return factor * power;
    return 10 * power;
}

} // namespace

ScatterAxis ScatterAxis::ofNumbers(QString name, std::vector<double> values) {
    ScatterAxis axis;
    axis.m_name = std::move(name);
    axis.m_values = std::move(values);
    axis.measure();
    return axis;
}

ScatterAxis ScatterAxis::ofCategories(QString name, QStringList categories, std::vector<double> values) {
    ScatterAxis axis;
    axis.m_name = std::move(name);
    axis.m_categories = std::move(categories);
    axis.m_values = std::move(values);
    axis.measure();
    return axis;
}

void ScatterAxis::measure() {
    m_least = std::numeric_limits<double>::infinity();
    m_greatest = -m_least;
    for (double& value : m_values) {
        if (!std::isfinite(value)) {
            value = std::numeric_limits<double>::quiet_NaN();
            m_hasMissing = true;
            continue;
        }
        m_least = std::min(m_least, value);
        m_greatest = std::max(m_greatest, value);
    }
    if (m_least > m_greatest) m_least = m_greatest = 0;
    m_canBeLogarithmic = !isCategorical() && m_least > 0;
    if (isCategorical()) {
        m_least = 0;
        m_greatest = static_cast<double>(m_categories.size() - 1);
    }
    if (m_least == m_greatest) { // a single value lies in the middle
        const double room = m_least == 0 ? 1 : std::fabs(m_least) / 2;
        m_least -= room;
        m_greatest += room;
    }
}

bool ScatterAxis::setLogarithmic(bool logarithmic) {
    if (logarithmic && !m_canBeLogarithmic) return false;
    m_isLogarithmic = logarithmic;
    return true;
}

double ScatterAxis::placeOf(double value) const {
    const double place = m_isLogarithmic ? std::log(value / m_least) / std::log(m_greatest / m_least)
                                         : (value - m_least) / (m_greatest - m_least);
    return m_isFlipped ? 1 - place : place;
}

double ScatterAxis::place(std::size_t item) const {
    return placeOf(m_values[item]);
}

QString ScatterAxis::valueText(std::size_t item) const {
    const double value = m_values[item];
    if (std::isnan(value)) return QStringLiteral("–");
    return isCategorical() ? m_categories.value(static_cast<qsizetype>(value)) : formatNumber(value, 6);
}

std::vector<ScatterAxis::Tick> ScatterAxis::ticks(int most) const {
    std::vector<Tick> ticks;
    if (isCategorical()) {
        const auto count = static_cast<int>(m_categories.size());
        const int step = std::max(1, (count + most - 1) / std::max(1, most));
        for (int i = 0; i < count; i += step)
            ticks.push_back({placeOf(i), m_categories[i]});
        return ticks;
    }
    const double decades = m_isLogarithmic ? std::log10(m_greatest / m_least) : 0;
    if (m_isLogarithmic && decades >= 1) {
        const int step = std::max(1, static_cast<int>(std::ceil(decades / std::max(1, most - 1))));
        for (int power = static_cast<int>(std::ceil(std::log10(m_least) - 1e-9));
             power <= std::floor(std::log10(m_greatest) + 1e-9); power += step)
            ticks.push_back({placeOf(std::pow(10, power)), formatNumber(std::pow(10, power))});
        if (ticks.size() > 1) return ticks;
        ticks.clear();
    }
    const double step = niceStep(m_greatest - m_least, most);
    for (double value = std::ceil(m_least / step - 1e-9) * step; value <= m_greatest + 1e-9 * step;
         value += step)
        ticks.push_back({placeOf(value), formatNumber(std::fabs(value) < step * 1e-6 ? 0 : value)});
    return ticks;
}

QColor rampColor(double place, bool dark) {
    static constexpr std::array<QRgb, 6> stops{0xff440154, 0xff414487, 0xff2a788e,
                                               0xff22a884, 0xff7ad151, 0xfffde725};
    if (std::isnan(place)) return dark ? QColor(150, 150, 150) : QColor(120, 120, 120);
    // The dark end is lost on a dark surface, the light end on a light one.
    const double from = dark ? 0.4 : 0.0;
    const double to = dark ? 1.0 : 0.58;
    const double at = (from + (to - from) * std::clamp(place, 0.0, 1.0)) * (stops.size() - 1);
    const auto index = std::min(static_cast<std::size_t>(at), stops.size() - 2);
    const double part = at - static_cast<double>(index);
    const QColor a(stops[index]);
    const QColor b(stops[index + 1]);
    const auto mix = [part](int x, int y) { return static_cast<int>(std::lround(x + (y - x) * part)); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

} // namespace fathom::widgets
