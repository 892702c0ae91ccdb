// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/tensor_view.h"

#include "app/bridge/job_runner.h"
#include "app/pages/archive/tensor_detail.h"
#include "engine/archive/npy.h"
#include "widgets/icon.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QFileDialog>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

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

} // namespace

TensorView::TensorView(JobRunner& jobs, QWidget* parent)
    : QWidget(parent),
      m_jobs(jobs),
      m_model(new TensorModel(this)),
      m_proxy(new TensorProxy(this)),
      m_tree(new QTreeView),
      m_detail(new TensorDetail(jobs)) {
    makeTable();
    auto* const splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGrid);
    splitter->addWidget(m_tree);
    splitter->addWidget(m_detail);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({54 * kGrid, 46 * kGrid});
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(makeBar());
    layout->addWidget(splitter, 1);
    setFocusProxy(m_tree);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &TensorView::showCurrent);
    connect(m_detail, &TensorDetail::exportRequested, this, &TensorView::exportCurrent);
}

void TensorView::makeTable() {
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
        m_tree->header()->resizeSection(column, (column == TensorModel::ShapeColumn ? 17 : 12) * em);
    }
    m_tree->header()->setStretchLastSection(false);
    m_tree->setSortingEnabled(true);
    m_tree->header()->setSortIndicator(-1, Qt::AscendingOrder);
    m_proxy->sort(-1);
}

void TensorView::setTensors(std::shared_ptr<const StateDict> tensors) {
    if (tensors == m_tensors) return;
    const bool isFirst = !m_tensors;
    const QSet<QString> open = openModules();
    const QString name = m_tree->currentIndex().data(TensorModel::NameRole).toString();
    m_tensors = std::move(tensors);
    m_model->setTensors(m_tensors);
    const bool isConverted = std::ranges::any_of(
        *m_tensors, [](const archive::StateDictEntry& entry) { return entry.dtype != entry.tensor.dtype; });
    const int em = m_tree->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    const int width = (isConverted ? 21 : 12) * em;
    if (m_tree->header()->sectionSize(TensorModel::DTypeColumn) < width)
        m_tree->header()->resizeSection(TensorModel::DTypeColumn, width);
    m_tree->setRootIsDecorated(m_model->isGrouped());
    if (isFirst)
        expandByDefault();
    else
        openAgain(open);
    if (isFirst && m_model->tensorCount() > 0)
        selectTensor(QString::fromStdString(m_model->tensor(0).name));
    else if (!selectTensor(name))
        m_tree->setCurrentIndex(m_proxy->index(0, 0));
    showCurrent();
    qint64 elements = 0;
    bool isKnown = true;
    for (int i = 0; i < m_model->tensorCount(); ++i) {
        elements += m_model->tensor(i).elementCount();
        isKnown = isKnown && m_model->summary(i).has_value();
    }
    constexpr qint64 kQuickElements = 20'000'000; // less than a second in the background
    if (!isKnown && elements <= kQuickElements) summarizeAll();
}

/// Dotted names of the modules that are open.
QSet<QString> TensorView::openModules() const {
    QSet<QString> names;
    const auto collect = [&](const auto& self, const QModelIndex& parent, const QString& path) -> void {
        for (int row = 0; row < m_proxy->rowCount(parent); ++row) {
            const QModelIndex index = m_proxy->index(row, 0, parent);
            if (!m_tree->isExpanded(index)) continue;
            const QString name = path + index.data(TensorModel::NameRole).toString();
            names.insert(name);
            self(self, index, name + QLatin1Char('.'));
        }
    };
    collect(collect, {}, {});
    return names;
}

void TensorView::openAgain(const QSet<QString>& names) {
    const auto walk = [&](const auto& self, const QModelIndex& parent, const QString& path) -> void {
        for (int row = 0; row < m_proxy->rowCount(parent); ++row) {
            const QModelIndex index = m_proxy->index(row, 0, parent);
            const QString name = path + index.data(TensorModel::NameRole).toString();
            if (!names.contains(name)) continue;
            m_tree->expand(index);
            self(self, index, name + QLatin1Char('.'));
        }
    };
    walk(walk, {}, {});
}

bool TensorView::selectTensor(const QString& name) {
    const QModelIndex index = m_proxy->mapFromSource(m_model->indexOf(name));
    if (!index.isValid()) return false;
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index);
    return true;
}

QString TensorView::currentPattern() const {
    QString pattern;
    for (QModelIndex index = m_tree->currentIndex().siblingAtColumn(0); index.isValid();
         index = index.parent()) {
        const bool isTensor = index.data(TensorModel::TensorRole).toInt() >= 0;
        const QString name = index.data(TensorModel::NameRole).toString();
        if (isTensor) return name; // the whole dotted name
        pattern = name + QLatin1Char('.') + (pattern.isEmpty() ? QStringLiteral("*") : pattern);
    }
    return pattern.isEmpty() ? QStringLiteral("*") : pattern;
}

