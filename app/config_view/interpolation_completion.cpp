// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/interpolation_completion.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QLineEdit>
#include <QStringListModel>

#include <optional>
#include <utility>

namespace fathom::app {

namespace {

/// Where the key of the interpolation that is open at the cursor begins.
std::optional<qsizetype> openKey(const QLineEdit& line) {
    const QString before = line.text().left(line.cursorPosition());
    const qsizetype open = before.lastIndexOf(QStringLiteral("${"));
    if (open < 0) return std::nullopt;
    const QString key = before.mid(open + 2);
    const bool isOver = key.contains(QLatin1Char('}')) || key.contains(QLatin1Char(':'));
    if (isOver || key.startsWith(QLatin1Char('.'))) return std::nullopt;
    return open + 2;
}

void take(QLineEdit& line, const QString& key) {
    const auto start = openKey(line);
    if (!start) return;
    QString text = line.text();
    QString after = text.mid(line.cursorPosition());
    if (!after.startsWith(QLatin1Char('}'))) after.prepend(QLatin1Char('}'));
    text = text.left(*start) + key;
    const auto end = static_cast<int>(text.size()) + 1;
    line.setText(text + after);
    line.setCursorPosition(end);
    line.setModified(true);
}

} // namespace

void completeInterpolations(QLineEdit* line, std::function<QStringList()> keys) {
    auto* const model = new QStringListModel(line);
    auto* const completer = new QCompleter(model, line);
    completer->setWidget(line);
    completer->setFilterMode(Qt::MatchContains);
    completer->setMaxVisibleItems(12);
    completer->popup()->setFont(line->font());
    QObject::connect(completer, qOverload<const QString&>(&QCompleter::activated), line,
                     [line](const QString& key) { take(*line, key); });
    QObject::connect(
        line, &QLineEdit::textEdited, completer, [line, completer, model, keys = std::move(keys)] {
            const auto start = openKey(*line);
            if (!start) return completer->popup()->hide();
            if (model->rowCount() == 0) model->setStringList(keys());
            completer->setCompletionPrefix(line->text().mid(*start, line->cursorPosition() - *start));
            if (completer->completionCount() == 0) return completer->popup()->hide();
            completer->complete();
        });
}

} // namespace fathom::app
