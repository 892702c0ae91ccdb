// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/plot_grid.h"

#include "app/plots/plot_tile.h"
#include "widgets/line_plot.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QScrollBar>

#include <algorithm>
#include <set>

namespace fathom::app {

namespace {
constexpr int kLeastWidth = 400;
constexpr int kLeastHeight = 150; // of plots that fill the page
constexpr int kScrolledHeight = 240;
constexpr int kFillingRows = 2; // more rows than these scroll rather than shrink
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
    m_panels = std::move(panels);
    m_wantedColumns = columns;
    std::set<Key> wanted;
    for (const PlotPanel& panel : m_panels)
        wanted.insert(keyOf(panel));
    for (auto it = m_tiles.begin(); it != m_tiles.end();) {
        if (wanted.contains(it->first)) {
            ++it;
            continue;
        }
        it->second->hide();
        it->second->deleteLater();
        it = m_tiles.erase(it);
    }
    arrange();
    Q_EMIT tilesChanged();
}

std::vector<PlotTile*> PlotGrid::tiles() const {
    std::vector<PlotTile*> tiles;
    for (std::size_t i = 0; i < m_panels.size(); ++i)
        if (PlotTile* each = tile(i)) tiles.push_back(each);
    return tiles;
}

PlotTile* PlotGrid::tile(std::size_t panel) const {
    if (panel >= m_panels.size()) return nullptr;
    const auto found = m_tiles.find(keyOf(m_panels[panel]));
    return found == m_tiles.end() ? nullptr : found->second;
}

int PlotGrid::indexOf(const PlotTile* wanted) const {
    for (std::size_t i = 0; i < m_panels.size(); ++i)
        if (tile(i) == wanted) return static_cast<int>(i);
    return -1;
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

/// Sizes the content, and makes, moves and removes tiles so that those in sight are there.
void PlotGrid::arrange() {
    if (m_arranging) return;
    m_arranging = true;
    const auto count = static_cast<int>(m_panels.size());
    const int width = viewport()->width();
    const int height = viewport()->height();
    const int room = std::max(1, (width + widgets::kGrid) / (kLeastWidth + widgets::kGrid));
    m_columns = std::clamp(m_wantedColumns > 0 ? m_wantedColumns : std::min(room, 4), 1, std::max(1, count));
    if (m_wantedColumns == 0 && count == 4) m_columns = std::min(room, 2); // a square rather than a row
    const int rows = (count + m_columns - 1) / m_columns;
    const int filled = rows == 0 ? height : (height - (rows - 1) * widgets::kGrid) / rows;
    m_rowHeight = rows <= kFillingRows ? std::max(filled, kLeastHeight) : std::max(filled, kScrolledHeight);
    const int contentHeight = std::max(0, rows * (m_rowHeight + widgets::kGrid) - widgets::kGrid);
    m_content->resize(width, std::max(contentHeight, 1));

    const int top = verticalScrollBar()->value();
    const int step = m_rowHeight + widgets::kGrid;
    const auto first = static_cast<std::size_t>(std::max(0, top / step - 1) * m_columns);
    const auto last =
        std::min(m_panels.size(), static_cast<std::size_t>(((top + height) / step + 2) * m_columns));
    std::set<Key> near;
    bool changed = false;
    for (std::size_t i = first; i < last; ++i) {
        const Key key = keyOf(m_panels[i]);
        near.insert(key);
        PlotTile*& tile = m_tiles[key];
        const bool isNew = tile == nullptr;
        if (isNew) tile = new PlotTile(m_nextId++, m_content);
        place(i, *tile);
        tile->setWheelScrolls(contentHeight > height);
        if (!isNew) continue;
        tile->plot().installEventFilter(this);
        const QList<QWidget*> parts = tile->plot().findChildren<QWidget*>();
        for (QWidget* part : parts)
            part->installEventFilter(this);
        Q_EMIT tileMade(tile);
        tile->show();
        changed = true;
    }
    for (auto it = m_tiles.begin(); it != m_tiles.end();) {
        if (near.contains(it->first) || it->second->plot().hasFocus()) { // whoever uses the keys keeps them
            ++it;
            continue;
        }
        it->second->hide();
        it->second->deleteLater();
        it = m_tiles.erase(it);
        changed = true;
    }
    for (std::size_t i = 0; i < m_panels.size(); ++i) // a focused one may be far away
        if (PlotTile* far = (i < first || i >= last) ? tile(i) : nullptr) place(i, *far);
    m_arranging = false;
    if (changed) Q_EMIT tilesChanged();
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
        for (std::size_t i = 0; i < m_panels.size(); ++i)
            if (const PlotTile* each = tile(i);
                each != nullptr && each->isAncestorOf(qobject_cast<QWidget*>(watched)))
                showPanel(i);
    }
    return QScrollArea::eventFilter(watched, event);
}

} // namespace fathom::app
