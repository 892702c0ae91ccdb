// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_table_view.h"

#include "app/pages/runs/run_delegate.h"
#include "app/pages/runs/sparklines.h"
#include "widgets/theme.h"

#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QScrollBar>
#include <QTimer>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr int kMostTitleLetters = 32; ///< of a header that makes its column wider
constexpr int kCurveLetters = 6;      ///< more, where a curve stands before the number

/// In widths of an average letter.
int lettersFor(const query::Field& field) {
    if (field.kind == query::Field::Kind::Metric) return 15;
    if (field.kind != query::Field::Kind::Attribute) return 14;
    static const std::pair<const char*, int> kLetters[] = {
        {"run", 26},     {"state", 14},     {"started", 17},  {"ended", 17},
        {"created", 17}, {"updated", 17},   {"duration", 13}, {"step", 18},
        {"config", 18},  {"tags", 20},      {"note", 30},     {"overrides", 30},
        {"command", 40}, {"directory", 40}, {"error", 40},    {"name", 22}};
    for (const auto& [name, letters] : kLetters)
        if (field.name == name) return letters;
    return 12;
}

} // namespace

RunTableView::RunTableView(RunTableModel& model, Sparklines& sparklines, QWidget* parent)
    : QTableView(parent), m_runs(model), m_sparklines(sparklines), m_pinned(new QTableView(this)) {
    setUp(*this);
    setUp(*m_pinned);
    setAccessibleName(tr("Runs"));
    m_pinned->setAccessibleName(tr("Runs, pinned columns"));
    m_pinned->setFrameShape(QFrame::NoFrame);
    m_pinned->setFocusProxy(this);
    m_pinned->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_pinned->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_pinned->hide();
    setModel(&model);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, m_pinned->verticalScrollBar(),
            &QScrollBar::setValue);
    connect(m_pinned->verticalScrollBar(), &QScrollBar::valueChanged, verticalScrollBar(),
            &QScrollBar::setValue);
    for (QTableView* view : {static_cast<QTableView*>(this), m_pinned})
        connect(view, &QTableView::activated, this, &RunTableView::activate);
    connect(&sparklines, &Sparklines::changed, this, [this] {
        viewport()->update();
        m_pinned->viewport()->update();
    });
    connect(&model, &RunTableModel::runsChanged, &sparklines, &Sparklines::noteChanged);
}

void RunTableView::setUp(QTableView& view) {
    view.setItemDelegate(new RunDelegate(m_runs, m_sparklines, &view));
    view.setShowGrid(false);
    view.setAlternatingRowColors(true);
    view.setWordWrap(false);
    view.setTabKeyNavigation(false);
    view.setEditTriggers(NoEditTriggers);
    view.setSelectionBehavior(SelectRows);
    view.setSelectionMode(ExtendedSelection);
    view.setHorizontalScrollMode(ScrollPerPixel);
    view.setVerticalScrollMode(ScrollPerPixel);
    view.verticalHeader()->hide();
    view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed); // 20,000 rows of one height
    view.verticalHeader()->setDefaultSectionSize(view.fontMetrics().height() + 12);
    view.setTextElideMode(Qt::ElideMiddle); // runs of a sweep differ at their ends
    view.setContextMenuPolicy(Qt::CustomContextMenu);
    setUpHeader(view);
}

void RunTableView::setUpHeader(QTableView& view) {
    QHeaderView* header = view.horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionsMovable(&view == this);
    header->setSectionsClickable(true);
    header->setTextElideMode(Qt::ElideMiddle);
    header->setMinimumSectionSize(4 * widgets::kGrid);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::sectionClicked, this, [this](int column) {
        Q_EMIT sortRequested(column, QGuiApplication::keyboardModifiers().testFlag(Qt::ShiftModifier));
    });
    connect(header, &QHeaderView::customContextMenuRequested, this, [this, header](const QPoint& at) {
        Q_EMIT headerMenuRequested(header->logicalIndexAt(at), header->mapToGlobal(at));
    });
    connect(header, &QHeaderView::sectionResized, this, [this, header](int column, int, int width) {
        if (m_isApplying) return;
        m_isApplying = true;
        QTableView* const other = header == horizontalHeader() ? m_pinned : this;
        other->setColumnWidth(column, width);
        m_isApplying = false;
        m_widths.insert(m_runs.headerData(column, Qt::Horizontal, RunTableModel::FieldRole).toString(),
                        width);
        placePinned();
    });
    if (&view == this)
        connect(header, &QHeaderView::sectionMoved, this, [this] {
            if (!m_isApplying)
                QTimer::singleShot(0, this, &RunTableView::columnsMoved); // the drag ends first
        });
}

