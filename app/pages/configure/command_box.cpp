// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/command_box.h"

#include "app/models/command_line.h"
#include "widgets/theme.h"

#include <QKeyEvent>
#include <QMimeData>
#include <QTextBlock>
#include <QTextLayout>

#include <algorithm>

namespace fathom::app {

namespace {
constexpr int kPauseMs = 300;
constexpr int kMaximumLines = 5;
} // namespace

CommandBox::CommandBox(QWidget* parent) : QPlainTextEdit(parent) {
    setAccessibleName(tr("Command line"));
    setToolTip(tr("The overrides as a command line. Edit it, or paste a whole one."));
    setPlaceholderText(tr("--config-path=… --config-name=… key=value +new=value ~removed"));
    setFont(widgets::monospace(font()));
    setTabChangesFocus(true);
    setUndoRedoEnabled(false); // the page's undo knows every change, these too
    document()->setDocumentMargin(widgets::kGrid);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &CommandBox::hand);
    connect(this, &QPlainTextEdit::textChanged, this, [this] {
        fitHeight();
        if (toPlainText() == m_line) return;
        m_isTyping = true;
        m_pause.start();
    });
}

void CommandBox::showLine(const QString& line) {
    m_line = line;
    if ((m_isTyping && hasFocus()) || line == toPlainText()) return;
    m_isTyping = false;
    setPlainText(line);
}

void CommandBox::selectArgument(const QString& argument) {
    const auto at = toPlainText().indexOf(argument);
    if (at < 0) return;
    QTextCursor cursor = textCursor();
    cursor.setPosition(static_cast<int>(at));
    cursor.setPosition(static_cast<int>(at + argument.size()), QTextCursor::KeepAnchor);
    setTextCursor(cursor);
}

void CommandBox::hand() {
    m_pause.stop();
    if (m_isTyping) Q_EMIT lineTyped(toPlainText());
}

int CommandBox::lineCount() const {
    int lines = 0;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        lines += std::max(1, block.layout() ? block.layout()->lineCount() : 1);
    }
    return std::max(1, lines);
}

QSize CommandBox::sizeHint() const {
    const int lines = std::min(lineCount(), kMaximumLines);
    return {320, lines * fontMetrics().lineSpacing() + 2 * widgets::kGrid + 2 * frameWidth()};
}

void CommandBox::fitHeight() {
    setVerticalScrollBarPolicy(lineCount() > kMaximumLines ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
    updateGeometry();
}

void CommandBox::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    if (event->oldSize().width() != event->size().width()) fitHeight(); // lines wrap elsewhere now
}

QSize CommandBox::minimumSizeHint() const {
    return {160, sizeHint().height()};
}

void CommandBox::focusOutEvent(QFocusEvent* event) {
    QPlainTextEdit::focusOutEvent(event);
    hand();
    m_isTyping = false;
    Q_EMIT typingEnded();
    showLine(m_line);
}

void CommandBox::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        hand();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

void CommandBox::insertFromMimeData(const QMimeData* source) {
    const CommandLine pasted = parseCommandLine(source->text().toStdString());
    const bool isWhole = !pasted.overrides.empty() || !pasted.configName.empty();
    if (isWhole && (pasted.hasProgram || !pasted.configName.empty())) {
        m_pause.stop();
        m_isTyping = false;
        Q_EMIT commandPasted(source->text());
        return;
    }
    QPlainTextEdit::insertFromMimeData(source);
}

bool CommandBox::event(QEvent* event) {
    // Undo belongs to the page, so its shortcut must not end here.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* const key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            hand();
            m_isTyping = false;
            event->ignore();
            return false;
        }
    }
    return QPlainTextEdit::event(event);
}

} // namespace fathom::app
