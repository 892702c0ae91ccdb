// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/code_view.h"

#include "widgets/theme.h"

#include <QCoreApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QRegularExpression>
#include <QScrollBar>
#include <QSyntaxHighlighter>
#include <QTextBlock>

#include <algorithm>

namespace fathom::widgets {

namespace {

class Strip : public QWidget {
public:
    explicit Strip(CodeView* view) : QWidget(view), m_view(view) { setCursor(Qt::ArrowCursor); }
    [[nodiscard]] QSize sizeHint() const override { return {m_view->stripWidth(), 0}; }

protected:
    void paintEvent(QPaintEvent* event) override { m_view->paintStrip(event, this); }
    void mousePressEvent(QMouseEvent* event) override {
        m_view->chooseLineAt(static_cast<int>(event->position().y()));
    }
    void wheelEvent(QWheelEvent* event) override { QCoreApplication::sendEvent(m_view->viewport(), event); }

private:
    CodeView* m_view;
};

/// YAML line by line: enough for configs; block scalars are coloured like keys where they look like keys.
class YamlHighlighter : public QSyntaxHighlighter {
public:
    YamlHighlighter(QTextDocument* document, const QWidget* view)
        : QSyntaxHighlighter(document), m_view(view) {}

protected:
    void highlightBlock(const QString& text) override {
        static const QRegularExpression key(
            QStringLiteral(R"(^(\s*(?:- )*)([^\s#'"\[{][^:#]*?)(?=:(?:\s|$)))"));
        static const QRegularExpression scalar(
            QStringLiteral(
                R"((?<=[\s\[,:])(?:[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|true|false|null|~|yes|no|on|off)(?=[\s,\]}]|$))"),
            QRegularExpression::CaseInsensitiveOption);
        static const QRegularExpression quoted(QStringLiteral(R"("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')"));
        static const QRegularExpression reference(QStringLiteral(R"(\$\{[^}]*\}+|(?<=\s)[&*][\w-]+|\?\?\?)"));
        static const QRegularExpression comment(QStringLiteral(R"((?:^|\s)#.*$)"));
        const Colors& colors = colorsFor(m_view);
        each(scalar, text, colors.layerCommandLine);
        each(quoted, text, colors.success);
        each(reference, text, colors.layerEdited);
        if (const auto match = key.match(text); match.hasMatch()) {
            setFormat(static_cast<int>(match.capturedStart(2)), static_cast<int>(match.capturedLength(2)),
                      colors.layerYaml);
        }
        auto matches = comment.globalMatch(text);
        while (matches.hasNext()) {
            const auto match = matches.next();
            if (isInsideQuotes(text, match.capturedEnd() - match.capturedLength())) continue;
            setFormat(static_cast<int>(match.capturedStart()), static_cast<int>(match.capturedLength()),
                      colors.muted);
        }
    }

private:
    void each(const QRegularExpression& expression, const QString& text, const QColor& color) {
        auto matches = expression.globalMatch(text);
        while (matches.hasNext()) {
            const auto match = matches.next();
            setFormat(static_cast<int>(match.capturedStart()), static_cast<int>(match.capturedLength()),
                      color);
        }
    }
    static bool isInsideQuotes(const QString& text, qsizetype position) {
        const QStringView before = QStringView(text).left(position);
        return before.count(QLatin1Char('"')) % 2 != 0 || before.count(QLatin1Char('\'')) % 2 != 0;
    }
    const QWidget* m_view;
};

} // namespace

CodeView::CodeView(QWidget* parent) : QPlainTextEdit(parent), m_strip(new Strip(this)) {
    setReadOnly(true);
    setLineWrapMode(NoWrap);
    setFrameShape(NoFrame);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(monospace(font()));
    connect(this, &QPlainTextEdit::blockCountChanged, this, [this] { placeStrip(); });
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        if (dy != 0)
            m_strip->scroll(0, dy);
        else
            m_strip->update(0, rect.y(), m_strip->width(), rect.height());
    });
    placeStrip();
}

void CodeView::setCode(const QString& text, Language language) {
    if (language == m_language && text == toPlainText()) return;
    const bool isSame = document()->firstBlock().text() == text.section(QLatin1Char('\n'), 0, 0);
    const int position = isSame ? verticalScrollBar()->value() : 0;
    m_language = language;
    delete m_highlighter;
    m_highlighter = nullptr;
    setPlainText(text);
    if (language == Language::Yaml) m_highlighter = new YamlHighlighter(document(), this);
    verticalScrollBar()->setValue(position);
    highlightMarked();
}

void CodeView::markLine(int line) {
    if (line == m_marked) return;
    m_marked = line;
    highlightMarked();
    const QTextBlock block = document()->findBlockByNumber(line - 1);
    if (line <= 0 || !block.isValid()) return;
    // Blocks scroll by lines here: the bar's value is the first visible line.
    const int first = verticalScrollBar()->value();
    const int page = std::max(1, verticalScrollBar()->pageStep());
    if (line - 1 < first + 1 || line - 1 > first + page - 3)
        verticalScrollBar()->setValue(line - 1 - page / 2);
}

void CodeView::highlightMarked() {
    QList<QTextEdit::ExtraSelection> selections;
    const QTextBlock block = document()->findBlockByNumber(m_marked - 1);
    if (m_marked > 0 && block.isValid()) {
        QTextEdit::ExtraSelection selection;
        selection.cursor = QTextCursor(block);
        selection.format.setBackground(colorsFor(this).accentTint);
        selection.format.setProperty(QTextFormat::FullWidthSelection, true);
        selections.append(selection);
    }
    setExtraSelections(selections);
    m_strip->update();
}

int CodeView::stripWidth() const {
    const auto digits = std::max<qsizetype>(3, QString::number(blockCount()).size());
    return fontMetrics().horizontalAdvance(QLatin1Char('9')) * static_cast<int>(digits) + 3 * kGrid;
}

void CodeView::placeStrip() {
    setViewportMargins(stripWidth(), 0, 0, 0);
    const QRect area = contentsRect();
    m_strip->setGeometry(area.left(), area.top(), stripWidth(), area.height());
}

void CodeView::paintStrip(QPaintEvent* event, QWidget* strip) {
    QPainter painter(strip);
    const Colors& colors = colorsFor(this);
    painter.fillRect(event->rect(), colors.surface);
    painter.setFont(font());
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF rect = blockBoundingGeometry(block).translated(contentOffset());
        if (rect.top() > event->rect().bottom()) break;
        const int line = block.blockNumber() + 1;
        const QRectF cell(0, rect.top(), strip->width(), rect.height());
        if (line == m_marked) {
            painter.fillRect(cell, colors.accentTint);
            painter.fillRect(QRectF(0, rect.top(), 3, rect.height()), colors.accent);
        }
        painter.setPen(line == m_marked ? colors.text : colors.muted);
        painter.drawText(cell.adjusted(0, 0, -kGrid, 0), Qt::AlignRight | Qt::AlignVCenter,
                         QString::number(line));
    }
}

void CodeView::chooseLineAt(int y) {
    const QTextCursor cursor = cursorForPosition(QPoint(0, y));
    setTextCursor(cursor);
    Q_EMIT lineChosen(cursor.blockNumber() + 1);
}

void CodeView::reportCursorLine() {
    if (!textCursor().hasSelection()) Q_EMIT lineChosen(textCursor().blockNumber() + 1);
}

void CodeView::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    placeStrip();
}

void CodeView::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_strip) {
        highlightMarked();
        if (m_highlighter) m_highlighter->rehighlight();
    }
    if (event->type() == QEvent::FontChange && m_strip) placeStrip();
}

void CodeView::mouseReleaseEvent(QMouseEvent* event) {
    QPlainTextEdit::mouseReleaseEvent(event);
    if (event->button() == Qt::LeftButton) reportCursorLine();
}

void CodeView::keyReleaseEvent(QKeyEvent* event) {
    QPlainTextEdit::keyReleaseEvent(event);
    const int key = event->key();
    const bool moved = key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp ||
                       key == Qt::Key_PageDown || key == Qt::Key_Home || key == Qt::Key_End;
    if (moved) reportCursorLine();
}

} // namespace fathom::widgets
