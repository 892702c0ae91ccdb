// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/tensor_view.h"

#include "app/bridge/job_runner.h"
#include "engine/archive/npy.h"
#include "widgets/histogram.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

using widgets::kGrid;

/// Sorts by numbers, keeps rows without statistics at the end, and filters by the whole dotted name.
class TensorProxy : public QSortFilterProxyModel {
public:
    explicit TensorProxy(QObject* parent) : QSortFilterProxyModel(parent) {
        setSortRole(TensorModel::SortRole);
        setFilterRole(TensorModel::NameRole);
        setFilterCaseSensitivity(Qt::CaseInsensitive);
        setRecursiveFilteringEnabled(true);
        setDynamicSortFilter(false); // statistics arrive row by row: nothing may jump meanwhile
    }

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        // A module is shown for the tensors in it, not for its own name.
        const bool isTensor = sourceModel()->index(row, 0, parent).data(TensorModel::TensorRole).toInt() >= 0;
        return isTensor && QSortFilterProxyModel::filterAcceptsRow(row, parent);
    }
};

QString numbersText(const TensorSummary& summary) {
    const archive::TensorStatistics& s = summary.statistics;
    const auto number = [](double value) { return widgets::formatNumber(value); };
    const double zeros =
        s.count > 0 ? 100.0 * static_cast<double>(s.zeros) / static_cast<double>(s.count) : 0;
    QStringList parts{TensorView::tr("min %1").arg(number(s.minimum)),
                      TensorView::tr("max %1").arg(number(s.maximum)),
                      TensorView::tr("mean %1").arg(number(s.mean)),
                      TensorView::tr("std %1").arg(number(s.standardDeviation)),
                      TensorView::tr("norm %1").arg(number(summary.norm)),
                      TensorView::tr("zeros %1 %").arg(widgets::formatNumber(zeros, 3))};
    if (s.nans > 0) parts.append(TensorView::tr("NaN %1").arg(widgets::formatCount(s.nans)));
    if (s.infinities > 0) parts.append(TensorView::tr("infinite %1").arg(widgets::formatCount(s.infinities)));
    return parts.join(QStringLiteral("   "));
}

} // namespace

TensorView::TensorView(std::shared_ptr<const archive::Checkpoint> checkpoint, JobRunner& jobs,
                       QWidget* parent)
    : QWidget(parent),
      m_checkpoint(std::move(checkpoint)),
      m_jobs(jobs),
      m_model(new TensorModel(this)),
      m_proxy(new TensorProxy(this)),
      m_tree(new QTreeView) {
    m_model->setCheckpoint(m_checkpoint);
    m_proxy->setSourceModel(m_model);
    m_tree->setModel(m_proxy);
    m_tree->setAccessibleName(tr("Tensors"));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setItemDelegate(new widgets::RowDelegate(m_tree));
    m_tree->setAllColumnsShowFocus(true);
    m_tree->setFont(widgets::monospace(font()));
    m_tree->setIndentation(2 * kGrid);
    const int em = m_tree->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    m_tree->header()->setFont(font());
    m_tree->header()->resizeSection(TensorModel::NameColumn, 34 * em);
    for (int column = TensorModel::DTypeColumn; column < TensorModel::ColumnCount; ++column) {
        m_tree->header()->resizeSection(column, (column == TensorModel::ShapeColumn ? 17 : 11) * em);
    }
    m_tree->header()->setStretchLastSection(false);
    m_tree->setSortingEnabled(true);
    m_tree->header()->setSortIndicator(-1, Qt::AscendingOrder);
    m_proxy->sort(-1);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(makeBar());
    layout->addWidget(m_tree, 1);
    layout->addWidget(makeDetails());
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &TensorView::showCurrent);
    group(true);
    qint64 elements = 0;
    for (const archive::Tensor& tensor : m_checkpoint->tensors())
        elements += tensor.elementCount();
    constexpr qint64 kQuickElements = 20'000'000; // less than a second in the background
    if (elements <= kQuickElements) summarizeAll();
}

