// SPDX-License-Identifier: GPL-3.0-or-later
// A table whose first columns stay while the others scroll: two views on one model and one selection.
#pragma once

#include <QWidget>

class QAbstractItemDelegate;
class QAbstractItemModel;
class QModelIndex;
class QSplitter;
class QTableView;

namespace fathom::app {

class PinnedTable : public QWidget {
    Q_OBJECT
public:
    /// `pinned` columns stay. The model and the delegate have to outlive the table.
    PinnedTable(QAbstractItemModel* model, QAbstractItemDelegate* delegate, int pinned,
                QWidget* parent = nullptr);

    /// Named in both halves.
    void setAccessibleNames(const QString& name);
    void setColumnWidths(const QList<int>& pinned, int others);
    void setRowHeight(int height);
    /// A row is chosen as a whole, and the last column takes what room is left.
    void showRows();
    /// Headings sort from now on.
    void enableSorting();
    void sortBy(int column, Qt::SortOrder order);
    void addTableAction(QAction* action);
    [[nodiscard]] QModelIndex currentIndex() const;
    void setCurrentIndex(const QModelIndex& index);
    [[nodiscard]] QTableView* pinnedView() const { return m_left; }
    [[nodiscard]] QTableView* scrolledView() const { return m_right; }

Q_SIGNALS:
    void currentChanged(const QModelIndex& index);
    void activated(const QModelIndex& index);
    void spacePressed();
    /// A column's heading was asked for its menu.
    void headerMenuRequested(int column, const QPoint& globalPosition);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QTableView* makeView(QAbstractItemDelegate* delegate);
    void applyPinning();
    QAbstractItemModel* m_model;
    int m_pinned;
    QSplitter* m_splitter;
    QTableView* m_left;
    QTableView* m_right;
    QList<int> m_pinnedWidths;
    int m_otherWidth = 160;
};

} // namespace fathom::app
