// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/sample_table.h"

#include "app/models/sample_model.h"
#include "app/samples/aligned_text.h"
#include "app/samples/alignment_delegate.h"
#include "widgets/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>

namespace fathom::app {

using widgets::kGrid;

namespace {
constexpr int kRoomForTwo = 110 * kGrid; ///< alignments, with all that stands beside them
constexpr int kRoomForOne = 60 * kGrid;
constexpr int kShort = 22 * kGrid; ///< columns: the names of clips, of classes
} // namespace

SampleTable::SampleTable(SampleModel& model, QWidget* parent) : QTableView(parent), m_model(model) {
    setModel(&model);
    setAccessibleName(tr("Samples of the validation"));
    for (const int column : {SampleModel::Pair, SampleModel::Before})
        setItemDelegateForColumn(column, new AlignmentDelegate(this));
    setShowGrid(false);
    setAlternatingRowColors(true);
    setTextElideMode(Qt::ElideMiddle); // clips differ at their ends
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setTabKeyNavigation(false);
    setWordWrap(false);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(alignedLineHeight(font()) + 2);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* const header = horizontalHeader();
    header->setHighlightSections(false);
    header->setSortIndicator(-1, Qt::DescendingOrder);
    header->setSortIndicatorClearable(true);
    header->setSectionResizeMode(SampleModel::Pair, QHeaderView::Stretch);
    header->setSectionResizeMode(SampleModel::Before, QHeaderView::Stretch);
    header->resizeSection(SampleModel::Error, 10 * kGrid);
    header->resizeSection(SampleModel::CharacterError, 8 * kGrid);
    header->resizeSection(SampleModel::Change, 13 * kGrid);
    header->resizeSection(SampleModel::Clip, kShort);
    setSortingEnabled(true);
    updateColumns();
}

void SampleTable::updateColumns() {
    const bool isTight = width() < (m_model.hasColumn(SampleModel::Before) ? kRoomForTwo : kRoomForOne);
    // The texts that are judged are long; names of classes are short, and what they are classes of is not.
    const bool areClasses = m_model.set() && m_model.set()->kind == SampleKind::Classes;
    const auto mode = [](bool isLong) { return isLong ? QHeaderView::Stretch : QHeaderView::Interactive; };
    if (horizontalHeader()->sectionResizeMode(SampleModel::Clip) != mode(areClasses)) {
        horizontalHeader()->setSectionResizeMode(SampleModel::Pair, mode(!areClasses));
        horizontalHeader()->setSectionResizeMode(SampleModel::Clip, mode(areClasses));
        horizontalHeader()->resizeSection(areClasses ? SampleModel::Pair : SampleModel::Clip, kShort);
    }
    for (int column = 0; column < SampleModel::ColumnCount; ++column) {
        const bool isLess =
            (column == SampleModel::Clip && !areClasses) || column == SampleModel::CharacterError;
        const bool isHidden = !m_model.hasColumn(column) || (isTight && isLess);
        if (isColumnHidden(column) != isHidden) setColumnHidden(column, isHidden);
    }
}

void SampleTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    updateColumns();
}

void SampleTable::selectSample(int sample) {
    const int row = sample < 0 ? -1 : m_model.rowOf(sample);
    if (row < 0) return;
    const QModelIndex index = m_model.index(row, SampleModel::Pair);
    setCurrentIndex(index);
    scrollTo(index);
}

void SampleTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (current.isValid() && current.row() == previous.row()) return;
    Q_EMIT sampleChanged(current.isValid() ? m_model.sampleAt(current.row()) : -1);
}

void SampleTable::copyRow() const {
    if (!currentIndex().isValid()) return;
    const auto sample = static_cast<std::size_t>(m_model.sampleAt(currentIndex().row()));
    const store::Sample& s = m_model.set()->samples[sample];
    QGuiApplication::clipboard()->setText(QStringLiteral("%1\t%2\t%3")
                                              .arg(QString::fromStdString(s.source),
                                                   QString::fromStdString(s.reference),
                                                   QString::fromStdString(s.prediction)));
}

void SampleTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) return copyRow();
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier) return Q_EMIT playRequested();
    QTableView::keyPressEvent(event);
}

} // namespace fathom::app