void RunTableView::setModel(QAbstractItemModel* model) {
    QTableView::setModel(model);
    m_pinned->setModel(model);
    m_pinned->setSelectionModel(selectionModel());
    connect(model, &QAbstractItemModel::modelAboutToBeReset, this, &RunTableView::keepSelection);
    connect(model, &QAbstractItemModel::modelReset, this, [this] {
        applyColumns();
        restoreSelection();
        executeDelayedItemsLayout(); // it ends the reset, which may change how far there is to scroll
        horizontalScrollBar()->setValue(m_keptSideways);
    });
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &RunTableView::runSelectionChanged);
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &RunTableView::runSelectionChanged);
    applyColumns();
}

void RunTableView::setPinnedCount(int columns) {
    m_pinnedCount = columns;
    applyColumns();
}

void RunTableView::setWidths(const QHash<QString, int>& widths) {
    m_widths = widths;
    applyColumns();
}

QHash<QString, int> RunTableView::widths() const {
    return m_widths;
}

std::vector<query::Field> RunTableView::columnOrder() const {
    std::vector<query::Field> order;
    for (int visual = 0; visual < horizontalHeader()->count(); ++visual)
        order.push_back(m_runs.columns()[static_cast<std::size_t>(horizontalHeader()->logicalIndex(visual))]);
    return order;
}

int RunTableView::fittingWidth(int column) const {
    const query::Field& field = m_runs.columns()[static_cast<std::size_t>(column)];
    const int letters = lettersFor(field) + (showsCurve(m_runs, column) ? kCurveLetters : 0);
    const int room = letters * fontMetrics().averageCharWidth() + 2 * widgets::kGrid;
    const int title = horizontalHeader()->sectionSizeHint(column);
    return std::max(room, std::min(title, kMostTitleLetters * fontMetrics().averageCharWidth()));
}

/// The model's order is the order on screen: what the header was dragged to is in the model by now.
void RunTableView::applyColumns() {
    m_isApplying = true;
    const auto& fields = m_runs.columns();
    for (int column = 0; column < static_cast<int>(fields.size()); ++column) {
        const query::Field& field = fields[static_cast<std::size_t>(column)];
        QHeaderView* const header = horizontalHeader();
        if (header->visualIndex(column) != column) header->moveSection(header->visualIndex(column), column);
        const int width = m_widths.value(QString::fromStdString(query::text(field)), fittingWidth(column));
        if (columnWidth(column) != width) setColumnWidth(column, width);
        if (m_pinned->columnWidth(column) != width) m_pinned->setColumnWidth(column, width);
        const bool isHidden = column >= m_pinnedCount;
        if (m_pinned->isColumnHidden(column) != isHidden) m_pinned->setColumnHidden(column, isHidden);
    }
    m_isApplying = false;
    placePinned();
}

int RunTableView::pinnedWidth() const {
    int width = 0;
    for (int column = 0; column < std::min(m_pinnedCount, m_runs.columnCount()); ++column)
        width += columnWidth(column);
    return width;
}

void RunTableView::placePinned() {
    m_pinned->setVisible(m_pinnedCount > 0 && m_runs.columnCount() > m_pinnedCount);
    m_pinned->setGeometry(frameWidth(), frameWidth(), std::min(pinnedWidth(), viewport()->width()),
                          viewport()->height() + horizontalHeader()->height());
    m_pinned->horizontalHeader()->setFixedHeight(horizontalHeader()->height());
}

void RunTableView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    placePinned();
}

void RunTableView::focusInEvent(QFocusEvent* event) {
    QTableView::focusInEvent(event);
    m_pinned->viewport()->update(); // its selection is drawn as strong as the rest
}

void RunTableView::focusOutEvent(QFocusEvent* event) {
    QTableView::focusOutEvent(event);
    m_pinned->viewport()->update();
}

