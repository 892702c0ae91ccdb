// SPDX-License-Identifier: GPL-3.0-or-later
// The plots of one run. Each series finds its plot by its name; a plot's curves come as their series do.
#pragma once

#include "app/models/run_news.h"

#include <QHash>
#include <QWidget>

#include <optional>
#include <vector>

class QSettings;

namespace fathom::widgets {
class LinePlot;
}

namespace fathom::app {

class PlotBoard : public QWidget {
    Q_OBJECT
public:
    enum class Kind { Loss, LearningRate, Metric, Throughput };

    explicit PlotBoard(QWidget* parent = nullptr);

    void clear();
    void append(const std::vector<SeriesNews>& series);
    /// Marks those that belong to a step: commands and resumes with a line, checkpoints with a tick.
    void mark(const std::vector<store::Event>& events);
    void saveState(QSettings& settings) const;
    void restoreState(QSettings& settings);
    [[nodiscard]] widgets::LinePlot* plot(Kind kind) const { return m_plots[static_cast<std::size_t>(kind)]; }
    /// Where a series is drawn; nullopt for those that are no curve (epoch, global_step, timings).
    [[nodiscard]] static std::optional<Kind> kindOf(const QString& series);

    /// A word or two of an event's text, for its mark.
    [[nodiscard]] static QString labelOf(const QString& event);

private:
    struct Place {
        widgets::LinePlot* plot = nullptr; ///< null: not drawn
        int curve = 0;
    };
    Place placeFor(const QString& series);

    std::vector<widgets::LinePlot*> m_plots;
    QHash<QString, Place> m_places;
};

} // namespace fathom::app
