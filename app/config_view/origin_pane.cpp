// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/origin_pane.h"

#include "app/models/config_model.h"
#include "widgets/theme.h"

#include <QEvent>

namespace fathom::app {

namespace {

bool isBeat(const QModelIndex& index) {
    return index.data(ConfigModel::KindRole).toInt() == static_cast<int>(ConfigKind::Beat);
}

QString valueOf(const QModelIndex& index) {
    return index.siblingAtColumn(ConfigModel::ValueColumn).data().toString();
}

QString shortened(QString text) {
    constexpr int kLongest = 120;
    return text.size() > kLongest ? text.left(kLongest) + QStringLiteral("…") : text;
}

QString code(const QString& text) {
    return QStringLiteral("<code>%1</code>").arg(shortened(text).toHtmlEscaped());
}

QString link(const QString& target, const QString& text) {
    return QStringLiteral("<a href=\"%1\">%2</a>").arg(target.toHtmlEscaped(), text.toHtmlEscaped());
}

} // namespace

OriginPane::OriginPane(const ConfigModel& model, QWidget* parent) : QTextBrowser(parent), m_model(model) {
    setAccessibleName(tr("Where the value came from"));
    setOpenLinks(false);
    setFrameShape(NoFrame);
    setFocusPolicy(Qt::TabFocus);
    document()->setDocumentMargin(widgets::kGrid);
    connect(this, &QTextBrowser::anchorClicked, this, &OriginPane::follow);
}

QSize OriginPane::sizeHint() const {
    return {320, 7 * fontMetrics().lineSpacing() + 2 * widgets::kGrid};
}

void OriginPane::setKey(const QModelIndex& index) {
    QModelIndex key = index.siblingAtColumn(0);
    while (key.isValid() && key.data(ConfigModel::KindRole).toInt() >= static_cast<int>(ConfigKind::Beat))
        key = key.parent();
    m_key = key;
    setHtml(story());
}

QString OriginPane::assignmentLine(const QModelIndex& index, const QString& target, bool wins) const {
    const QString origin = index.data(ConfigModel::OriginTextRole).toString();
    const QString word = index.data(ConfigModel::OriginRole).toString().section(QLatin1Char(' '), 0, 0);
    const bool isRemoval = index.data(ConfigModel::RemovedRole).toBool();
    const QString value = isRemoval ? tr("removed") : code(valueOf(index));
    const QString line =
        QStringLiteral("%1 %2 &nbsp; %3").arg(word.toHtmlEscaped(), link(target, origin), value);
    return wins ? QStringLiteral("<b>%1</b> %2<br>").arg(tr("Set by"), line)
                : QStringLiteral("%1 %2<br>").arg(tr("beats"), line);
}

QString OriginPane::keyLinks(const QStringList& keys, bool withValues) const {
    QStringList texts;
    for (const QString& key : keys) {
        const QModelIndex index = m_model.indexOf(key);
        QString text = index.isValid() ? link(QStringLiteral("key:") + key, key) : code(key);
        const QString resolved = index.siblingAtColumn(ConfigModel::ResolvedColumn).data().toString();
        if (withValues && index.isValid())
            text += QStringLiteral(" = ") + code(resolved.isEmpty() ? valueOf(index) : resolved);
        texts.append(text);
    }
    return texts.join(QStringLiteral(", "));
}

QString OriginPane::story() const {
    if (!m_key.isValid()) return {};
    const QModelIndex key = m_key;
    const QString resolved = key.siblingAtColumn(ConfigModel::ResolvedColumn).data().toString();
    QString html =
        QStringLiteral("<b>%1</b>").arg(key.data(ConfigModel::PathRole).toString().toHtmlEscaped());
    if (key.data(ConfigModel::LeafRole).toBool()) html += QStringLiteral(" = ") + code(valueOf(key));
    if (!resolved.isEmpty()) html += QStringLiteral(" → ") + code(resolved);
    html += QStringLiteral("<br>");
    const auto field = key.data(ConfigModel::FieldRole).value<ConfigField>();
    if (!field.help.isEmpty()) html += field.help.toHtmlEscaped() + QStringLiteral("<br>");
    if (!key.data(ConfigModel::OriginRole).toString().isEmpty())
        html += assignmentLine(key, QStringLiteral("row:-1"), true);
    for (int row = 0; row < m_model.rowCount(key); ++row) {
        const QModelIndex beat = m_model.index(row, 0, key);
        if (isBeat(beat)) html += assignmentLine(beat, QStringLiteral("row:%1").arg(row), false);
    }
    const QStringList references = key.data(ConfigModel::ReferencesRole).toStringList();
    const QStringList dependents = key.data(ConfigModel::DependentsRole).toStringList();
    if (!references.isEmpty())
        html += tr("Computed from %1").arg(keyLinks(references, true)) + QStringLiteral("<br>");
    if (!dependents.isEmpty()) html += tr("Used by %1").arg(keyLinks(dependents, false));
    return html;
}

void OriginPane::follow(const QUrl& url) {
    const QString target = url.toString();
    if (target.startsWith(QStringLiteral("key:"))) {
        Q_EMIT keyClicked(target.mid(4));
        return;
    }
    const int row = target.mid(4).toInt();
    const QModelIndex key = m_key;
    Q_EMIT assignmentClicked(row < 0 ? key : m_model.index(row, 0, key));
}

void OriginPane::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) setHtml(story());
}

} // namespace fathom::app
