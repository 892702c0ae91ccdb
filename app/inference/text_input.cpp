// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/text_input.h"

#include <QKeyEvent>
#include <QMimeData>
#include <QUrl>

namespace fathom::app {

QStringList localFilesIn(const QMimeData& data) {
    QStringList files;
    const QList<QUrl> urls = data.urls();
    for (const QUrl& url : urls)
        if (url.isLocalFile()) files.append(url.toLocalFile());
    return files;
}

TextInput::TextInput(Kind kind, QWidget* parent) : QPlainTextEdit(parent), m_kind(kind) {
    setTabChangesFocus(true);
}

void TextInput::keyPressEvent(QKeyEvent* event) {
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    const bool isControl = event->modifiers() & Qt::ControlModifier;
    if (!isEnter || (m_kind == Kind::Lines && !isControl)) return QPlainTextEdit::keyPressEvent(event);
    Q_EMIT submitted();
}

bool TextInput::canInsertFromMimeData(const QMimeData* source) const {
    return source->hasUrls() || source->hasText();
}

void TextInput::insertFromMimeData(const QMimeData* source) {
    if (const QStringList files = localFilesIn(*source); !files.isEmpty()) return Q_EMIT filesDropped(files);
    QString text = source->text();
    text.replace(QStringLiteral("\r\n"), QStringLiteral("\n")).replace(QLatin1Char('\r'), QLatin1Char('\n'));
    if (m_kind == Kind::OneLine) {
        const QStringList lines = text.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        if (lines.size() > 1) return Q_EMIT linesPasted(lines);
        text = lines.value(0);
    }
    textCursor().insertText(text);
}

} // namespace fathom::app
