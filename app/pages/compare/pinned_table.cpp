// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/pinned_table.h"

#include "widgets/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableView>

#include <numeric>

namespace fathom::app {

PinnedTable::PinnedTable(QAbstractItemModel* model, QAbstractItemDelegate* delegate, int pinned,
                         QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_pinned(pinned),
      m_splitter(new QSplitter(this)),
      m_left(makeView(delegate)),
      m_right(makeView(delegate)) {
    m_splitter->setHandleWidth(1);
    m_splitter->addWidget(m_left);
    m_splitter->addWidget(m_right);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setChildrenCollapsible(false);
    m_right->setSelectionModel(m_left->selectionModel());
    m_left->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    // Else the halves would differ in height where only one scrolls sideways.
    m_left->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    m_right->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    connect(m_left->verticalScrollBar(), &QScrollBar::valueChanged, m_right->verticalScrollBar(),
            &QScrollBar::setValue);
    connect(m_right->verticalScrollBar(), &QScrollBar::valueChanged, m_left->verticalScrollBar(),
            &QScrollBar::setValue);
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);
    setFocusProxy(m_left);
    connect(m_left->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) { Q_EMIT currentChanged(index); });
    connect(model, &QAbstractItemModel::modelReset, this, &PinnedTable::applyPinning);
    connect(model, &QAbstractItemModel::columnsInserted, this, &PinnedTable::applyPinning);
    applyPinning();
}

QTableView* PinnedTable::makeView(QAbstractItemDelegate* delegate) {
    auto* const view = new QTableView;
    view->setModel(m_model);
    view->setItemDelegate(delegate);
    view->setFrameShape(QFrame::NoFrame);
    view->setShowGrid(false);
    view->setWordWrap(false);
    view->setTabKeyNavigation(false);
    view->setSelectionMode(QAbstractItemView::SingleSelection);
    view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setContextMenuPolicy(Qt::ActionsContextMenu);
    view->verticalHeader()->hide();
    view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view->verticalHeader()->setDefaultSectionSize(view->fontMetrics().height() + widgets::kGrid + 4);
    QHeaderView* const header = view->horizontalHeader();
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setTextElideMode(Qt::ElideMiddle);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this, [this, header](const QPoint& position) {
        Q_EMIT headerMenuRequested(header->logicalIndexAt(position), header->mapToGlobal(position));
    });
    connect(view, &QTableView::activated, this, &PinnedTable::activated);
    view->installEventFilter(this);
    return view;
}

void PinnedTable::applyPinning() {
    for (int column = 0; column < m_model->columnCount(); ++column) {
        const bool isPinned = column < m_pinned;
        m_left->setColumnHidden(column, !isPinned);
        m_right->setColumnHidden(column, isPinned);
        const int width = isPinned ? m_pinnedWidths.value(column, m_otherWidth) : m_otherWidth;
        (isPinned ? m_left : m_right)->setColumnWidth(column, width);
    }
    const bool hasOthers = m_model->columnCount() > m_pinned;
    m_right->setVisible(hasOthers);
}

void PinnedTable::setColumnWidths(const QList<int>& pinned, int others) {
    m_pinnedWidths = pinned;
    m_otherWidth = others;
    applyPinning();
    const int left = std::accumulate(pinned.begin(), pinned.end(), 2);
    m_splitter->setSizes({left, std::max(left, 4 * others)});
    m_left->setMinimumWidth(std::min(left, 280));
}

void PinnedTable::showRows() {
    for (QTableView* const view : {m_left, m_right})
        view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_right->horizontalHeader()->setStretchLastSection(true);
}

void PinnedTable::setAccessibleNames(const QString& name) {
    m_left->setAccessibleName(name);
    m_right->setAccessibleName(tr("%1: the other runs").arg(name));
}

void PinnedTable::setRowHeight(int height) {
    for (QTableView* const view : {m_left, m_right})
        view->verticalHeader()->setDefaultSectionSize(height);
}

void PinnedTable::enableSorting() {
    for (QTableView* const view : {m_left, m_right}) {
        QTableView* const other = view == m_left ? m_right : m_left;
        view->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
        view->setSortingEnabled(true);
        // One arrow for both halves.
        connect(view->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this, [other](int column) {
            const QSignalBlocker blocker(other->horizontalHeader());
            if (column >= 0) other->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
            other->horizontalHeader()->viewport()->update();
        });
    }
}

void PinnedTable::sortBy(int column, Qt::SortOrder order) {
    (column < m_pinned ? m_left : m_right)->sortByColumn(column, order);
}

void PinnedTable::addTableAction(QAction* action) {
    m_left->addAction(action);
    m_right->addAction(action);
}

QModelIndex PinnedTable::currentIndex() const {
    return m_left->currentIndex();
}

void PinnedTable::setCurrentIndex(const QModelIndex& index) {
    m_left->setCurrentIndex(index);
    (index.column() < m_pinned ? m_left : m_right)->scrollTo(index);
}

/// The arrow keys lead from one half into the other.
bool PinnedTable::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Space && static_cast<QKeyEvent*>(event)->modifiers() == Qt::NoModifier) {
        Q_EMIT spacePressed();
        return true;
    }
    const QModelIndex current = currentIndex();
    if (!current.isValid()) return QWidget::eventFilter(watched, event);
    if (watched == m_left && key == Qt::Key_Right && current.column() == m_pinned - 1 &&
        m_model->columnCount() > m_pinned) {
        setCurrentIndex(current.siblingAtColumn(m_pinned));
        m_right->setFocus(Qt::TabFocusReason);
        return true;
    }
    if (watched == m_right && key == Qt::Key_Left && current.column() == m_pinned) {
        setCurrentIndex(current.siblingAtColumn(m_pinned - 1));
        m_left->setFocus(Qt::TabFocusReason);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace fathom::app
