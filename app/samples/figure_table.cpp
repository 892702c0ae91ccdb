// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/figure_table.h"

#include "widgets/theme.h"

#include <QHeaderView>
#include <QKeyEvent>

namespace fathom::app {

FigureTable::FigureTable(QAbstractItemModel* model, const QString& name, QWidget* parent)
    : QTableView(parent) {
    setModel(model);
    setAccessibleName(name);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setTabKeyNavigation(false);
    setWordWrap(false);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + widgets::kGrid);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    horizontalHeader()->setSortIndicatorClearable(true);
    horizontalHeader()->setDefaultSectionSize(14 * widgets::kGrid);
    setSortingEnabled(true);
    connect(this, &QTableView::clicked, this,
            [this](const QModelIndex& index) { Q_EMIT rowChosen(index.row()); });
}

void FigureTable::keyPressEvent(QKeyEvent* event) {
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (!isEnter || !currentIndex().isValid()) return QTableView::keyPressEvent(event);
    Q_EMIT rowChosen(currentIndex().row());
}

} // namespace fathom::app
