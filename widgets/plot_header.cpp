// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_header.h"

#include "widgets/theme.h"

#include <QPainter>

namespace fathom::widgets {

namespace {
constexpr int kSwatch = 14;
constexpr int kGap = 6;

QFont emphasized(QFont font) {
    font.setWeight(QFont::DemiBold);
    return font;
}
} // namespace

PlotHeader::PlotHeader(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

void PlotHeader::setTitle(const QString& title) {
    m_title = title;
    updateGeometry();
    update();
}

void PlotHeader::setUnit(const QString& unit) {
    m_unit = unit;
    update();
}

void PlotHeader::setPlace(const QString& place) {
    if (m_place == place) return;
    m_place = place;
    update();
}

void PlotHeader::setEntries(const std::vector<LegendEntry>& entries) {
    if (m_entries == entries) return;
    m_entries = entries;
    update();
}

QSize PlotHeader::sizeHint() const {
    return {titleWidth() + 30 * kGrid, fontMetrics().height() + kGrid};
}

QSize PlotHeader::minimumSizeHint() const {
    return {titleWidth(), fontMetrics().height() + kGrid};
}

int PlotHeader::titleWidth() const {
    return QFontMetrics(emphasized(font())).horizontalAdvance(m_title);
}

void PlotHeader::paintEvent(QPaintEvent*) {
    const Colors& c = colorsFor(this);
    QPainter painter(this);
    const QFontMetrics metrics = fontMetrics();
    const int baseline = (height() + metrics.ascent() - metrics.descent()) / 2;
    painter.setFont(emphasized(font()));
    painter.setPen(c.text);
    painter.drawText(0, baseline, m_title);
    int left = titleWidth() + kGap;
    painter.setFont(font());
    painter.setPen(c.muted);
    if (!m_unit.isEmpty()) {
        painter.drawText(left, baseline, m_unit);
        left += metrics.horizontalAdvance(m_unit) + kGap;
    }

    // From the right: entries stay whole, the place is the first to go when space is short.
    int right = width();
    for (auto it = m_entries.rbegin(); it != m_entries.rend(); ++it) {
        const int valueWidth = metrics.horizontalAdvance(it->value);
        const int nameWidth = metrics.horizontalAdvance(it->name);
        const int whole = kSwatch + kGap + nameWidth + (it->value.isEmpty() ? 0 : kGap + valueWidth);
        if (right - whole < left + kGrid) return;
        int x = right - whole;
        painter.setPen(QPen(it->color, 2.5, it->dashed ? Qt::DotLine : Qt::SolidLine));
        painter.drawLine(x, baseline - metrics.ascent() / 3, x + kSwatch, baseline - metrics.ascent() / 3);
        x += kSwatch + kGap;
        painter.setPen(c.muted);
        painter.drawText(x, baseline, it->name);
        painter.setPen(c.text);
        painter.drawText(x + nameWidth + kGap, baseline, it->value);
        right -= whole + 2 * kGrid;
    }
    const int placeWidth = metrics.horizontalAdvance(m_place);
    if (m_place.isEmpty() || right - placeWidth < left + kGrid) return;
    painter.setPen(c.muted);
    painter.drawText(right - placeWidth, baseline, m_place);
}

} // namespace fathom::widgets
