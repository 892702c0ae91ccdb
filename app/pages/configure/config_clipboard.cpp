// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_clipboard.h"

#include "app/models/config_model.h"
#include "app/pages/configure/config_document.h"
#include "app/config_view/config_tree_view.h"
#include "engine/config/override.h"

#include <QClipboard>
#include <QGuiApplication>

namespace fathom::app {

void ConfigClipboard::copyOverride() {
    QString text = m_document.overrideOf(m_tree.currentPath());
    if (text.isEmpty()) {
        const QString value = m_tree.currentSource().data(ConfigModel::TextRole).toString();
        text = m_tree.currentPath() + QLatin1Char('=') +
               QString::fromStdString(config::overrideTextFromInput(value.toStdString()));
    }
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT statusMessage(tr("Copied %1").arg(text));
}

void ConfigClipboard::copyCommand() {
    if (!m_document.isOpen()) return;
    QStringList lines;
    for (const run::RunRequest& request : m_document.requests({}))
        lines.append(QString::fromStdString(run::commandLine(request)));
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
    Q_EMIT statusMessage(lines.size() == 1
                             ? tr("Copied a fathom-cli command that repeats this run")
                             : tr("Copied %1 fathom-cli commands, one for each run").arg(lines.size()));
}

void ConfigClipboard::pasteCommand() {
    const QString text = QGuiApplication::clipboard()->text();
    if (!m_document.pasteCommand(text))
        Q_EMIT statusMessage(tr("The clipboard holds no command line and no override"));
}

} // namespace fathom::app
