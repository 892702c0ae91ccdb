// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/sweep_pane.h"

#include "app/models/config_problem.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

void SweepModel::setSweep(const SweepPreview& sweep) {
    if (sweep.keys == m_keys && sweep.jobs == m_jobs) return;
    beginResetModel();
    m_keys = sweep.keys;
    m_jobs = sweep.jobs;
    endResetModel();
}

int SweepModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_jobs.size());
}

int SweepModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_keys.size()) + 1;
}

QVariant SweepModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || (role != Qt::DisplayRole && role != Qt::ToolTipRole)) return {};
    const SweepJob& job = m_jobs[static_cast<std::size_t>(index.row())];
    if (index.column() > 0) return job.values.value(index.column() - 1);
    return role == Qt::DisplayRole ? QVariant(index.row() + 1) : QVariant();
}

QVariant SweepModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == 0 ? tr("Run") : m_keys.value(section - 1);
}

SweepPane::SweepPane(QWidget* parent)
    : QWidget(parent), m_model(new SweepModel(this)), m_table(new QTreeView), m_summary(new QLabel) {
    m_table->setModel(m_model);
    m_table->setItemDelegate(new widgets::RowDelegate(m_table));
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setFont(widgets::monospace(font()));
    m_table->setAccessibleName(tr("Runs of the sweep"));
    m_table->setToolTip(tr("The selected run is what the tree shows"));
    m_summary->setWordWrap(true);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::kGrid, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addWidget(m_summary);
    layout->addWidget(m_table, 1);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (current.isValid()) Q_EMIT jobChosen(current.row());
            });
}

void SweepPane::setSweep(const SweepPreview& sweep, int current) {
    const QSignalBlocker blocker(m_table->selectionModel());
    m_model->setSweep(sweep);
    const auto count = static_cast<qint64>(sweep.jobs.size());
    m_summary->setText(sweep.error ? sentence(*sweep.error)
                       : count == 1
                           ? tr("Train starts 1 run. The tree shows it.")
                           : tr("Train starts %1 runs, one after the other. The tree shows the selected one.")
                                 .arg(widgets::formatCount(count)));
    if (m_table->currentIndex().row() != current) m_table->setCurrentIndex(m_model->index(current, 0));
    m_table->viewport()->update();
}

} // namespace fathom::app
