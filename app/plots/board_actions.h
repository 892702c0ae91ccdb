// SPDX-License-Identifier: GPL-3.0-or-later
// What a user can do with a board and with one of its plots, beyond looking.
#pragma once

#include <QObject>
#include <QPointer>
#include <QString>

class QAction;
class QMenu;

namespace fathom::app {

class AppContext;
class PlotBoard;
class PlotTile;

/// A child of the board. Registers the board's actions as "<page>.plots.…".
class BoardActions : public QObject {
    Q_OBJECT
public:
    BoardActions(PlotBoard& board, AppContext& context, const QString& page);

private:
    void addBoardActions(const QString& page);
    void update();
    void fillMenu(QMenu* menu, PlotTile* tile);
    void addPlot();
    void editPlot(PlotTile* tile);
    void saveAs();
    void removeBoard();
    void exportPlot(PlotTile* tile);
    void exportAll();
    void copyImage(PlotTile* tile);
    void addMenuButton(PlotTile* tile);
    void chooseColumns();
    void chooseScale();

    PlotBoard& m_board;
    AppContext& m_context;
    QAction* m_undo = nullptr;
    QAction* m_rest = nullptr;
    QAction* m_clip = nullptr;
    QAction* m_removeBoard = nullptr;
};

} // namespace fathom::app
