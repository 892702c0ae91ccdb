// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wrap_layout.h"

#include "widgets/theme.h"

#include <QStyle>
#include <QWidget>

#include <algorithm>
#include <utility>

namespace fathom::widgets {

struct WrapLayout::Line {
    int first = 0;
    int end = 0; ///< behind the last
    int width = 0;
    int height = 0;
};

WrapLayout::WrapLayout(QWidget* parent) : QLayout(parent) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(kGrid);
}

WrapLayout::~WrapLayout() = default;

void WrapLayout::addItem(QLayoutItem* item) {
    m_items.emplace_back(item);
}

QLayoutItem* WrapLayout::itemAt(int index) const {
    return index >= 0 && index < count() ? m_items[static_cast<std::size_t>(index)].get() : nullptr;
}

QLayoutItem* WrapLayout::takeAt(int index) {
    if (index < 0 || index >= count()) return nullptr;
    QLayoutItem* const item = m_items[static_cast<std::size_t>(index)].release();
    m_items.erase(m_items.begin() + index);
    if (index < m_firstRight) --m_firstRight;
    return item;
}

std::vector<WrapLayout::Line> WrapLayout::linesFor(int width) const {
    std::vector<Line> lines;
    for (int i = 0; i < count(); ++i) {
        if (itemAt(i)->isEmpty()) continue; // hidden
        const QSize size = itemAt(i)->sizeHint();
        if (lines.empty() || lines.back().width + spacing() + size.width() > width)
            lines.push_back({.first = i, .end = i + 1, .width = size.width(), .height = size.height()});
        else {
            Line& line = lines.back();
            line.end = i + 1;
            line.width += spacing() + size.width();
            line.height = std::max(line.height, size.height());
        }
    }
    return lines;
}

int WrapLayout::heightForWidth(int width) const {
    int height = 0;
    for (const Line& line : linesFor(width))
        height += line.height + (height > 0 ? spacing() : 0);
    return height;
}

QSize WrapLayout::sizeHint() const {
    constexpr int kAny = 1 << 20;
    const std::vector<Line> lines = linesFor(kAny);
    return lines.empty() ? QSize(0, 0) : QSize(lines.front().width, lines.front().height);
}

QSize WrapLayout::minimumSize() const {
    QSize least(0, 0);
    for (const auto& item : m_items)
        if (!item->isEmpty()) least = least.expandedTo(item->sizeHint());
    return least;
}

void WrapLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    int y = rect.top();
    for (const Line& line : linesFor(rect.width())) {
        int x = rect.left();
        bool isRight = false;
        for (int i = line.first; i < line.end; ++i) {
            if (itemAt(i)->isEmpty()) continue;
            if (m_firstRight >= 0 && i >= m_firstRight && !std::exchange(isRight, true))
                x += std::max(0, rect.width() - line.width);
            const QSize size = itemAt(i)->sizeHint().boundedTo({rect.width(), line.height});
            const QRect place(QPoint(x, y + (line.height - size.height()) / 2), size);
            itemAt(i)->setGeometry(QStyle::visualRect(parentWidget()->layoutDirection(), rect, place));
            x += size.width() + spacing();
        }
        y += line.height + spacing();
    }
}

} // namespace fathom::widgets
