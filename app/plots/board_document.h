// SPDX-License-Identifier: GPL-3.0-or-later
// The board that is shown: every change of it can be undone and is written to the workspace by itself.
#pragma once

#include "app/plots/board_spec.h"
#include "app/plots/plot_plan.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>
#include <vector>

namespace fathom::app {

class AppContext;

/// Lives on the GUI thread. The destructor writes what is not written yet.
class BoardDocument : public QObject {
    Q_OBJECT
public:
    /// Shows `standard` until the workspace's boards are read, and keeps it under its own name.
    BoardDocument(AppContext& context, BoardSpec standard, QObject* parent = nullptr);
    ~BoardDocument() override;

    [[nodiscard]] const BoardSpec& spec() const { return m_spec; }
    /// Of all boards of the workspace, the standard one first.
    [[nodiscard]] QStringList names() const;
    /// Shows the board of that name; remembered until it is read. An unknown one is the standard board.
    void open(const QString& name);

    /// Shows and keeps this board, in place of one of its name.
    void adopt(BoardSpec spec);

    /// Changes that follow one another within a second under the same non-empty key are undone together.
    void edit(const QString& key, const std::function<void(BoardSpec&)>& change);
    /// The same for one plot; one of the rest gets an entry of its own.
    void editPlot(const QString& key, const PlotPanel& panel, const std::function<void(PlotSpec&)>& change);
    void removePlot(const PlotPanel& panel);
    /// Among the board's own plots; one of the rest becomes the last of them.
    void movePlot(const PlotPanel& panel, int by);
    [[nodiscard]] bool canUndo() const { return !m_undo.empty(); }
    void undo();
    /// The standard arrangement under the present name.
    void reset();
    void saveAs(const QString& name);
    void removeBoard();

Q_SIGNALS:
    void changed();
    /// Another board is shown, or there are others to choose from.
    void boardsChanged();
    void failed(const fathom::Error& error);

private:
    void load();
    void save();
    void show(BoardSpec spec);
    void scheduleSave();

    AppContext& m_context;
    BoardSpec m_standard;
    BoardSpec m_spec;
    std::vector<BoardSpec> m_others; ///< those of the workspace that are not shown
    std::vector<BoardSpec> m_undo;
    QString m_lastKey;
    QElapsedTimer m_lastEdit;
    QString m_wantedName;
    bool m_loaded = false;
    bool m_dirty = false;
    QTimer m_save;
};

} // namespace fathom::app