QWidget* TensorView::makeBar() {
    auto* const bar = new QWidget;
    m_bar = new QHBoxLayout(bar);
    m_bar->setContentsMargins(0, 0, 0, 0);
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
    m_bar->addWidget(m_filter, 1);
    m_bar->addWidget(m_group);
    m_bar->addWidget(m_all);
    connect(m_filter, &QLineEdit::textChanged, this, &TensorView::filter);
    connect(m_group, &QToolButton::toggled, this, &TensorView::group);
    connect(m_all, &QPushButton::clicked, this, &TensorView::summarizeAll);
    return bar;
}

void TensorView::setEditActions(const QList<QAction*>& actions) {
    m_tree->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_tree->addActions(actions);
    auto* const menu = new QMenu(this);
    menu->addActions(actions);
    auto* const button = new QPushButton(widgets::icon(QStringLiteral("edit")), tr("Edit"));
    button->setToolTip(tr("Convert, rename or drop the chosen tensors"));
    button->setMenu(menu);
    m_bar->addWidget(button);
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
    const QString name = m_tree->currentIndex().data(TensorModel::NameRole).toString();
    m_model->setGrouped(on);
    m_tree->setRootIsDecorated(on);
    expandByDefault();
    if (!selectTensor(name)) m_tree->setCurrentIndex(m_proxy->index(0, 0));
    showCurrent();
}

void TensorView::expandByDefault() {
    constexpr int kFewTensors = 200;
    if (m_model->tensorCount() <= kFewTensors || !m_filter->text().isEmpty())
        m_tree->expandAll();
    else
        m_tree->expandToDepth(0);
}

void TensorView::filter(const QString& text) {
    m_proxy->setFilterFixedString(text.trimmed());
    if (!text.isEmpty()) m_tree->expandAll();
}

void TensorView::showCurrent() {
    const int tensor = currentTensor();
    if (tensor < 0) {
        const QModelIndex index = m_tree->currentIndex();
        m_detail->clear(index.isValid() ? index.data(TensorModel::NameRole).toString() : QString());
        return;
    }
    m_detail->setTensor(m_model->tensor(tensor));
    if (m_model->summary(tensor)) return m_detail->setSummary(m_model->summary(tensor));
    m_jobs.run(
        jobKey("current"), this,
        [tensors = m_tensors, tensor](std::stop_token stop) {
            return summarize((*tensors)[static_cast<std::size_t>(tensor)].tensor, stop);
        },
        [this, tensor, tensors = m_tensors](const std::optional<TensorSummary>& summary) {
            if (tensors != m_tensors) return; // there are others by now
            if (summary) m_model->setSummary(tensor, *summary);
            if (tensor == currentTensor()) m_detail->setSummary(summary);
        });
}

void TensorView::summarizeAll() {
    m_all->setEnabled(false);
    m_all->setText(tr("Computing…"));
    using Summaries = std::vector<std::optional<TensorSummary>>;
    m_jobs.run(
        jobKey("all"), this,
        [tensors = m_tensors](std::stop_token stop) {
            Summaries summaries;
            for (const archive::StateDictEntry& entry : *tensors) {
                if (stop.stop_requested()) break;
                summaries.push_back(summarize(entry.tensor, stop));
            }
            return summaries;
        },
        [this, tensors = m_tensors](const Summaries& summaries) {
            m_all->setEnabled(true);
            m_all->setText(tr("Statistics"));
            if (tensors != m_tensors) return;
            for (std::size_t i = 0; i < summaries.size(); ++i) {
                if (summaries[i]) m_model->setSummary(static_cast<int>(i), *summaries[i]);
            }
            if (m_tree->header()->sortIndicatorSection() >= TensorModel::MeanColumn) {
                m_proxy->sort(m_tree->header()->sortIndicatorSection(),
                              m_tree->header()->sortIndicatorOrder());
            }
            if (currentTensor() >= 0) m_detail->setSummary(m_model->summary(currentTensor()));
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
        [tensors = m_tensors, tensor, file](std::stop_token) {
            return archive::writeNpy(file.toStdString(), (*tensors)[static_cast<std::size_t>(tensor)].tensor);
        },
        [this, file](const Status& status) {
            Q_EMIT statusMessage(status ? tr("Wrote %1").arg(file)
                                        : QString::fromStdString(status.error().message()));
        });
}

} // namespace fathom::app
