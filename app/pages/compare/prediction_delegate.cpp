// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/prediction_delegate.h"

#include "app/pages/compare/prediction_model.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QPainter>

namespace fathom::app {

namespace {

/// Never colour alone: substituted words are underlined, left out ones struck through, added ones have a
/// plus.
void drawWord(QPainter* painter, QPointF at, const PredictedWord& word, const QFont& base,
              const widgets::Colors& c, double* width) {
    QFont font = base;
    QColor color = c.text;
    QString text = word.text;
    switch (word.match) {
    case WordMatch::Same:
        break;
    case WordMatch::Substituted:
        color = c.error;
        font.setUnderline(true);
        break;
    case WordMatch::Deleted:
        color = c.muted;
        font.setStrikeOut(true);
        break;
    case WordMatch::Inserted:
        color = c.warning;
        text.prepend(QLatin1Char('+'));
        break;
    }
    font.setBold(word.isOwn);
    painter->setFont(font);
    painter->setPen(color);
    painter->drawText(at, text);
    *width = QFontMetricsF(font).horizontalAdvance(text + QLatin1Char(' '));
}

} // namespace

void PredictionDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                               const QModelIndex& index) const {
    const QVariant words = index.data(PredictionModel::WordsRole);
    if (!words.isValid()) return QStyledItemDelegate::paint(painter, option, index);
    QStyleOptionViewItem background(option);
    initStyleOption(&background, index);
    background.text.clear();
    const QStyle* style = option.widget != nullptr ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, option.widget);
    const widgets::Colors& c = widgets::colorsFor(option.palette);
    const QString error = index.data(Qt::ToolTipRole).toString();
    const int numbers = option.fontMetrics.horizontalAdvance(QStringLiteral("BLEU 0.00")) + widgets::kGrid;
    const QRect area = option.rect.adjusted(widgets::kGrid, 0, -numbers, 0);
    const double line =
        area.center().y() + (option.fontMetrics.ascent() - option.fontMetrics.descent()) / 2.0;
    painter->save();
    painter->setPen(c.muted);
    painter->setFont(option.font);
    painter->drawText(option.rect.adjusted(0, 0, -widgets::kGrid, 0), Qt::AlignRight | Qt::AlignVCenter,
                      error);
    painter->setClipRect(area);
    double x = area.left();
    for (const PredictedWord& word : words.value<PredictedWords>()) {
        double width = 0;
        drawWord(painter, {x, line}, word, option.font, c, &width);
        x += width;
        if (x > area.right()) break;
    }
    painter->restore();
}

} // namespace fathom::app