QWidget* TensorView::makeBar() {
    auto* const bar = new QWidget;
    auto* const row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    m_filter = new QLineEdit;
    m_filter->setPlaceholderText(tr("Filter tensors"));
    m_filter->setAccessibleName(tr("Filter tensors"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_group = new QToolButton;
    m_group->setText(tr("By module"));
    m_group->setToolTip(tr("Group the tensors by module; off: one flat list that sorts as a whole"));
    m_group->setCheckable(true);
    m_group->setChecked(true);
    m_group->setAutoRaise(true);
    m_all = new QPushButton(tr("Statistics"));
    m_all->setToolTip(tr("Compute mean, spread and range of every tensor"));
    row->addWidget(m_filter, 1);
    row->addWidget(m_group);
    row->addWidget(m_all);
    connect(m_filter, &QLineEdit::textChanged, this, &TensorView::filter);
    connect(m_group, &QToolButton::toggled, this, &TensorView::group);
    connect(m_all, &QPushButton::clicked, this, &TensorView::summarizeAll);
    return bar;
}

QWidget* TensorView::makeDetails() {
    auto* const details = new QWidget;
    auto* const layout = new QVBoxLayout(details);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* const row = new QHBoxLayout;
    m_name = new QLabel;
    m_name->setFont(widgets::monospace(font()));
    m_name->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_export = new QPushButton(widgets::icon(QStringLiteral("export")), tr("Export…"));
    m_export->setToolTip(tr("Write the tensor as .npy"));
    connect(m_export, &QPushButton::clicked, this, &TensorView::exportCurrent);
    row->addWidget(m_name, 1);
    row->addWidget(m_export);
    m_numbers = new QLabel;
    m_numbers->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_numbers->setWordWrap(true);
    m_histogram = new widgets::Histogram;
    layout->addLayout(row);
    layout->addWidget(m_numbers);
    layout->addWidget(m_histogram);
    return details;
}

void TensorView::focusFilter() {
    m_filter->setFocus();
    m_filter->selectAll();
}

QString TensorView::jobKey(const char* what) const {
    return QStringLiteral("archive.%1.%2").arg(QLatin1String(what)).arg(reinterpret_cast<quintptr>(this));
}

int TensorView::currentTensor() const {
    const QModelIndex index = m_tree->currentIndex();
    return index.isValid() ? index.data(TensorModel::TensorRole).toInt() : -1;
}

void TensorView::group(bool on) {
    m_model->setGrouped(on);
    m_tree->setRootIsDecorated(on);
    m_tree->setColumnHidden(TensorModel::DTypeColumn, false);
    constexpr int kFewTensors = 200;
    if (m_model->tensorCount() <= kFewTensors)
        m_tree->expandAll();
    else
        m_tree->expandToDepth(0);
    m_tree->setCurrentIndex(m_proxy->index(0, 0));
    showCurrent();
}

void TensorView::filter(const QString& text) {
    m_proxy->setFilterFixedString(text.trimmed());
    if (!text.isEmpty()) m_tree->expandAll();
}

void TensorView::showCurrent() {
    const int tensor = currentTensor();
    m_export->setEnabled(tensor >= 0);
    m_histogram->setBins({}, 0, 0);
    m_numbers->clear();
    if (tensor < 0) {
        const QModelIndex index = m_tree->currentIndex();
        m_name->setText(index.isValid() ? index.data(TensorModel::NameRole).toString() : QString());
        m_numbers->setText(tr("Select a tensor to see its values."));
        return;
    }
    const archive::Tensor& chosen = m_model->tensor(tensor);
    m_name->setText(QString::fromStdString(chosen.name));
    m_name->setToolTip(m_name->text());
    if (m_model->summary(tensor)) {
        showSummary(tensor);
        return;
    }
    m_jobs.run(
        jobKey("current"), this,
        [checkpoint = m_checkpoint, tensor](std::stop_token stop) {
            return summarize(checkpoint->tensors()[static_cast<std::size_t>(tensor)], stop);
        },
        [this, tensor](const std::optional<TensorSummary>& summary) {
            if (summary) m_model->setSummary(tensor, *summary);
            if (tensor != currentTensor()) return;
            if (summary)
                showSummary(tensor);
            else
                m_numbers->setText(tr("There are no statistics for complex numbers."));
        });
}

void TensorView::showSummary(int tensor) {
    const TensorSummary& summary = *m_model->summary(tensor);
    m_numbers->setText(numbersText(summary));
    const bool hasValues = summary.statistics.count > summary.statistics.nans + summary.statistics.infinities;
    m_histogram->setBins(hasValues
                             ? std::vector<std::int64_t>(summary.histogram.begin(), summary.histogram.end())
                             : std::vector<std::int64_t>(),
                         summary.statistics.minimum, summary.statistics.maximum);
}

void TensorView::summarizeAll() {
    m_all->setEnabled(false);
    m_all->setText(tr("Computing…"));
    using Summaries = std::vector<std::optional<TensorSummary>>;
    m_jobs.run(
        jobKey("all"), this,
        [checkpoint = m_checkpoint](std::stop_token stop) {
            Summaries summaries;
            for (const archive::Tensor& tensor : checkpoint->tensors()) {
                if (stop.stop_requested()) break;
                summaries.push_back(summarize(tensor, stop));
            }
            return summaries;
        },
        [this](const Summaries& summaries) {
            for (std::size_t i = 0; i < summaries.size(); ++i) {
                if (summaries[i]) m_model->setSummary(static_cast<int>(i), *summaries[i]);
            }
            m_all->setText(tr("Statistics"));
            if (m_tree->header()->sortIndicatorSection() >= TensorModel::MeanColumn) {
                m_proxy->sort(m_tree->header()->sortIndicatorSection(),
                              m_tree->header()->sortIndicatorOrder());
            }
            showCurrent();
        });
}

void TensorView::exportCurrent() {
    const int tensor = currentTensor();
    if (tensor < 0) return;
    const QString name = QString::fromStdString(m_model->tensor(tensor).name);
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Export tensor"), name + QStringLiteral(".npy"), tr("NumPy arrays (*.npy)"));
    if (file.isEmpty()) return;
    m_jobs.run(
        QString(), this,
        [checkpoint = m_checkpoint, tensor, file](std::stop_token) {
            return archive::writeNpy(file.toStdString(),
                                     checkpoint->tensors()[static_cast<std::size_t>(tensor)]);
        },
        [this, file](const Status& status) {
            Q_EMIT statusMessage(status ? tr("Wrote %1").arg(file)
                                        : QString::fromStdString(status.error().message()));
        });
}

} // namespace fathom::app
