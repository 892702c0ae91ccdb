// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/relations_tab.h"

#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/parallel_coordinates.h"
#include "widgets/scatter_plot.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

using widgets::kGrid;
using widgets::ScatterAxis;

RelationsTab::RelationsTab(StudySource& source, QWidget* parent)
    : QWidget(parent),
      m_source(source),
      m_view(new QComboBox),
      m_x(new QComboBox),
      m_axes(new QToolButton),
      m_axisMenu(new QMenu(m_axes)),
      m_logarithmic(new QToolButton),
      m_flipped(new QToolButton),
      m_compare(new QPushButton),
      m_stack(new QStackedWidget),
      m_parallel(new widgets::ParallelCoordinates),
      m_scatter(new widgets::ScatterPlot),
      m_matrix(new widgets::ScatterPlot),
      m_message(new widgets::EmptyState) {
    build();
    connect(&source, &StudySource::changed, this, &RelationsTab::showStudy);
    const auto showRun = [this](int item) {
        Q_EMIT showRunRequested(static_cast<qint64>(m_shown->runs[static_cast<std::size_t>(item)]));
    };
    connect(m_parallel, &widgets::ParallelCoordinates::selectionChanged, this, &RelationsTab::select);
    connect(m_parallel, &widgets::ParallelCoordinates::itemActivated, this, showRun);
    connect(m_parallel, &widgets::ParallelCoordinates::currentAxisChanged, this,
            &RelationsTab::updateAxisButtons);
    for (widgets::ScatterPlot* const plot : {m_scatter, m_matrix}) {
        connect(plot, &widgets::ScatterPlot::selectionChanged, this, &RelationsTab::select);
        connect(plot, &widgets::ScatterPlot::itemActivated, this, showRun);
    }
    connect(m_message, &widgets::EmptyState::buttonClicked, this,
            [this] { m_source.setWholeWorkspace(true); });
    showStudy();
}

QWidget* RelationsTab::buildBar() {
    m_view->addItems({tr("Parallel coordinates"), tr("Scatter plot"), tr("Scatter matrix")});
    m_view->setAccessibleName(tr("Kind of plot"));
    m_x->setAccessibleName(tr("Key on the horizontal axis"));
    m_x->setMinimumContentsLength(20);
    m_axes->setText(tr("Axes"));
    m_axes->setToolTip(tr("Which keys are axes"));
    m_axes->setPopupMode(QToolButton::InstantPopup);
    m_axes->setMenu(m_axisMenu);
    m_logarithmic->setText(tr("Logarithmic"));
    m_logarithmic->setCheckable(true);
    m_logarithmic->setToolTip(tr("Scale of the current axis (L)"));
    m_flipped->setText(tr("Turned round"));
    m_flipped->setCheckable(true);
    m_flipped->setToolTip(tr("Direction of the current axis (F)"));
    m_compare->setIcon(widgets::icon(QStringLiteral("compare")));
    connect(m_view, &QComboBox::activated, this, [this](int view) { setView(static_cast<View>(view)); });
    connect(m_x, &QComboBox::activated, this, [this] {
        m_logarithmicX.reset();
        showScatter();
    });
    connect(m_axisMenu, &QMenu::aboutToShow, this, &RelationsTab::fillKeyMenu);
    connect(m_logarithmic, &QToolButton::clicked, this, [this] { toggleAxis(true); });
    connect(m_flipped, &QToolButton::clicked, this, [this] { toggleAxis(false); });
    connect(m_compare, &QPushButton::clicked, this, [this] {
        QList<qint64> runs;
        for (const int item : m_selection)
            runs.append(static_cast<qint64>(m_shown->runs[static_cast<std::size_t>(item)]));
        Q_EMIT compareRequested(runs);
    });
    auto* const bar = new QWidget;
    auto* const layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    for (QWidget* const part : std::initializer_list<QWidget*>{m_view, m_x, m_axes, m_logarithmic, m_flipped})
        layout->addWidget(part);
    layout->addStretch(1);
    layout->addWidget(m_compare);
    return bar;
}

void RelationsTab::build() {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(new StudyBar(m_source));
    layout->addWidget(buildBar());
    layout->addWidget(m_stack, 1);
    m_parallel->setAccessibleName(
        tr("Runs across config keys and the metric; a range along an axis selects runs"));
    m_scatter->setAccessibleName(tr("Runs by a config key and the metric; a rectangle selects runs"));
    m_matrix->setAccessibleName(
        tr("Runs by each pair of config keys and the metric; a rectangle selects runs"));
    for (QWidget* const view : std::initializer_list<QWidget*>{m_parallel, m_scatter, m_matrix, m_message})
        m_stack->addWidget(view);
    setView(View::Parallel);
}

RelationsTab::View RelationsTab::view() const {
    return static_cast<View>(m_view->currentIndex());
}

void RelationsTab::setView(View view) {
    m_view->setCurrentIndex(static_cast<int>(view));
    m_x->setVisible(view == View::Scatter);
    m_axes->setVisible(view != View::Scatter);
    m_logarithmic->setVisible(view != View::Matrix);
    m_flipped->setVisible(view != View::Matrix);
    if (m_stack->currentWidget() != m_message || !m_keys.isEmpty())
        m_stack->setCurrentIndex(static_cast<int>(view));
    setFocusProxy(m_stack->currentWidget());
    updateAxisButtons();
}

