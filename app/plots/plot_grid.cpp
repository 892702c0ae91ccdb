// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/plot_grid.h"

#include "app/plots/plot_tile.h"
#include "widgets/line_plot.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QEvent>
#include <QScrollBar>

#include <algorithm>
#include <map>

namespace fathom::app {

namespace {
constexpr int kLeastWidth = 400;
constexpr int kLeastHeight = 150; // of plots that fill the page
constexpr int kScrolledHeight = 240;
constexpr int kFillingRows = 2; // more rows than these scroll rather than shrink
constexpr int kMostColumns = 4; // of those chosen by themselves
} // namespace

PlotGrid::PlotGrid(QWidget* parent) : QScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    m_content = new QWidget;
    m_content->setAutoFillBackground(false);
    viewport()->setAutoFillBackground(false);
    setWidget(m_content);
}

PlotGrid::Key PlotGrid::keyOf(const PlotPanel& panel) {
    return {panel.spec, panel.spec < 0 ? panel.metrics.join(QLatin1Char('\n')) : QString(),
            panel.facet.value_or(QString())};
}

void PlotGrid::setPanels(std::vector<PlotPanel> panels, int columns) {
    std::map<Key, PlotTile*> old;
    for (std::size_t i = 0; i < m_panels.size(); ++i)
        if (m_tiles[i] != nullptr) old[keyOf(m_panels[i])] = m_tiles[i];
    m_panels = std::move(panels);
    m_wantedColumns = columns;
    m_tiles.assign(m_panels.size(), nullptr);
    for (std::size_t i = 0; i < m_panels.size() && !old.empty(); ++i)
        if (const auto found = old.find(keyOf(m_panels[i])); found != old.end()) {
            m_tiles[i] = found->second;
            old.erase(found);
        }
    for (const auto& [key, tile] : old) {
        tile->hide();
        tile->deleteLater();
    }
    arrange();
    Q_EMIT tilesChanged();
}

std::vector<PlotTile*> PlotGrid::tiles() const {
    std::vector<PlotTile*> tiles;
    std::copy_if(m_tiles.begin(), m_tiles.end(), std::back_inserter(tiles),
                 [](const PlotTile* tile) { return tile != nullptr; });
    return tiles;
}

PlotTile* PlotGrid::tile(std::size_t panel) const {
    return panel < m_tiles.size() ? m_tiles[panel] : nullptr;
}

void PlotGrid::showPanel(std::size_t panel) {
    const int row = static_cast<int>(panel) / m_columns;
    const int top = row * (m_rowHeight + widgets::kGrid);
    QScrollBar* bar = verticalScrollBar();
    if (top < bar->value())
        bar->setValue(top);
    else if (top + m_rowHeight > bar->value() + viewport()->height())
        bar->setValue(top + m_rowHeight - viewport()->height());
}

void PlotGrid::place(std::size_t panel, PlotTile& tile) const {
    const int column = static_cast<int>(panel) % m_columns;
    const int row = static_cast<int>(panel) / m_columns;
    const int gaps = (m_columns - 1) * widgets::kGrid;
    const int width = m_content->width() - gaps;
    const int left = column * widgets::kGrid + width * column / m_columns;
    const int right = column * widgets::kGrid + width * (column + 1) / m_columns;
    tile.setGeometry(left, row * (m_rowHeight + widgets::kGrid), right - left, m_rowHeight);
}

void PlotGrid::chooseColumns() {
    const auto count = static_cast<int>(m_panels.size());
    const int room = std::max(1, (viewport()->width() + widgets::kGrid) / (kLeastWidth + widgets::kGrid));
    int columns = m_wantedColumns > 0 ? m_wantedColumns : std::min(room, kMostColumns);
    if (m_wantedColumns == 0 && count == 4) columns = std::min(room, 2); // a square rather than a row
    m_columns = std::clamp(columns, 1, std::max(1, count));
    const int rows = (count + m_columns - 1) / m_columns;
    const int height = viewport()->height();
    const int filled = rows == 0 ? height : (height - (rows - 1) * widgets::kGrid) / rows;
    m_rowHeight = std::max(filled, rows <= kFillingRows ? kLeastHeight : kScrolledHeight);
    m_content->resize(viewport()->width(),
                      std::max(1, rows * (m_rowHeight + widgets::kGrid) - widgets::kGrid));
}

/// Sizes the content, and makes, moves and removes tiles so that those in sight are there.
void PlotGrid::arrange() {
    if (m_arranging) return;
    m_arranging = true;
    chooseColumns();
    const int top = verticalScrollBar()->value();
    const int step = m_rowHeight + widgets::kGrid;
    const auto first = static_cast<std::size_t>(std::max(0, top / step - 1) * m_columns);
    const auto last = std::min(
        m_panels.size(), static_cast<std::size_t>(((top + viewport()->height()) / step + 2) * m_columns));
    const bool made = makeTiles(first, last);
    const bool dropped = dropTiles(first, last);
    m_arranging = false;
    if (made || dropped) Q_EMIT tilesChanged();
}

bool PlotGrid::makeTiles(std::size_t first, std::size_t last) {
    bool made = false;
    for (std::size_t i = first; i < last; ++i) {
        PlotTile*& tile = m_tiles[i];
        const bool isNew = tile == nullptr;
        if (isNew) tile = new PlotTile(m_nextId++, m_content);
        place(i, *tile);
        tile->setWheelScrolls(m_content->height() > viewport()->height());
        if (!isNew) continue;
        tile->plot().installEventFilter(this);
        const QList<QWidget*> parts = tile->plot().findChildren<QWidget*>();
        for (QWidget* part : parts)
            part->installEventFilter(this);
        Q_EMIT tileMade(tile);
        tile->show();
        made = true;
    }
    return made;
}

bool PlotGrid::dropTiles(std::size_t first, std::size_t last) {
    bool dropped = false;
    for (std::size_t i = 0; i < m_tiles.size(); ++i) {
        if ((i >= first && i < last) || m_tiles[i] == nullptr) continue;
        if (m_tiles[i]->isAncestorOf(QApplication::focusWidget())) { // whoever uses the keys keeps them
            place(i, *m_tiles[i]);
            continue;
        }
        m_tiles[i]->hide();
        m_tiles[i]->deleteLater();
        m_tiles[i] = nullptr;
        dropped = true;
    }
    return dropped;
}

void PlotGrid::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
}

void PlotGrid::scrollContentsBy(int dx, int dy) {
    QScrollArea::scrollContentsBy(dx, dy);
    arrange();
}

/// Focus that moves to a plot out of sight brings it into view.
bool PlotGrid::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusIn) {
        for (std::size_t i = 0; i < m_tiles.size(); ++i)
            if (m_tiles[i] != nullptr && m_tiles[i]->isAncestorOf(qobject_cast<QWidget*>(watched)))
                showPanel(i);
    }
    return QScrollArea::eventFilter(watched, event);
}

} // namespace fathom::app
