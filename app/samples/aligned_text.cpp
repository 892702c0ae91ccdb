// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/aligned_text.h"

#include "widgets/theme.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>

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

QString shownPrediction(const AlignedWord& word) {
    return word.match == WordMatch::Inserted ? QLatin1Char('+') + word.prediction : word.prediction;
}

/// Calls `place(word, point, width)` for each word that is in sight; returns the height of all lines.
template <class Place>
int layOut(const WordAlignment& words, const QFont& font, int width, LineBreaks breaks, Place place) {
    const QFontMetrics metrics(font);
    const int space = metrics.horizontalAdvance(QLatin1Char(' ')) + 2;
    QPoint at;
    for (const AlignedWord& word : words) {
        const int needed = std::max(metrics.horizontalAdvance(word.reference),
                                    metrics.horizontalAdvance(shownPrediction(word)));
        if (breaks == LineBreaks::Words && at.x() > 0 && at.x() + needed > width)
            at = {0, at.y() + alignedLineHeight(font)};
        if (at.x() > width) break;
        place(word, at);
        at.rx() += needed + space;
    }
    return at.y() + alignedLineHeight(font);
}

} // namespace

int alignedLineHeight(const QFont& font) {
    return 2 * QFontMetrics(font).lineSpacing() + widgets::kGrid;
}

int paintAlignment(QPainter& painter, const QRect& area, const WordAlignment& words, const QFont& font,
                   const QPalette& palette, LineBreaks breaks) {
    const widgets::Colors& colors = widgets::colorsFor(palette);
    const QFontMetrics metrics(font);
    const int below = metrics.lineSpacing() + 1;
    painter.save();
    painter.setClipRect(area);
    const auto draw = [&](const QString& text, QPoint at, const WordStyle& style) {
        if (text.isEmpty()) return;
        painter.setFont(style.font);
        painter.setPen(style.color);
        painter.drawText(area.topLeft() + at, text);
    };
    const int height = layOut(words, font, area.width(), breaks, [&](const AlignedWord& word, QPoint at) {
        at.ry() += metrics.ascent() + 1;
        draw(word.reference, at, styleFor(word.match, true, font, colors));
        at.ry() += below;
        draw(shownPrediction(word), at, styleFor(word.match, false, font, colors));
    });
    painter.restore();
    return height;
}

AlignedText::AlignedText(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Reference and prediction"));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void AlignedText::setWords(WordAlignment words) {
    m_words = std::move(words);
    QStringList reference;
    QStringList prediction;
    for (const AlignedWord& word : m_words) {
        if (!word.reference.isEmpty()) reference.append(word.reference);
        if (!word.prediction.isEmpty()) prediction.append(word.prediction);
    }
    setAccessibleDescription(tr("Reference: %1. Prediction: %2")
                                 .arg(reference.join(QLatin1Char(' ')), prediction.join(QLatin1Char(' '))));
    updateGeometry();
    update();
}

QSize AlignedText::sizeHint() const {
    return {40 * widgets::kGrid, alignedLineHeight(font())};
}

int AlignedText::heightForWidth(int width) const {
    return layOut(m_words, font(), width, LineBreaks::Words, [](const AlignedWord&, QPoint) {});
}

void AlignedText::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintAlignment(painter, rect(), m_words, font(), palette(), LineBreaks::Words);
}

} // namespace fathom::app
