// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/weights_tab.h"

#include "app/bridge/job_runner.h"
#include "app/pages/compare/pinned_table.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace fathom::app {

using widgets::kGrid;
using Measure = WeightsModel::Measure;

WeightsTab::WeightsTab(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_model(new WeightsModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_kind(new QComboBox),
      m_measure(new QComboBox),
      m_search(new QLineEdit),
      m_compare(new QPushButton(tr("Compare weights"))),
      m_cancel(new QPushButton(tr("Cancel"))),
      m_bar(new QProgressBar),
      m_summary(new QLabel),
      m_stack(new QStackedWidget),
      m_message(new widgets::EmptyState),
      m_timer(new QTimer(this)) {
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(WeightsModel::SortRole);
    m_sorted->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_sorted->setFilterKeyColumn(WeightsModel::NameColumn);
    m_table = new PinnedTable(m_sorted, new widgets::RowDelegate(this), WeightsModel::FirstRunColumn);
    build();
    connect(m_compare, &QPushButton::clicked, this, &WeightsTab::compare);
    connect(m_message, &widgets::EmptyState::buttonClicked, this, &WeightsTab::compare);
    connect(m_cancel, &QPushButton::clicked, this, &WeightsTab::cancel);
    connect(m_search, &QLineEdit::textChanged, m_sorted, &QSortFilterProxyModel::setFilterFixedString);
    connect(m_kind, &QComboBox::activated, this, &WeightsTab::showReady);
    connect(m_measure, &QComboBox::activated, this,
            [this](int measure) { m_model->setMeasure(static_cast<Measure>(measure)); });
    connect(m_timer, &QTimer::timeout, this, [this] {
        m_bar->setMaximum(static_cast<int>(m_progress->all));
        m_bar->setValue(static_cast<int>(m_progress->done));
    });
    showReady();
}

WeightsTab::~WeightsTab() {
    m_jobs.cancel(QStringLiteral("compare.weights"));
}

void WeightsTab::build() {
    m_kind->addItem(tr("The newest .nemo, else .ckpt"));
    m_kind->addItem(tr("The newest .ckpt"));
    m_kind->setAccessibleName(tr("Which file of each run"));
    m_measure->addItems({tr("Relative change"), tr("‖Δ‖"), tr("Cosine"), tr("max |Δ|"), tr("Norm")});
    m_measure->setAccessibleName(tr("What is shown of each tensor"));
    m_measure->setToolTip(tr("Relative change is ‖Δ‖ / ‖baseline‖"));
    m_search->setPlaceholderText(tr("Search tensors"));
    m_search->setAccessibleName(tr("Search tensors"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_compare->setIcon(widgets::icon(QStringLiteral("tensor")));
    m_bar->setAccessibleName(tr("Archives compared"));
    m_bar->setFormat(tr("%v of %m archives"));
    m_bar->setMinimumWidth(18 * kGrid);
    m_summary->setFont(widgets::captionFont(font()));
    m_summary->setWordWrap(true);
    m_timer->setInterval(100);
    const int letter = fontMetrics().averageCharWidth();
    m_table->setColumnWidths({48 * letter, 28 * letter}, 30 * letter);
    m_table->enableSorting();
    m_table->setAccessibleNames(tr("Tensors that differ"));
    auto* const bar = new QHBoxLayout;
    for (QWidget* const part : std::initializer_list<QWidget*>{m_kind, m_compare, m_bar, m_cancel})
        bar->addWidget(part);
    bar->addWidget(m_search, 1);
    bar->addWidget(m_measure);
    m_stack->addWidget(m_message);
    m_stack->addWidget(m_table);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(bar);
    layout->addWidget(m_summary);
    layout->addWidget(m_stack, 1);
    setFocusProxy(m_compare);
}

std::vector<std::filesystem::path> WeightsTab::archives() const {
    std::vector<std::filesystem::path> paths;
    if (!m_comparison) return paths;
    for (const ComparedRun& run : *m_comparison->runs) {
        std::filesystem::path chosen;
        for (const char* kind : {"nemo", "ckpt"}) {
            if (m_kind->currentIndex() == 1 && kind == std::string_view("nemo")) continue;
            const auto found =
                std::find_if(run.archives.begin(), run.archives.end(),
                             [&](const RunArchive& archive) { return archive.kind == QLatin1String(kind); });
            if (chosen.empty() && found != run.archives.end()) chosen = found->path;
        }
        paths.push_back(chosen);
    }
    return paths;
}

void WeightsTab::setComparison(const ComparisonPtr& comparison) {
    const auto before = archives();
    const auto orderBefore = m_comparison ? m_comparison->order : std::vector<std::size_t>();
    const ComparisonPtr old = std::exchange(m_comparison, comparison);
    const auto idsOf = [](const ComparisonPtr& one) {
        std::vector<store::RunId> ids;
        for (std::size_t i = 0; one && i < one->runs->size(); ++i)
            ids.push_back((*one->runs)[i].run.id);
        return ids;
    };
    // A live run is read again and again; its weights are others only when it has written some.
    if (comparison && orderBefore == comparison->order && idsOf(old) == idsOf(comparison) &&
        archives() == before)
        return;
    cancel();
    m_model->setWeights({}, {}, {});
    m_summary->clear();
    showReady();
}

QString WeightsTab::summary() const {
    return m_summary->text();
}

void WeightsTab::showReady() {
    if (m_isBusy) return;
    m_bar->hide();
    m_cancel->hide();
    m_measure->setEnabled(m_model->rowCount() > 0);
    m_search->setEnabled(m_model->rowCount() > 0);
    const auto paths = archives();
    const auto there =
        std::count_if(paths.begin(), paths.end(), [](const auto& path) { return !path.empty(); });
    const bool hasBaseline = m_comparison && !paths[m_comparison->baseline].empty();
    m_compare->setEnabled(hasBaseline && there > 1);
    if (m_model->rowCount() > 0) return;
    m_stack->setCurrentIndex(0);
    if (there < 2 || !hasBaseline) {
        m_message->set(QStringLiteral("tensor"), tr("No weights to compare"),
                       there > 1 ? tr("The baseline has left no such file. Make another run the baseline.")
                                 : tr("It takes two runs whose .nemo or .ckpt still exist."));
        m_message->setButton({});
        return;
    }
    m_message->set(QStringLiteral("tensor"), tr("%1 runs have left weights").arg(there),
                   tr("Each archive is read whole and compared with that of %1.")
                       .arg((*m_comparison->runs)[m_comparison->baseline].title));
    m_message->setButton(tr("Compare weights"), QStringLiteral("tensor"));
}

void WeightsTab::compare() {
    if (m_isBusy || !m_compare->isEnabled()) return;
    m_isBusy = true;
    m_progress = std::make_shared<Progress>();
    m_progress->all = archives().size();
    m_compare->setEnabled(false);
    m_bar->setMaximum(0);
    m_bar->show();
    m_cancel->show();
    m_timer->start();
    m_message->set(QStringLiteral("tensor"), tr("Comparing"), tr("All weights are read."));
    m_message->setButton({});
    m_jobs.run(
        QStringLiteral("compare.weights"), this,
        [paths = archives(), baseline = m_comparison->baseline, progress = m_progress](std::stop_token stop) {
            const auto report = [progress](std::size_t done, std::size_t) { progress->done = done; };
            return analysis::compareWeights(paths, baseline, {.stop = stop, .onProgress = report});
        },
        [this](Result<analysis::WeightsComparison> weights) { show(std::move(weights)); });
}

void WeightsTab::cancel() {
    if (!m_isBusy) return;
    m_jobs.cancel(QStringLiteral("compare.weights"));
    m_isBusy = false;
    m_timer->stop();
    showReady();
}

void WeightsTab::show(Result<analysis::WeightsComparison> weights) {
    m_isBusy = false;
    m_timer->stop();
    if (!weights) {
        showReady();
        m_message->set(QStringLiteral("error"), tr("These weights cannot be compared"),
                       QString::fromStdString(weights.error().message()));
        m_message->setButton(tr("Try again"));
        m_stack->setCurrentIndex(0);
        return;
    }
    const auto paths = archives();
    std::vector<std::size_t> runs;
    QStringList titles;
    QStringList parts;
    for (std::size_t i = 1; i < m_comparison->order.size(); ++i) {
        const std::size_t run = m_comparison->order[i];
        const QString title = m_comparison->run(i).title;
        if (const auto& problem = weights->problems[run])
            parts.append(tr("%1: %2").arg(title, QString::fromStdString(problem->message())));
        if (paths[run].empty() || weights->problems[run]) continue;
        runs.push_back(run);
        titles.append(title);
        const archive::TensorCounts& counts = weights->counts[run];
        const auto differing = counts.changed + counts.added + counts.removed;
        parts.append(
            (differing == 1 ? tr("%1: %2 tensor differs, %3 the same")
                            : tr("%1: %2 tensors differ, %3 the same"))
                .arg(title, widgets::formatCount(differing), widgets::formatCount(counts.identical)));
    }
    m_summary->setText(tr("Against %1  ·  ").arg((*m_comparison->runs)[m_comparison->baseline].title) +
                       parts.mid(0, 4).join(QStringLiteral("  ·  ")) +
                       (parts.size() > 4 ? tr("  ·  and %1 more").arg(parts.size() - 4) : QString()));
    m_summary->setToolTip(parts.join(QLatin1Char('\n')));
    m_model->setWeights(std::move(*weights), std::move(runs), titles);
    showReady();
    if (m_model->rowCount() > 0) {
        m_stack->setCurrentWidget(m_table);
        m_table->sortBy(WeightsModel::FirstRunColumn, Qt::DescendingOrder);
        return;
    }
    m_message->set(QStringLiteral("check"), tr("No difference"),
                   tr("All tensors are the same, bit for bit."));
    m_message->setButton({});
}

} // namespace fathom::app
