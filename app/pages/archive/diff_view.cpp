// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/diff_view.h"

#include "app/bridge/job_runner.h"
#include "app/models/config_problem.h"
#include "app/models/planned_change_model.h"
#include "app/models/tensor_diff_model.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

namespace {

using Part = archive::PlannedChange::Part;

std::vector<archive::PlannedChange> linesOf(const std::vector<archive::Change>& changes, Part part) {
    std::vector<archive::PlannedChange> lines;
    for (const archive::Change& change : changes)
        lines.push_back({part, change.kind, change.name, change.before, change.after});
    return lines;
}

} // namespace

DiffView::DiffView(QString before, QString after, JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_before(std::move(before)),
      m_after(std::move(after)),
      m_jobs(jobs),
      m_tensors(new TensorDiffModel(this)),
      m_config(new PlannedChangeModel(this)),
      m_members(new PlannedChangeModel(this)),
      m_files(new widgets::ElidedLabel),
      m_summary(new QLabel),
      m_stack(new QStackedWidget),
      m_message(new widgets::EmptyState),
      m_tabs(new QTabWidget) {
    m_files->setElideMode(Qt::ElideMiddle);
    m_files->setMuted(true);
    m_files->setText(tr("before  %1   ·   after  %2").arg(m_before, m_after));
    m_config->setSides(tr("Before"), tr("After"));
    m_members->setSides(tr("Before"), tr("After"));
    m_tabs->setDocumentMode(true);
    QTreeView* const tensors = makeTable(m_tensors, TensorDiffModel::SortRole, tr("Tensors that differ"));
    const int em = tensors->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    tensors->header()->resizeSection(TensorDiffModel::NameColumn, 60 * em);
    tensors->header()->resizeSection(TensorDiffModel::WhatColumn, 9 * em);
    for (const int column : {TensorDiffModel::BeforeColumn, TensorDiffModel::AfterColumn})
        tensors->header()->resizeSection(column, 26 * em);
    for (int column = TensorDiffModel::NormColumn; column < TensorDiffModel::ColumnCount; ++column)
        tensors->header()->resizeSection(column, 11 * em);
    tensors->header()->setStretchLastSection(false);
    m_tabs->addTab(tensors, {});
    for (PlannedChangeModel* const model : {m_config, m_members}) {
        QTreeView* const table =
            makeTable(model, Qt::DisplayRole, model == m_config ? tr("Config") : tr("Members"));
        table->header()->resizeSection(PlannedChangeModel::WhatColumn, 20 * em);
        table->header()->resizeSection(PlannedChangeModel::NameColumn, 40 * em);
        table->header()->resizeSection(PlannedChangeModel::BeforeColumn, 32 * em);
        m_tabs->addTab(table, {});
    }
    auto* const again = new QPushButton(tr("Compare again"));
    auto* const row = new QHBoxLayout;
    row->addWidget(m_files, 1);
    row->addWidget(again);
    m_stack->addWidget(m_message);
    m_stack->addWidget(m_tabs);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(row);
    layout->addWidget(m_summary);
    layout->addWidget(m_stack, 1);
    setFocusProxy(m_tabs);
    connect(again, &QPushButton::clicked, this, &DiffView::compare);
    connect(m_message, &widgets::EmptyState::buttonClicked, this, [this] {
        if (m_isComparing)
            cancel();
        else
            compare();
    });
    compare();
}

DiffView::~DiffView() {
    m_jobs.cancel(jobKey());
}

QString DiffView::jobKey() const {
    return QStringLiteral("archive.diff.%1").arg(reinterpret_cast<quintptr>(this));
}

QString DiffView::title() const {
    return QStringLiteral("%1 ↔ %2").arg(QFileInfo(m_before).fileName(), QFileInfo(m_after).fileName());
}

QString DiffView::summary() const {
    return m_summary->text();
}

QTreeView* DiffView::makeTable(QAbstractItemModel* model, int sortRole, const QString& name) {
    auto* const table = new QTreeView;
    auto* const proxy = new QSortFilterProxyModel(table);
    proxy->setSourceModel(model);
    proxy->setSortRole(sortRole);
    table->setModel(proxy);
    table->setAccessibleName(name);
    table->setFrameShape(QFrame::NoFrame);
    table->setRootIsDecorated(false);
    table->setUniformRowHeights(true);
    table->setAllColumnsShowFocus(true);
    table->setItemDelegate(new widgets::RowDelegate(table));
    table->setFont(widgets::monospace(font()));
    table->setSortingEnabled(true);
    table->header()->setFont(font());
    table->header()->setSortIndicator(-1, Qt::AscendingOrder);
    proxy->sort(-1);
    return table;
}

void DiffView::compare() {
    m_isComparing = true;
    m_summary->clear();
    m_message->set(QStringLiteral("diff"), tr("Comparing"), tr("All weights of both are read."));
    m_message->setButton(tr("Cancel"));
    m_stack->setCurrentWidget(m_message);
    m_jobs.run(
        jobKey(), this,
        [before = m_before, after = m_after](std::stop_token stop) {
            return archive::diff(std::filesystem::path(before.toStdString()),
                                 std::filesystem::path(after.toStdString()), {.stop = stop});
        },
        [this](const Result<archive::NemoDiff>& diff) {
            m_isComparing = false;
            show(diff);
        });
}

void DiffView::cancel() {
    m_jobs.cancel(jobKey());
    m_isComparing = false;
    m_message->set(QStringLiteral("diff"), tr("Not compared"), tr("The comparison was stopped."));
    m_message->setButton(tr("Compare"));
}

void DiffView::show(const Result<archive::NemoDiff>& diff) {
    if (!diff) {
        m_message->set(QStringLiteral("error"), tr("These cannot be compared"), sentence(diff.error()));
        m_message->setButton(tr("Try again"));
        return;
    }
    m_tensors->setChanges(diff->tensors);
    m_config->setChanges(linesOf(diff->config, Part::Config));
    m_members->setChanges(linesOf(diff->members, Part::Member));
    const auto count = [](std::size_t number) { return widgets::formatCount(static_cast<qint64>(number)); };
    m_tabs->setTabText(0, tr("Tensors %1").arg(count(diff->tensors.size())));
    m_tabs->setTabText(1, tr("Config %1").arg(count(diff->config.size())));
    m_tabs->setTabText(2, tr("Members %1").arg(count(diff->members.size())));
    const archive::TensorCounts& counts = diff->counts;
    QStringList parts{(counts.identical == 1 ? tr("%1 tensor identical") : tr("%1 tensors identical"))
                          .arg(widgets::formatCount(counts.identical)),
                      tr("%1 changed").arg(widgets::formatCount(counts.changed)),
                      tr("%1 added").arg(widgets::formatCount(counts.added)),
                      tr("%1 removed").arg(widgets::formatCount(counts.removed))};
    if (!diff->renamed.empty())
        parts.append((diff->renamed.size() == 1 ? tr("%1 artifact under another name")
                                                : tr("%1 artifacts under another name"))
                         .arg(count(diff->renamed.size())));
    m_summary->setText(parts.join(QStringLiteral("   ·   ")));
    if (diff->isEmpty()) {
        m_message->set(QStringLiteral("check"), tr("No difference"),
                       tr("Config, members and all tensors are the same."));
        m_message->setButton({});
        return;
    }
    m_tabs->setCurrentIndex(!diff->tensors.empty() ? 0 : !diff->config.empty() ? 1 : 2);
    m_stack->setCurrentWidget(m_tabs);
}

} // namespace fathom::app
