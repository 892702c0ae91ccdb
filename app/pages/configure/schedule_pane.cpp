// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/schedule_pane.h"

#include "widgets/line_plot.h"
#include "widgets/theme.h"

#include <QLabel>
#include <QVBoxLayout>

namespace fathom::app {

SchedulePane::SchedulePane(QWidget* parent) : QWidget(parent), m_note(new QLabel) {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    m_note->setWordWrap(true);
    m_note->setFont(widgets::captionFont(font()));
    m_note->hide();
    layout->addWidget(m_note);
}

void SchedulePane::setSchedule(const SchedulePreview& preview) {
    constexpr int kLongest = 160;
    const bool isLong = preview.note.size() > kLongest;
    m_note->setText(isLong ? preview.note.left(kLongest) + QStringLiteral("…") : preview.note);
    m_note->setToolTip(isLong ? preview.note : QString());
    m_note->setVisible(!preview.note.isEmpty());
    if (!preview.points.empty() && !m_plot) {
        m_plot = new widgets::LinePlot;
        m_plot->setTitle(tr("Learning rate"));
        m_plot->setXLabel(tr("step"));
        m_plot->setFixedHeight(22 * widgets::kGrid);
        layout()->addWidget(m_plot);
    }
    if (m_plot) m_plot->setVisible(!preview.points.empty());
    if (preview.points == m_points) return;
    m_points = preview.points;
    if (!m_plot) return;
    m_plot->clearCurves();
    m_plot->append(m_plot->addCurve({.name = tr("learning rate")}), m_points);
}

} // namespace fathom::app
