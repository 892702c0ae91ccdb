// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_summary.h"

#include "app/models/run_state_text.h"
#include "widgets/elided_label.h"
#include "widgets/number_format.h"
#include "widgets/state_chip.h"
#include "widgets/theme.h"

#include <QFormLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include <cmath>

namespace fathom::app {

namespace {

QString outOf(qint64 done, qint64 total) {
    if (total < 0) return widgets::formatCount(done);
    return widgets::formatCount(done) + QStringLiteral(" / ") + widgets::formatCount(total);
}

QString joined(const std::vector<std::string>& texts, const QString& separator) {
    QStringList all;
    for (const std::string& text : texts)
        all.append(QString::fromStdString(text));
    return all.join(separator);
}

QStringList tagsOf(const QString& text) {
    QStringList tags;
    for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts))
        if (const QString tag = part.trimmed(); !tag.isEmpty() && !tags.contains(tag)) tags.append(tag);
    return tags;
}

} // namespace

RunSummary::RunSummary(QWidget* parent)
    : QWidget(parent),
      m_title(new QLabel(this)),
      m_chip(new widgets::StateChip(this)),
      m_error(new QLabel(this)),
      m_facts(new QFormLayout),
      m_tags(new QLineEdit(this)),
      m_note(new QPlainTextEdit(this)) {
    m_title->setFont(widgets::titleFont(font()));
    m_title->setTextFormat(Qt::PlainText);
    m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_title->setWordWrap(true);
    m_title->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_error->setWordWrap(true);
    m_tags->setPlaceholderText(tr("tags, separated by commas"));
    m_tags->setAccessibleName(tr("Tags"));
    m_note->setPlaceholderText(tr("What was tried, what came of it"));
    m_note->setAccessibleName(tr("Note"));
    m_note->setTabChangesFocus(true);
    m_note->setMaximumHeight(6 * fontMetrics().lineSpacing());
    m_note->installEventFilter(this);
    m_facts->setLabelAlignment(Qt::AlignLeft);
    m_facts->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_facts->setVerticalSpacing(widgets::kGrid / 2);
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_chip, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::kGrid, 0, 0);
    layout->addLayout(head);
    layout->addWidget(m_error);
    layout->addWidget(m_tags);
    layout->addWidget(m_note);
    layout->addLayout(m_facts);
    layout->addStretch(1);
    connect(m_tags, &QLineEdit::editingFinished, this, &RunSummary::commit);
}

void RunSummary::addRow(const QString& title, const QString& text) {
    if (text.isEmpty()) return;
    QWidget* value = nullptr;
    const bool isPath = text.contains(QLatin1Char('/')) && !text.contains(QStringLiteral(" / "));
    if (isPath && !text.contains(QLatin1Char('\n'))) {
        auto* path = new widgets::ElidedLabel(this);
        path->setElideMode(Qt::ElideMiddle);
        path->setText(text);
        value = path;
    } else {
        auto* plain = new QLabel(text, this);
        plain->setTextFormat(Qt::PlainText);
        plain->setWordWrap(true);
        plain->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value = plain;
    }
    auto* label = new QLabel(title, this);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setAlignment(Qt::AlignTop);
    m_facts->addRow(label, value);
}

void RunSummary::show(const store::Run& run) {
    const bool isSame = run.id == m_run.id;
    if (!isSame) commit();
    const bool isTyping = isSame && (m_note->hasFocus() || m_tags->hasFocus());
    m_run = run;
    m_title->setText(QString::fromStdString(run.title()));
    m_chip->set(stateText(run), stateIcon(run), stateMood(run));
    m_error->setText(QString::fromStdString(run.error));
    m_error->setVisible(!run.error.empty());
    if (!isTyping) {
        m_tags->setText(joined(run.tags, QStringLiteral(", ")));
        m_note->setPlainText(QString::fromStdString(run.note));
    }
    while (m_facts->rowCount() > 0)
        m_facts->removeRow(0);
    const store::Progress& progress = run.progress;
    addRow(tr("Step"), outOf(progress.step, progress.totalSteps));
    addRow(tr("Epoch"), outOf(progress.epoch, progress.totalEpochs));
    addRow(tr("Started"), widgets::formatMoment(run.startedAt));
    addRow(tr("Ended"), widgets::formatMoment(run.endedAt));
    if (const double seconds = runDuration(run); seconds >= 0)
        addRow(tr("Duration"), widgets::formatDuration(std::floor(seconds)));
    addRow(tr("Config"), QString::fromStdString(run.configName));
    addRow(tr("Overrides"), joined(run.overrides, QStringLiteral("\n")));
    addRow(tr("Host"), QString::fromStdString(run.process.host));
    addRow(tr("Imported from"), QString::fromStdString(run.source));
    addRow(tr("Folder"), QString::fromStdString(run.directory));
}

void RunSummary::commit() {
    if (m_run.id == store::RunId{}) return;
    if (const QStringList tags = tagsOf(m_tags->text());
        tags != tagsOf(joined(m_run.tags, QStringLiteral(","))))
        Q_EMIT tagsEdited(m_run, tags);
    if (const QString note = m_note->toPlainText(); note.toStdString() != m_run.note)
        Q_EMIT noteEdited(m_run, note);
}

bool RunSummary::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_note) return QWidget::eventFilter(watched, event);
    const bool isDone = event->type() == QEvent::KeyPress &&
                        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Return &&
                        static_cast<QKeyEvent*>(event)->modifiers() == Qt::ControlModifier;
    if (event->type() == QEvent::FocusOut || isDone) commit();
    return isDone || QWidget::eventFilter(watched, event);
}

} // namespace fathom::app
