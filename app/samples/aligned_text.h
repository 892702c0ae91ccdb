// SPDX-License-Identifier: GPL-3.0-or-later
// An aligned pair on two lines, word under word. Errors are coloured and marked: a replaced word is
// underlined, a missing one is struck through in the reference, an extra one carries a plus.
#pragma once

#include "app/models/word_alignment.h"

#include <QFont>
#include <QPalette>
#include <QWidget>

class QPainter;

namespace fathom::app {

/// Draws into `area`: one pair of lines, cut off at its right, or as many as it takes. Returns the height.
enum class LineBreaks { None, Words };
int paintAlignment(QPainter& painter, const QRect& area, const WordAlignment& words, const QFont& font,
                   const QPalette& palette, LineBreaks breaks);
/// Height of one pair of lines, with the space below.
[[nodiscard]] int alignedLineHeight(const QFont& font);

/// The whole pair, however long.
class AlignedText : public QWidget {
    Q_OBJECT
public:
    explicit AlignedText(QWidget* parent = nullptr);
    void setWords(WordAlignment words);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    WordAlignment m_words;
};

} // namespace fathom::app