void RunTableView::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() != QEvent::FontChange && event->type() != QEvent::StyleChange) return;
    for (QTableView* view : {static_cast<QTableView*>(this), m_pinned})
        if (view != nullptr) view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 12);
}

void RunTableView::scrollTo(const QModelIndex& index, ScrollHint hint) {
    if (index.column() >= m_pinnedCount) return QTableView::scrollTo(index, hint);
    // Pinned: it is in sight whatever the others do.
    const int sideways = horizontalScrollBar()->value();
    QTableView::scrollTo(index, hint);
    horizontalScrollBar()->setValue(sideways);
}

void RunTableView::showColumn(int column) {
    const int down = verticalScrollBar()->value();
    scrollTo(m_runs.index(rowAt(0), column));
    verticalScrollBar()->setValue(down);
}

QModelIndex RunTableView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
    const QModelIndex next = QTableView::moveCursor(action, modifiers);
    const bool isCovered = action == MoveLeft && next.isValid() && next.column() >= m_pinnedCount &&
                           visualRect(next).left() < pinnedWidth();
    if (isCovered)
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() + visualRect(next).left() -
                                        pinnedWidth());
    return next;
}

void RunTableView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier) return Q_EMIT markRequested();
    const int line = currentIndex().row();
    const bool isToggle =
        m_runs.isGroup(line) && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right);
    if (isToggle) return m_runs.toggleGroup(line);
    QTableView::keyPressEvent(event);
}

void RunTableView::activate(const QModelIndex& index) {
    if (m_runs.isGroup(index.row()))
        m_runs.toggleGroup(index.row());
    else
        Q_EMIT runActivated();
}

void RunTableView::keepSelection() {
    m_kept = selectedRuns();
    const store::Run* run = currentRun();
    m_keptCurrent = run == nullptr ? std::nullopt : std::optional(run->id);
    m_keptColumn = std::max(0, currentIndex().column());
    m_keptLine = currentIndex().row();
    m_keptSideways = horizontalScrollBar()->value();
}

bool RunTableView::isPutAway(store::RunId id) const {
    const auto row = m_runs.table().rowOf(id);
    return !row || m_runs.table().run(*row).archived;
}

void RunTableView::restoreSelection() {
    if (m_runs.columnCount() == 0) return;
    QItemSelection selection;
    for (const store::RunId id : m_kept)
        if (const int line = m_runs.lineOf(id); line >= 0)
            selection.select(m_runs.index(line, 0), m_runs.index(line, m_runs.columnCount() - 1));
    const int current = m_keptCurrent ? m_runs.lineOf(*m_keptCurrent) : -1;
    if (current >= 0) {
        const QModelIndex index = m_runs.index(current, std::min(m_keptColumn, m_runs.columnCount() - 1));
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
        scrollTo(index);
    } else if (m_keptCurrent && isPutAway(*m_keptCurrent)) { // the next one takes its place
        int line = std::min(m_keptLine, m_runs.rowCount() - 1);
        while (line > 0 && m_runs.isGroup(line))
            --line;
        selectLine(line);
        scrollTo(currentIndex());
        return;
    }
    if (!selection.isEmpty()) selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

std::vector<store::RunId> RunTableView::selectedRuns() const {
    std::vector<int> lines;
    for (const QItemSelectionRange& range : selectionModel()->selection())
        for (int line = range.top(); line <= range.bottom(); ++line)
            lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    std::vector<store::RunId> runs;
    for (const int line : lines)
        if (const store::Run* run = m_runs.run(line)) runs.push_back(run->id);
    return runs;
}

const store::Run* RunTableView::currentRun() const {
    return currentIndex().isValid() ? m_runs.run(currentIndex().row()) : nullptr;
}

void RunTableView::selectFirstRun() {
    int line = 0;
    while (line < m_runs.rowCount() && m_runs.isGroup(line))
        ++line;
    selectLine(line);
}

void RunTableView::selectLine(int line) {
    if (line < 0 || line >= m_runs.rowCount() || m_runs.columnCount() == 0) return;
    // Not selectRow(), which goes by the keys that are held: Ctrl+3 brings the page up.
    selectionModel()->setCurrentIndex(m_runs.index(line, 0),
                                      QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

} // namespace fathom::app
