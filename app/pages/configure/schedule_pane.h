// SPDX-License-Identifier: GPL-3.0-or-later
// The learning rate that the config would train with.
#pragma once

#include "app/models/schedule_preview.h"

#include <QWidget>

class QLabel;

namespace fathom::widgets {
class LinePlot;
}

namespace fathom::app {

class SchedulePane : public QWidget {
    Q_OBJECT
public:
    explicit SchedulePane(QWidget* parent = nullptr);
    /// Draws the curve where it differs from the one shown; without one the note stands alone.
    void setSchedule(const SchedulePreview& preview);

private:
    QLabel* m_note;
    widgets::LinePlot* m_plot = nullptr; ///< made when there is a first curve
    std::vector<QPointF> m_points;
};

} // namespace fathom::app
