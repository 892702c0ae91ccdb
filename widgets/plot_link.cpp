// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_link.h"

namespace fathom::widgets {

void PlotLink::setRange(std::optional<std::pair<double, double>> range) {
    if (m_range == range) return;
    m_range = range;
    Q_EMIT rangeChanged();
}

void PlotLink::setCursor(std::optional<double> x) {
    if (m_cursor == x) return;
    m_cursor = x;
    Q_EMIT cursorChanged();
}

void PlotLink::setHighlightedGroup(qint64 group) {
    if (m_group == group) return;
    m_group = group;
    Q_EMIT highlightChanged();
}

void PlotLink::setExtent(const QObject* member, const MinMax& extent) {
    const MinMax before = this->extent();
    if (extent.valid())
        m_extents[member] = extent;
    else
        m_extents.erase(member);
    const MinMax after = this->extent();
    if (after.minimum != before.minimum || after.maximum != before.maximum) Q_EMIT extentChanged();
}

MinMax PlotLink::extent() const {
    MinMax all;
    for (const auto& [member, extent] : m_extents)
        all.include(extent);
    return all;
}

} // namespace fathom::widgets
