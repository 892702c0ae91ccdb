// SPDX-License-Identifier: GPL-3.0-or-later
// What the plots of one board share: the visible part of x, the cursor, and the group under the mouse.
//
//   auto* link = new PlotLink(board);
//   loss->setLink(link);
//   accuracy->setLink(link);                            // zooms, follows and reads out with the other
//
// Link only plots whose x are of one kind. Lives in the GUI thread.
#pragma once

#include "widgets/min_max_pyramid.h"

#include <QObject>

#include <map>
#include <optional>

namespace fathom::widgets {

class PlotLink : public QObject {
    Q_OBJECT
public:
    explicit PlotLink(QObject* parent = nullptr) : QObject(parent) {}

    /// The shown part of x; nullopt: all points of all plots, and follow.
    void setRange(std::optional<std::pair<double, double>> range);
    [[nodiscard]] std::optional<std::pair<double, double>> range() const { return m_range; }
    /// Where the mouse is; nullopt: over no plot.
    void setCursor(std::optional<double> x);
    [[nodiscard]] std::optional<double> cursor() const { return m_cursor; }
    /// −1: none.
    void setHighlightedGroup(qint64 group);
    [[nodiscard]] qint64 highlightedGroup() const { return m_group; }

    /// What of x `member` has points in: an invalid one withdraws it. Plots that show all show all of these.
    void setExtent(const QObject* member, const MinMax& extent);
    [[nodiscard]] MinMax extent() const;

Q_SIGNALS:
    void rangeChanged();
    void cursorChanged();
    void highlightChanged();
    void extentChanged();

private:
    std::optional<std::pair<double, double>> m_range;
    std::optional<double> m_cursor;
    qint64 m_group = -1;
    std::map<const QObject*, MinMax> m_extents;
};

} // namespace fathom::widgets
