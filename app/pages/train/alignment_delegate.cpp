// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/train/alignment_delegate.h"

#include "app/models/sample_model.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QPainter>

namespace fathom::app {

namespace {

struct WordStyle {
    QFont font;
    QColor color;
};

WordStyle styleFor(WordMatch match, bool reference, const QFont& base, const widgets::Colors& c) {
    WordStyle style{base, reference ? c.text : c.muted};
    switch (match) {
    case WordMatch::Same:
        break;
    case WordMatch::Substituted:
        style.color = c.error;
        style.font.setUnderline(true);
        break;
    case WordMatch::Deleted:
        style.color = c.error;
        style.font.setStrikeOut(true);
        break;
    case WordMatch::Inserted:
        style.color = c.warning;
        style.font.setItalic(true);
        break;
    }
    return style;
}

} // namespace

void AlignmentDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
    QStyleOptionViewItem background(option);
    initStyleOption(&background, index);
    background.text.clear();
    const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, option.widget);

    const widgets::Colors& c = widgets::colorsFor(option.palette);
    const auto words = index.data(SampleModel::AlignmentRole).value<WordAlignment>();
    const QFontMetrics metrics(option.font);
    const int space = metrics.horizontalAdvance(QLatin1Char(' ')) + 2;
    const QRect area = option.rect.adjusted(widgets::kGrid, 4, -widgets::kGrid, -4);
    const int first = area.top() + metrics.ascent() + 1;
    const int second = first + metrics.lineSpacing() + 1;
    painter->save();
    painter->setClipRect(area);
    int x = area.left();
    for (const AlignedWord& word : words) {
        const QString shown =
            word.match == WordMatch::Inserted ? QLatin1Char('+') + word.prediction : word.prediction;
        const int width =
            std::max(metrics.horizontalAdvance(word.reference), metrics.horizontalAdvance(shown));
        const WordStyle above = styleFor(word.match, true, option.font, c);
        painter->setFont(above.font);
        painter->setPen(above.color);
        painter->drawText(x, first, word.reference);
        const WordStyle below = styleFor(word.match, false, option.font, c);
        painter->setFont(below.font);
        painter->setPen(below.color);
        painter->drawText(x, second, shown);
        x += width + space;
        if (x > area.right()) break;
    }
    painter->restore();
}

QSize AlignmentDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    const QFontMetrics metrics(option.font);
    return {40 * widgets::kGrid, 2 * metrics.lineSpacing() + 10};
}

} // namespace fathom::app
