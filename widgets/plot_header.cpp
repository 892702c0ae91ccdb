// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_header.h"

#include "widgets/theme.h"

#include <QPainter>

namespace fathom::widgets {

namespace {
constexpr int kSwatch = 14;
constexpr int kDashedSwatch = 24; // long enough to tell one dash from another
constexpr int kGap = 6;
constexpr int kLeastTitle = 8 * kGrid; // a longer one is cut where space is short

int swatch(const LegendEntry& entry) {
    return entry.dash == Qt::SolidLine ? kSwatch : kDashedSwatch;
}

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
    return {std::min(titleWidth(), kLeastTitle), fontMetrics().height() + kGrid};
}

int PlotHeader::titleWidth() const {
    return QFontMetrics(emphasized(font())).horizontalAdvance(m_title);
}

int PlotHeader::leftWidth() const {
    return titleWidth() + kGap + (m_unit.isEmpty() ? 0 : fontMetrics().horizontalAdvance(m_unit) + kGap);
}

int PlotHeader::widthOf(const LegendEntry& entry) const {
    const int value = entry.value.isEmpty() ? 0 : kGap + fontMetrics().horizontalAdvance(entry.value);
    return swatch(entry) + kGap + fontMetrics().horizontalAdvance(entry.name) + value;
}

QString PlotHeader::moreText(std::size_t count) {
    return tr("and %1 more").arg(count);
}

std::size_t PlotHeader::entriesThatFit() const {
    const int space = width() - leftWidth() - kGrid;
    const int more = fontMetrics().horizontalAdvance(moreText(m_entries.size())) + 2 * kGrid;
    int used = 0;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        used += widthOf(m_entries[i]) + (i > 0 ? 2 * kGrid : 0);
        if (used + (i + 1 < m_entries.size() ? more : 0) > space) return i;
    }
    return m_entries.size();
}

void PlotHeader::paintEvent(QPaintEvent*) {
    const Colors& c = colorsFor(this);
    QPainter painter(this);
    const QFontMetrics metrics = fontMetrics();
    const int baseline = (height() + metrics.ascent() - metrics.descent()) / 2;
    painter.setPen(c.muted);

    // Entries stay whole; the place is the first to go when space is short.
    const std::size_t shown = entriesThatFit();
    int right = width();
    if (shown < m_entries.size()) {
        const QString more = shown > 0               ? moreText(m_entries.size() - shown)
                             : m_entries.size() == 1 ? tr("1 curve")
                                                     : tr("%1 curves").arg(m_entries.size());
        right -= metrics.horizontalAdvance(more);
        painter.drawText(right, baseline, more);
        right -= 2 * kGrid;
    }
    for (std::size_t i = shown; i-- > 0;) {
        const LegendEntry& entry = m_entries[i];
        const int whole = widthOf(entry);
        int x = right - whole;
        const int middle = baseline - metrics.ascent() / 3;
        painter.setPen(QPen(entry.color, 2, entry.dash, Qt::FlatCap));
        painter.drawLine(x, middle, x + swatch(entry), middle);
        x += swatch(entry) + kGap;
        painter.setPen(c.muted);
        painter.drawText(x, baseline, entry.name);
        painter.setPen(c.text);
        painter.drawText(right - metrics.horizontalAdvance(entry.value), baseline, entry.value);
        right -= whole + 2 * kGrid;
    }
    const int placeWidth = metrics.horizontalAdvance(m_place);
    painter.setPen(c.muted);
    if (!m_place.isEmpty() && right - placeWidth >= leftWidth() + kGrid)
        painter.drawText(right - placeWidth, baseline, m_place);
    drawTitle(painter, baseline, std::min(width(), right + kGrid)); // as entriesThatFit() leaves it
}

void PlotHeader::drawTitle(QPainter& painter, int baseline, int space) const {
    const QFontMetrics bold(emphasized(font()));
    const int unit = leftWidth() - titleWidth();
    const QString title = bold.elidedText(m_title, Qt::ElideRight, std::max(0, space - unit));
    painter.drawText(bold.horizontalAdvance(title) + kGap, baseline, m_unit);
    painter.setFont(emphasized(font()));
    painter.setPen(colorsFor(this).text);
    painter.drawText(0, baseline, title);
}

} // namespace fathom::widgets
