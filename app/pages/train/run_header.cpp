// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/train/run_header.h"

#include "app/models/run_state_text.h"
#include "widgets/action_button.h"
#include "widgets/elided_label.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/state_chip.h"
#include "widgets/theme.h"
#include "widgets/wrap_layout.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace fathom::app {

namespace {

constexpr int kBarSteps = 1000;
constexpr int kTitleFirst = 200; ///< of the free room: the title fills up before there is a gap

QString nameOfPhase(const std::string& phase) {
    if (phase == "loading") return RunHeader::tr("Loading");
    if (phase == "training") return RunHeader::tr("Training");
    if (phase == "validating") return RunHeader::tr("Validating");
    if (phase == "testing") return RunHeader::tr("Testing");
    if (phase == "saving") return RunHeader::tr("Saving");
    return QString::fromStdString(phase);
}

QString outOf(qint64 done, qint64 total) {
    if (total < 0) return widgets::formatCount(done);
    return widgets::formatCount(done) + QStringLiteral(" / ") + widgets::formatCount(total);
}

} // namespace

RunHeader::RunHeader(const RunActions& actions, QWidget* parent) : QWidget(parent) {
    build(actions);
    hideProblem();
    applyColors();
}

void RunHeader::build(const RunActions& actions) {
    m_title = new widgets::ElidedLabel(this);
    m_title->setFont(widgets::titleFont(font()));
    m_title->setElideMode(Qt::ElideMiddle); // names of a sweep differ at their ends
    m_chip = new widgets::StateChip(this);
    m_phase = new widgets::ElidedLabel(this);
    m_phase->setMuted(true);
    m_bar = new QProgressBar(this);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(widgets::kGrid);
    m_bar->setAccessibleName(tr("Progress"));
    m_progress = new widgets::ElidedLabel(this);
    auto* trainButton = widgets::actionButton(actions.train, this);
    trainButton->setDefault(true);

    m_problem = new QWidget(this);
    m_problem->setAutoFillBackground(true);
    m_problemIcon = new QLabel(m_problem);
    m_problemText = new QLabel(m_problem);
    m_problemText->setWordWrap(true);
    m_problemText->setTextFormat(Qt::RichText);
    m_problemText->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_copy = new QToolButton(m_problem);
    m_copy->setText(tr("Copy details"));
    m_copy->setToolTip(tr("Copy what went wrong, with the command line, to the clipboard"));
    m_copy->setIcon(widgets::icon(QStringLiteral("copy")));
    m_copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(m_copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_details); });
    auto* problem = new QHBoxLayout(m_problem);
    problem->setContentsMargins(12, widgets::kGrid, widgets::kGrid, widgets::kGrid);
    problem->addWidget(m_problemIcon, 0, Qt::AlignTop);
    problem->addWidget(m_problemText, 1);
    problem->addWidget(m_copy, 0, Qt::AlignTop);

    auto* top = new QHBoxLayout;
    // A stretch makes the layout start from the least width of the title: it gives way before the buttons
    // wrap.
    top->addWidget(m_title, kTitleFirst);
    top->addWidget(m_chip);
    top->addWidget(m_phase);
    top->addStretch(1);
    auto* right = new QWidget(this);
    auto* buttons = new widgets::WrapLayout(right);
    buttons->addStretch();
    buttons->addWidget(widgets::actionButton(actions.pause, this));
    buttons->addWidget(buildMenu(actions.menu));
    buttons->addWidget(widgets::actionButton(actions.stop, this));
    buttons->addWidget(trainButton);
    top->addWidget(right, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(top);
    layout->addWidget(m_bar);
    layout->addWidget(m_progress);
    layout->addWidget(m_problem);
}

QPushButton* RunHeader::buildMenu(const QList<QAction*>& actions) {
    auto* button = new QPushButton(widgets::icon(QStringLiteral("edit")), tr("Change"), this);
    button->setObjectName(QStringLiteral("runMenu"));
    button->setToolTip(tr("Checkpoint, validate, or change what is set while the run goes on"));
    button->setAutoDefault(false);
    auto* menu = new QMenu(button);
    menu->setToolTipsVisible(true);
    menu->addActions(actions);
    button->setMenu(menu);
    const auto follow = [button, actions] {
        button->setEnabled(
            std::any_of(actions.begin(), actions.end(), [](const QAction* a) { return a->isEnabled(); }));
    };
    for (const QAction* action : actions)
        connect(action, &QAction::enabledChanged, button, follow);
    follow();
    return button;
}

void RunHeader::showTitle(const QString& text) {
    m_title->setText(text);
    m_title->setMaximumWidth(m_title->sizeHint().width());
}

void RunHeader::setPending(const QString& text) {
    m_pending = text;
    showPhase();
}

