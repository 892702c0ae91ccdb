// SPDX-License-Identifier: GPL-3.0-or-later
// A table of rows that can be chosen, looking like the other tables of the window.
#pragma once

#include <QTableView>

namespace fathom::app {

class FigureTable : public QTableView {
    Q_OBJECT
public:
    /// The model must outlive the table's last use. `name` is the accessible one.
    FigureTable(QAbstractItemModel* model, const QString& name, QWidget* parent = nullptr);

Q_SIGNALS:
    /// A row was clicked, or Enter was pressed on it.
    void rowChosen(int row);

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

} // namespace fathom::app
