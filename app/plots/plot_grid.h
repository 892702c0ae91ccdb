// SPDX-License-Identifier: GPL-3.0-or-later
// Plots in rows and columns. A few fill the page; many scroll, and then only those in sight exist.
#pragma once

#include "app/plots/plot_plan.h"

#include <QScrollArea>

#include <tuple>
#include <vector>

namespace fathom::app {

class PlotTile;

class PlotGrid : public QScrollArea {
    Q_OBJECT
public:
    explicit PlotGrid(QWidget* parent = nullptr);

    /// Tiles of panels that go on keep their plot.
    void setPanels(std::vector<PlotPanel> panels, int columns);
    [[nodiscard]] const std::vector<PlotPanel>& panels() const { return m_panels; }
    /// Tiles that exist, in the order of their panels: those in sight and a row on each side.
    [[nodiscard]] std::vector<PlotTile*> tiles() const;
    /// The tile of that panel; null while it is far out of sight.
    [[nodiscard]] PlotTile* tile(std::size_t panel) const;
    /// Scrolls until the panel is in sight.
    void showPanel(std::size_t panel);

Q_SIGNALS:
    void tileMade(fathom::app::PlotTile* tile);
    /// Other tiles exist than before, or they have other panels.
    void tilesChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// A panel by what it shows, so that its tile is found again when others come before it.
    using Key = std::tuple<int, QString, QString>;
    [[nodiscard]] static Key keyOf(const PlotPanel& panel);
    void arrange();
    void chooseColumns();
    bool makeTiles(std::size_t first, std::size_t last);
    bool dropTiles(std::size_t first, std::size_t last);
    void place(std::size_t panel, PlotTile& tile) const;

    std::vector<PlotPanel> m_panels;
    std::vector<PlotTile*> m_tiles; ///< as the panels; null where there is none
    QWidget* m_content = nullptr;
    int m_wantedColumns = 0;
    int m_columns = 1;
    int m_rowHeight = 0;
    quint64 m_nextId = 1;
    bool m_arranging = false;
};

} // namespace fathom::app
