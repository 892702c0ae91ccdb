// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/importance_tab.h"

#include "app/pages/compare/importance_model.h"
#include "widgets/empty_state.h"
#include "widgets/interval_bar_delegate.h"
#include "widgets/scatter_plot.h"
#include "widgets/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

using widgets::kGrid;

ImportanceTab::ImportanceTab(StudySource& source, QWidget* parent)
    : QWidget(parent),
      m_source(source),
      m_model(new ImportanceModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_table(new QTableView),
      m_plot(new widgets::ScatterPlot),
      m_stack(new QStackedWidget),
      m_message(new widgets::EmptyState) {
    build();
    connect(&source, &StudySource::changed, this, &ImportanceTab::showStudy);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ImportanceTab::showKey);
    connect(m_plot, &widgets::ScatterPlot::itemActivated, this, [this](int item) {
        Q_EMIT showRunRequested(static_cast<qint64>(m_shown->runs[static_cast<std::size_t>(item)]));
    });
    connect(m_message, &widgets::EmptyState::buttonClicked, this,
            [this] { m_source.setWholeWorkspace(true); });
    showStudy();
}

void ImportanceTab::build() {
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(ImportanceModel::SortRole);
    m_table->setModel(m_sorted);
    m_table->setItemDelegate(new widgets::IntervalBarDelegate(m_table));
    m_table->setAccessibleName(tr("Importance of config keys"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTextElideMode(Qt::ElideLeft); // the end tells keys apart
    m_table->setTabKeyNavigation(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setSortingEnabled(true);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kGrid + 4);
    QHeaderView* const header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setSortIndicator(ImportanceModel::ForestColumn, Qt::DescendingOrder);
    const int letter = fontMetrics().averageCharWidth();
    const int widths[] = {28, 30, 24, 24, 10};
    for (int column = 0; column < ImportanceModel::ColumnCount; ++column)
        header->resizeSection(column, widths[column] * letter);
    m_plot->setAccessibleName(tr("The chosen key against the metric"));
    auto* const note = new QLabel(tr("What goes with a metric need not be its cause: keys that were changed "
                                     "together cannot be told apart."));
    note->setFont(widgets::captionFont(font()));
    note->setWordWrap(true);
    auto* const split = new QSplitter(Qt::Horizontal);
    split->addWidget(m_table);
    split->addWidget(m_plot);
    split->setSizes({120 * letter, 60 * letter});
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    m_stack->addWidget(split);
    m_stack->addWidget(m_message);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(new StudyBar(m_source));
    layout->addWidget(m_stack, 1);
    layout->addWidget(note);
    setFocusProxy(m_table);
}

void ImportanceTab::showStudy() {
    if (m_source.isBusy()) return;
    if (m_source.error()) {
        m_shown.reset();
        m_message->set(QStringLiteral("error"), tr("The runs cannot be read"),
                       QString::fromStdString(m_source.error()->message()));
        m_message->setButton({});
        m_stack->setCurrentIndex(1);
        return;
    }
    if (m_shown == m_source.study()) return;
    m_shown = m_source.study();
    const QString chosen =
        m_table->currentIndex().siblingAtColumn(0).data(ImportanceModel::SortRole).toString();
    m_model->setImportance(m_source.importance());
    const auto& metric = m_shown->metric;
    const bool isConstant = metric.size() > 2 && std::all_of(metric.begin(), metric.end(), [&](double value) {
                                return value == metric[0];
                            });
    if (m_model->rowCount() > 0 && !isConstant) {
        m_stack->setCurrentIndex(0);
        const auto again =
            m_sorted->match(m_sorted->index(0, 0), ImportanceModel::SortRole, chosen, 1, Qt::MatchExactly);
        m_table->selectRow(again.isEmpty() ? 0 : again.front().row());
        return showKey();
    }
    const bool isWhole = m_source.isWholeWorkspace();
    if (m_shown->runs.size() < 3)
        m_message->set(QStringLiteral("compare"), tr("Too few runs have this metric"),
                       isWhole ? tr("Importance begins with three runs; a forest needs eight.")
                               : tr("Importance begins with three runs; a forest needs eight. Choose another "
                                    "metric, or take all runs of the workspace."));
    else if (isConstant)
        m_message->set(QStringLiteral("check"), tr("The metric is the same in all of these runs"),
                       tr("Nothing explains what does not vary. Choose another metric."));
    else
        m_message->set(QStringLiteral("check"), tr("No key differs"),
                       tr("These runs have the same config, so that none of its keys explains the metric."));
    m_message->setButton(isWhole ? QString() : tr("Take all runs of the workspace"));
    m_stack->setCurrentIndex(1);
}

void ImportanceTab::showKey() {
    const QModelIndex current = m_sorted->mapToSource(m_table->currentIndex());
    if (!current.isValid() || !m_shown) return m_plot->setAxes({});
    const std::string& key = m_model->importance().keys[static_cast<std::size_t>(current.row())].key;
    const auto column = std::find_if(m_shown->columns.begin(), m_shown->columns.end(),
                                     [&](const analysis::StudyColumn& one) { return one.key == key; });
    if (column == m_shown->columns.end()) return;
    m_plot->setNames(m_shown->titles);
    m_plot->setAxes({axisOf(*column), widgets::ScatterAxis::ofNumbers(m_shown->metricName, m_shown->metric)});
}

} // namespace fathom::app
