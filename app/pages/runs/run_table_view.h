// SPDX-License-Identifier: GPL-3.0-or-later
// The table of runs on screen: columns that stay in place while the others scroll, sorting by several
// headers, and a selection of runs that outlives a filter or a sort.
#pragma once

#include "app/models/run_table_model.h"

#include <QHash>
#include <QTableView>

namespace fathom::app {

class Sparklines;

class RunTableView : public QTableView {
    Q_OBJECT
public:
    /// Both outlive the view.
    RunTableView(RunTableModel& model, Sparklines& sparklines, QWidget* parent = nullptr);

    /// The first columns do not scroll sideways.
    void setPinnedCount(int columns);
    [[nodiscard]] int pinnedCount() const { return m_pinnedCount; }
    /// Widths by field, as query::text() writes it; fields without one get a fitting width.
    void setWidths(const QHash<QString, int>& widths);
    [[nodiscard]] QHash<QString, int> widths() const;
    /// The fields in the order in which they are on screen.
    [[nodiscard]] std::vector<query::Field> columnOrder() const;

    /// In the order of the table.
    [[nodiscard]] std::vector<store::RunId> selectedRuns() const;
    /// The run of the current line, or nullptr.
    [[nodiscard]] const store::Run* currentRun() const;
    /// It alone, and makes it the current one.
    void selectLine(int line);
    void selectFirstRun();
    /// Scrolls sideways to it, where it is out of sight.
    void showColumn(int column);

    void setModel(QAbstractItemModel* model) override;
    void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;

Q_SIGNALS:
    /// The user clicked a header; with Shift it is to become one more key.
    void sortRequested(int column, bool isFurther);
    /// The user moved a column.
    void columnsMoved();
    void markRequested();
    void runActivated();
    void headerMenuRequested(int column, const QPoint& globalPosition);
    void runSelectionChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;

private:
    void setUp(QTableView& view);
    void setUpHeader(QTableView& view);
    void applyColumns();
    void placePinned();
    void keepSelection();
    void restoreSelection();
    /// In the trash or archived.
    [[nodiscard]] bool isPutAway(store::RunId id) const;
    void activate(const QModelIndex& index);
    [[nodiscard]] int pinnedWidth() const;
    [[nodiscard]] int fittingWidth(int column) const;

    RunTableModel& m_runs;
    Sparklines& m_sparklines;
    QTableView* m_pinned;
    int m_pinnedCount = 0;
    QHash<QString, int> m_widths;
    std::vector<store::RunId> m_kept; ///< selected before a reset
    std::optional<store::RunId> m_keptCurrent;
    int m_keptColumn = 0;
    int m_keptLine = -1;
    int m_keptSideways = 0; ///< how far the columns were scrolled
    bool m_isApplying = false;
};

} // namespace fathom::app
