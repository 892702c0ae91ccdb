// SPDX-License-Identifier: GPL-3.0-or-later
// Read-only text with line numbers, one marked line and light highlighting.
//
//   view->setCode(yaml, CodeView::Language::Yaml);
//   view->markLine(33);                                            // tinted, brought into view
//   connect(view, &CodeView::lineChosen, this, [](int line) {…});  // the user put the cursor there
#pragma once

#include <QPlainTextEdit>

class QSyntaxHighlighter;

namespace fathom::widgets {

class CodeView : public QPlainTextEdit {
    Q_OBJECT
public:
    enum class Language { Plain, Yaml };

    explicit CodeView(QWidget* parent = nullptr);

    /// Replaces the text; the scroll position stays when the text is much the same (same first line).
    void setCode(const QString& text, Language language);
    /// Marks a 1-based line and scrolls just as far as needed; 0 marks none.
    void markLine(int line);
    [[nodiscard]] int markedLine() const { return m_marked; }

    // For the line-number strip.
    [[nodiscard]] int stripWidth() const;
    void paintStrip(QPaintEvent* event, QWidget* strip);
    void chooseLineAt(int y);

Q_SIGNALS:
    /// The user clicked the line or moved the cursor to it. 1-based.
    void lineChosen(int line);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;

private:
    void placeStrip();
    void highlightMarked();
    void reportCursorLine();
    QWidget* m_strip = nullptr;
    QSyntaxHighlighter* m_highlighter = nullptr;
    Language m_language = Language::Plain;
    int m_marked = 0;
};

} // namespace fathom::widgets
