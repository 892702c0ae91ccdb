// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/confusion_view.h"

#include "app/samples/confusion_delegate.h"
#include "app/samples/confusion_model.h"
#include "widgets/elided_label.h"
#include "widgets/theme.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QTableView>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

ConfusionView::ConfusionView(QWidget* parent)
    : QWidget(parent),
      m_model(new ConfusionModel(this)),
      m_table(new QTableView(this)),
      m_caption(new widgets::ElidedLabel(this)) {
    m_table->setModel(m_model);
    m_table->setItemDelegate(new ConfusionDelegate(m_table));
    m_table->setAccessibleName(tr("Confusion matrix"));
    m_table->setShowGrid(false);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setCornerButtonEnabled(false);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    for (QHeaderView* const header : {m_table->horizontalHeader(), m_table->verticalHeader()}) {
        header->setSectionResizeMode(QHeaderView::Fixed);
        header->setTextElideMode(Qt::ElideMiddle);
        header->setHighlightSections(true);
    }
    m_table->horizontalHeader()->setDefaultSectionSize(9 * kGrid);
    m_table->verticalHeader()->setDefaultSectionSize(2 * fontMetrics().height() + kGrid);
    m_table->verticalHeader()->setMaximumWidth(24 * kGrid);
    m_table->installEventFilter(this);
    m_caption->setMuted(true);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid, kGrid / 2, 0, 0);
    layout->setSpacing(kGrid / 2);
    layout->addWidget(m_caption);
    layout->addWidget(m_table, 1);
    connect(m_table, &QTableView::clicked, this, &ConfusionView::choose);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) {
                if (index.isValid()) m_caption->setText(m_model->sentence(index));
            });
}

void ConfusionView::set(SampleAnalysisPtr analysis) {
    m_model->set(std::move(analysis));
    m_caption->setText(tr("A row for each class, a column for each prediction: how many, and their share of "
                          "the row. Click a cell, or press Enter, for its samples."));
}

void ConfusionView::choose(const QModelIndex& index) {
    Q_EMIT samplesChosen(m_model->samplesAt(index), m_model->sentence(index));
}

bool ConfusionView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table && event->type() == QEvent::KeyPress && m_table->currentIndex().isValid()) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            choose(m_table->currentIndex());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace fathom::app
