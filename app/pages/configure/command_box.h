// SPDX-License-Identifier: GPL-3.0-or-later
// The command line under the tree: the same overrides as text. Typing is handed on after a short pause.
#pragma once

#include <QPlainTextEdit>
#include <QTimer>

namespace fathom::app {

class CommandBox : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit CommandBox(QWidget* parent = nullptr);

    /// Shows the document's line, unless the user is typing: then what was typed stays.
    void showLine(const QString& line);
    /// Selects the first occurrence of `argument`.
    void selectArgument(const QString& argument);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void lineTyped(const QString& line);
    /// A whole command was pasted: it takes the place of the line.
    void commandPasted(const QString& command);
    /// The user left the box.
    void typingEnded();

protected:
    void focusOutEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;
    void insertFromMimeData(const QMimeData* source) override;

private:
    void hand();
    /// Lines as they are wrapped.
    [[nodiscard]] int lineCount() const;
    void fitHeight();
    QTimer m_pause;
    bool m_isTyping = false;
    QString m_line;
};

} // namespace fathom::app
