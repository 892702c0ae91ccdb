// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/value_editors.h"

#include "app/models/config_problem.h"
#include "widgets/icon.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>
#include <QToolTip>
#include <QValidator>

namespace fathom::app {

namespace {

/// Refuses numbers outside the field's range; what is no number (`${model.lr}`, a sweep) is the engine's to
/// judge.
class RangeValidator : public QValidator {
public:
    RangeValidator(ConfigField field, QLineEdit* line)
        : QValidator(line), m_field(std::move(field)), m_line(line) {}

    State validate(QString& text, int&) const override {
        QString why;
        const bool fits = isWithinRange(m_field, text, &why);
        if (!fits && m_line->isVisible())
            QToolTip::showText(m_line->mapToGlobal(QPoint(0, m_line->height())), why, m_line);
        return fits ? Acceptable : Intermediate;
    }

private:
    ConfigField m_field;
    QLineEdit* m_line;
};

void setWrong(QLineEdit* line, bool wrong) {
    QPalette palette = line->parentWidget()->palette();
    if (wrong) palette.setColor(QPalette::Text, widgets::colorsFor(line->parentWidget()).error);
    line->setPalette(palette);
}

QWidget* choiceEditor(const QStringList& choices, const QString& current, QWidget* parent) {
    auto* const combo = new QComboBox(parent);
    combo->addItems(choices);
    if (!choices.contains(current)) combo->insertItem(0, current);
    combo->setFont(widgets::monospace(parent->font()));
    return combo;
}

QWidget* lineEditor(const EditorRequest& request, QWidget* parent) {
    auto* const line = new QLineEdit(parent);
    line->setFrame(false);
    line->setFont(widgets::monospace(parent->font()));
    const QString range = rangeText(request.field);
    line->setPlaceholderText(range.isEmpty() ? PathEditor::tr("value") : range);
    if (!request.asText && !range.isEmpty()) {
        line->setValidator(new RangeValidator(request.field, line));
        QObject::connect(line, &QLineEdit::textChanged, line,
                         [line] { setWrong(line, !line->hasAcceptableInput()); });
    }
    return line;
}

} // namespace

PathEditor::PathEditor(ConfigField::Path kind, QWidget* parent)
    : QWidget(parent), m_kind(kind), m_line(new QLineEdit(this)) {
    m_line->setFrame(false);
    m_line->setFont(widgets::monospace(parent->font()));
    auto* const button = new QToolButton(this);
    button->setIcon(widgets::icon(kind == Path::Folder ? QStringLiteral("folder") : QStringLiteral("open")));
    button->setAccessibleName(tr("Choose…"));
    button->setToolTip(tr("Choose…"));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::NoFocus);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_line, 1);
    row->addWidget(button);
    setFocusProxy(m_line);
    connect(button, &QToolButton::clicked, this, &PathEditor::choose);
    connect(m_line, &QLineEdit::textChanged, this, &PathEditor::check);
}

QString PathEditor::text() const {
    return m_line->text();
}

void PathEditor::setText(const QString& text) {
    m_line->setText(text);
    m_line->selectAll();
}

void PathEditor::check() {
    const QString path = text().trimmed();
    const bool isPlain = !path.isEmpty() && !path.contains(QLatin1Char('$')) &&
                         path != QStringLiteral("null") && path != QStringLiteral("???") &&
                         !path.startsWith(QLatin1Char('['));
    const bool isMissing = m_kind == Path::File && isPlain && !QFileInfo::exists(path);
    setWrong(m_line, isMissing);
    m_line->setToolTip(isMissing ? tr("There is no such file") : QString());
}

void PathEditor::choose() {
    m_isChoosing = true;
    const QString start = QFileInfo::exists(text()) ? text() : QString();
    const QString path = m_kind == Path::Folder
                             ? QFileDialog::getExistingDirectory(window(), tr("Choose a folder"), start)
                             : QFileDialog::getOpenFileName(window(), tr("Choose a file"), start);
    m_isChoosing = false;
    m_line->setFocus();
    if (path.isEmpty()) return;
    m_line->setText(displayPath(path));
    Q_EMIT chosen();
}

QWidget* makeValueEditor(const EditorRequest& request, QWidget* parent) {
    const ConfigField& field = request.field;
    QStringList choices = field.choices;
    if (choices.isEmpty() && request.isBool) choices = {QStringLiteral("true"), QStringLiteral("false")};
    const bool takesNull = field.isDemanded && field.type.startsWith(QStringLiteral("Optional["));
    if (!choices.isEmpty() && takesNull && !choices.contains(QStringLiteral("null")))
        choices.append(QStringLiteral("null"));
    // What was computed or is swept over is no entry of a list.
    const bool isOpen = request.current.contains(QStringLiteral("${")) || request.asText;
    if (!choices.isEmpty() && !isOpen) return choiceEditor(choices, request.current, parent);
    if (field.path != ConfigField::Path::None && !request.asText) return new PathEditor(field.path, parent);
    return lineEditor(request, parent);
}

QString editedText(const QWidget* editor) {
    if (const auto* const combo = qobject_cast<const QComboBox*>(editor)) return combo->currentText();
    if (const auto* const path = qobject_cast<const PathEditor*>(editor)) return path->text();
    if (const auto* const line = qobject_cast<const QLineEdit*>(editor)) return line->text();
    return {};
}

void showInEditor(QWidget* editor, const QString& text) {
    if (auto* const combo = qobject_cast<QComboBox*>(editor)) {
        if (combo->currentText() != text) combo->setCurrentText(text);
        return;
    }
    auto* const path = qobject_cast<PathEditor*>(editor);
    auto* const line = path ? path->line() : qobject_cast<QLineEdit*>(editor);
    // A new tree while the user types must not take the text away.
    if (!line || line->text() == text || line->isModified()) return;
    line->setText(text);
    line->selectAll();
}

} // namespace fathom::app