void RelationsTab::showStudy() {
    if (m_source.isBusy() || (m_shown == m_source.study() && m_shown)) return;
    m_shown = m_source.study();
    m_selection.clear();
    const QString x = m_x->currentText();
    m_x->clear();
    if (m_shown)
        for (const analysis::KeyImportance& key : m_source.importance().keys)
            m_x->addItem(QString::fromStdString(key.key));
    m_x->setCurrentIndex(std::max(0, m_x->findText(x)));
    if (!m_hasOwnKeys) m_keys.clear();
    m_keys.removeIf([this](const QString& key) { return m_x->findText(key) < 0; });
    if (m_keys.isEmpty())
        for (int i = 0; i < std::min(m_x->count(), static_cast<int>(kOwnAxes)); ++i)
            m_keys.append(m_x->itemText(i));
    const bool hasPlots = !m_keys.isEmpty() && m_shown && m_shown->runs.size() > 1;
    if (!hasPlots) {
        const bool isWhole = m_source.isWholeWorkspace();
        m_message->set(QStringLiteral("compare"), tr("Nothing to relate"),
                       isWhole ? tr("It takes two runs with this metric whose configs differ.")
                               : tr("It takes two runs with this metric whose configs differ. Choose another "
                                    "metric, or take all runs of the workspace."));
        m_message->setButton(isWhole ? QString() : tr("Take all runs of the workspace"));
        m_stack->setCurrentWidget(m_message);
    } else {
        m_stack->setCurrentIndex(m_view->currentIndex());
    }
    showKeys();
}

ScatterAxis RelationsTab::axis(const QString& key) const {
    const auto column = std::find_if(
        m_shown->columns.begin(), m_shown->columns.end(),
        [name = key.toStdString()](const analysis::StudyColumn& one) { return one.key == name; });
    return column == m_shown->columns.end() ? ScatterAxis() : axisOf(*column);
}

void RelationsTab::showKeys() {
    std::vector<ScatterAxis> axes;
    if (m_shown && !m_keys.isEmpty()) {
        for (const QString& key : m_keys)
            axes.push_back(axis(key));
        axes.push_back(ScatterAxis::ofNumbers(m_shown->metricName, m_shown->metric));
        m_parallel->setNames(m_shown->titles);
        m_matrix->setNames(m_shown->titles);
        m_matrix->setColorAxis(axes.back());
    }
    m_parallel->setAxes(axes);
    m_matrix->setAxes(std::move(axes));
    showScatter();
    select({});
}

void RelationsTab::showScatter() {
    if (!m_shown || m_x->count() == 0) return m_scatter->setAxes({});
    ScatterAxis x = axis(m_x->currentText());
    if (m_logarithmicX) x.setLogarithmic(*m_logarithmicX);
    x.setFlipped(m_flippedX == m_x->currentText());
    ScatterAxis y = ScatterAxis::ofNumbers(m_shown->metricName, m_shown->metric);
    m_scatter->setNames(m_shown->titles);
    m_scatter->setColorAxis(y);
    m_scatter->setAxes({std::move(x), std::move(y)});
    updateAxisButtons();
}

void RelationsTab::fillKeyMenu() {
    m_axisMenu->clear();
    for (const analysis::KeyImportance& key : m_source.importance().keys) {
        const QString name = QString::fromStdString(key.key);
        QAction* const action = m_axisMenu->addAction(name);
        action->setCheckable(true);
        action->setChecked(m_keys.contains(name));
        connect(action, &QAction::toggled, this, [this, name](bool isAxis) {
            m_hasOwnKeys = true;
            if (isAxis)
                m_keys.append(name);
            else if (m_keys.size() > 1)
                m_keys.removeOne(name);
            showKeys();
        });
    }
}

void RelationsTab::select(const std::vector<int>& items) {
    m_selection = items;
    m_scatter->setSelection(items);
    m_matrix->setSelection(items);
    m_compare->setEnabled(items.size() > 1);
    m_compare->setText(items.empty() ? tr("Compare what is selected")
                                     : tr("Compare %1 selected").arg(items.size()));
}

void RelationsTab::updateAxisButtons() {
    const std::vector<ScatterAxis>& axes = view() == View::Parallel ? m_parallel->axes() : m_scatter->axes();
    const std::size_t current =
        view() == View::Parallel ? static_cast<std::size_t>(m_parallel->currentAxis()) : 0;
    const bool hasAxis = current < axes.size();
    m_logarithmic->setEnabled(hasAxis && axes[current].canBeLogarithmic());
    m_logarithmic->setChecked(hasAxis && axes[current].isLogarithmic());
    m_flipped->setEnabled(hasAxis);
    m_flipped->setChecked(hasAxis && axes[current].isFlipped());
}

void RelationsTab::toggleAxis(bool logarithmic) {
    if (view() == View::Parallel) {
        const auto current = static_cast<std::size_t>(m_parallel->currentAxis());
        if (logarithmic)
            m_parallel->setLogarithmic(current, m_logarithmic->isChecked());
        else
            m_parallel->setFlipped(current, m_flipped->isChecked());
        return updateAxisButtons();
    }
    if (logarithmic)
        m_logarithmicX = m_logarithmic->isChecked();
    else
        m_flippedX = m_flipped->isChecked() ? m_x->currentText() : QString();
    showScatter();
}

} // namespace fathom::app