void RunHeader::showPhase() {
    m_phase->setText(m_pending.isEmpty() ? m_phaseOfRun : m_pending);
    m_phase->setVisible(!m_phase->text().isEmpty()); // or it takes room from the title
}

QString RunHeader::phaseText() const {
    return m_phase->text();
}

QString RunHeader::describe(const store::Run& run) {
    const store::Progress& p = run.progress;
    QStringList parts{tr("step %1").arg(outOf(p.step, p.totalSteps)),
                      tr("epoch %1").arg(outOf(p.epoch, p.totalEpochs))};
    if (!store::isOver(run.state)) {
        if (p.stepsPerSecond > 0 && !isPaused(run))
            parts.append(tr("%1 steps/s").arg(widgets::formatNumber(p.stepsPerSecond, 2)));
        const double remaining = remainingSeconds(run);
        if (remaining >= 0) parts.append(tr("ETA %1").arg(widgets::formatDuration(remaining)));
    }
    const double duration = runDuration(run);
    if (duration >= 0)
        parts.append(store::isOver(run.state)
                         ? tr("took %1").arg(widgets::formatDuration(duration))
                         : tr("%1 so far").arg(widgets::formatDuration(std::floor(duration))));
    return parts.join(QStringLiteral("  ·  "));
}

void RunHeader::show(const store::Run& run) {
    showTitle(QString::fromStdString(run.title()));
    m_chip->set(stateText(run), stateIcon(run), stateMood(run));
    m_chip->setVisible(true);
    m_phaseOfRun = store::isOver(run.state) || isPaused(run) ? QString() : nameOfPhase(run.progress.phase);
    showPhase();
    const store::Progress& p = run.progress;
    const bool unknown = p.totalSteps <= 0;
    const bool waiting = unknown && !store::isOver(run.state);
    m_bar->setRange(0, waiting ? 0 : kBarSteps);
    const double part = unknown ? 0 : static_cast<double>(p.step) / static_cast<double>(p.totalSteps);
    if (!waiting) m_bar->setValue(static_cast<int>(std::lround(part * kBarSteps)));
    m_progress->setText(describe(run));
    m_bar->setVisible(true);
    m_progress->setVisible(true);
    const QString command = QString::fromStdString(run.command);
    if (run.state == store::RunState::Failed) {
        const QString error = QString::fromStdString(run.error);
        showProblem(tr("The run failed"), error, {}, error + QLatin1Char('\n') + command);
    } else if (run.state == store::RunState::Interrupted) {
        showProblem(tr("The run was interrupted"),
                    tr("Its process ended without saying so (killed, crashed, or the machine stopped)."),
                    tr("What it had logged is kept. Start it again from Configure or with its command."),
                    command);
    } else {
        hideProblem();
    }
}

void RunHeader::showRefused(const Error& error) {
    QString place = QString::fromStdString(error.file);
    if (error.line > 0) place += QStringLiteral(":%1").arg(error.line);
    if (!error.key.empty())
        place += (place.isEmpty() ? QString() : QStringLiteral("  ")) + QString::fromStdString(error.key);
    QString why = QString::fromStdString(error.why);
    if (!place.isEmpty()) why += QStringLiteral(" (%1)").arg(place);
    showTitle(tr("Not started"));
    m_chip->setVisible(false);
    m_phaseOfRun.clear();
    setPending({});
    m_bar->setVisible(false);
    m_progress->setVisible(false);
    showProblem(QString::fromStdString(error.what), why, QString::fromStdString(error.remedy),
                QString::fromStdString(error.message()));
}

void RunHeader::showProblem(const QString& what, const QString& why, const QString& remedy,
                            const QString& details) {
    m_details = details;
    QString text = QStringLiteral("<b>%1</b><br>%2").arg(what.toHtmlEscaped(), why.toHtmlEscaped());
    if (!remedy.isEmpty()) text += QStringLiteral("<br>") + remedy.toHtmlEscaped();
    if (m_problemText->text() != text) m_problemText->setText(text);
    m_problem->setVisible(true);
}

void RunHeader::hideProblem() {
    m_problem->setVisible(false);
}

QString RunHeader::progressText() const {
    return m_progress->text();
}

QString RunHeader::problemText() const {
    return m_problem->isVisibleTo(this) ? m_problemText->text() : QString();
}

void RunHeader::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) applyColors();
}

void RunHeader::applyColors() {
    const widgets::Colors& c = widgets::colorsFor(this);
    QPalette card = m_problem->palette();
    const QColor tint = widgets::blend(c.surface, c.error, c.dark ? 0.16 : 0.09);
    m_problemIcon->setPixmap(
        widgets::icon(QStringLiteral("error"), c.error).pixmap(QSize(20, 20), devicePixelRatioF()));
    if (card.color(QPalette::Window) == tint) return;
    card.setColor(QPalette::Window, tint);
    m_problem->setPalette(card);
}

} // namespace fathom::app
