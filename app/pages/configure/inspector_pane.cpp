// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/inspector_pane.h"

#include "app/pages/configure/config_comparison.h"
#include "app/pages/configure/diff_pane.h"
#include "app/config_view/origin_pane.h"
#include "app/pages/configure/schedule_pane.h"
#include "app/pages/configure/source_pane.h"
#include "app/pages/configure/sweep_pane.h"
#include "widgets/theme.h"

#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

InspectorPane::InspectorPane(const ConfigModel& model, ConfigComparison& comparison, QWidget* parent)
    : QWidget(parent),
      m_tabs(new QTabWidget),
      m_source(new SourcePane),
      m_origin(new OriginPane(model)),
      m_diff(new DiffPane(comparison)),
      m_sweep(new SweepPane),
      m_schedule(new SchedulePane) {
    auto* const source = new QSplitter(Qt::Vertical);
    source->setChildrenCollapsible(false);
    source->setHandleWidth(kGrid);
    source->addWidget(m_source);
    source->addWidget(m_origin);
    source->setStretchFactor(0, 3);
    source->setStretchFactor(1, 1);
    source->setSizes({40 * kGrid, 22 * kGrid});
    source->setContentsMargins(0, kGrid, 0, 0);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(source, tr("Source"));
    m_tabs->addTab(m_diff, tr("Differences"));
    m_tabs->addTab(m_sweep, tr("Sweep"));
    m_tabs->setTabVisible(2, false);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_schedule);
    connect(&comparison, &ConfigComparison::changed, this, [this, &comparison] {
        const auto count = comparison.differences().size();
        m_tabs->setTabText(1, comparison.isActive() && count > 0 ? tr("Differences (%1)").arg(count)
                                                                 : tr("Differences"));
    });
}

void InspectorPane::showSource() {
    m_tabs->setCurrentIndex(0);
}

void InspectorPane::showDiff() {
    m_tabs->setCurrentIndex(1);
}

void InspectorPane::setSweep(const SweepPreview& sweep, int current) {
    const bool isNew = sweep.isSweep() && !m_tabs->isTabVisible(2);
    m_tabs->setTabVisible(2, sweep.isSweep());
    m_tabs->setTabText(2, tr("Sweep (%1)").arg(sweep.jobs.size()));
    m_sweep->setSweep(sweep, current);
    if (isNew) m_tabs->setCurrentIndex(2);
}

} // namespace fathom::app
