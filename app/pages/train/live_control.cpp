// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/train/live_control.h"

#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/models/run_state_text.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "engine/run/control.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"

#include <algorithm>

namespace fathom::app {

using Kind = run::Command::Kind;

LiveControl::LiveControl(AppContext& context, QObject* parent) : QObject(parent), m_context(context) {
    addActions();
    update();
}

void LiveControl::addActions() {
    ActionRegistry& actions = m_context.actions();
    const QString page = QStringLiteral("train");
    m_stop = actions.add({.id = QStringLiteral("train.stop"),
                          .text = tr("Stop"),
                          .icon = QStringLiteral("stop"),
                          .shortcut = Qt::SHIFT | Qt::Key_F5,
                          .tip = tr("End the run within one step and keep what it has")},
                         this, [this] { send({.kind = Kind::Stop}, tr("Stopping…")); });
    m_pause = actions.add({.id = QStringLiteral("train.pause"),
                           .text = tr("Pause"),
                           .icon = QStringLiteral("pause"),
                           .shortcut = Qt::Key_F6,
                           .tip = tr("Let the run stand still before its next batch, or go on"),
                           .page = page},
                          this, [this] { togglePause(); });
    m_checkpoint = actions.add(
        {.id = QStringLiteral("train.checkpoint"),
         .text = tr("Checkpoint now"),
         .icon = QStringLiteral("save"),
         .shortcut = Qt::Key_F7,
         .tip = tr("Save all that the run needs to go on from here"),
         .page = page},
        this, [this] { send({.kind = Kind::Checkpoint}, tr("Checkpoint before the next batch…")); });
    m_validate = actions.add(
        {.id = QStringLiteral("train.validate"),
         .text = tr("Validate now"),
         .icon = QStringLiteral("check"),
         .shortcut = Qt::Key_F8,
         .tip = tr("Run the validation set before the next batch"),
         .page = page},
        this, [this] { send({.kind = Kind::Validate}, tr("Validation before the next batch…")); });
    m_rate =
        actions.add({.id = QStringLiteral("train.rate"),
                     .text = tr("Change learning rate…"),
                     .icon = QStringLiteral("edit"),
                     .shortcut = Qt::Key_F9,
                     .tip = tr("Set the learning rate of the next step; the schedule goes on in proportion"),
                     .page = page},
                    this, [this] { askForRate(); });
    m_epochs = actions.add({.id = QStringLiteral("train.epochs"),
                            .text = tr("Change epochs…"),
                            .icon = QStringLiteral("refresh"),
                            .shortcut = Qt::SHIFT | Qt::Key_F9,
                            .tip = tr("Set after how many epochs the run ends"),
                            .page = page},
                           this, [this] { askForEpochs(); });
}

void LiveControl::watch(qint64 runId) {
    if (runId == m_runId) return;
    m_runId = runId;
    m_run.reset();
    m_learningRate.reset();
    setPending({});
}

void LiveControl::apply(const RunNews& news) {
    if (static_cast<qint64>(news.run) != m_runId) return;
    if (news.info) m_run = news.info;
    if (news.learningRate) m_learningRate = news.learningRate;
    const bool isObeyed =
        !news.fromStart && std::any_of(news.events.begin(), news.events.end(),
                                       [](const store::Event& e) { return e.kind == "command"; });
    if (isObeyed || (m_run && store::isOver(m_run->state))) return setPending({});
    update();
}

void LiveControl::send(const run::Command& command, const QString& pending) {
    if (m_runId < 0) return;
    m_isPausePending = command.kind == Kind::Pause || command.kind == Kind::Resume;
    setPending(pending);
    if (m_context.engine().ownsRun(m_runId)) {
        if (const Status sent = m_context.engine().send(m_runId, command); !sent) failed(sent.error());
        return;
    }
    m_context.jobs().run(
        {}, this,
        [workspace = m_context.workspace(), run = store::RunId{m_runId}, command](std::stop_token) {
            return run::sendCommand(workspace, run, command);
        },
        [this](const Result<std::int64_t>& sent) {
            if (!sent) failed(sent.error());
        });
}

void LiveControl::failed(const Error& error) {
    setPending({});
    Q_EMIT m_context.statusMessage(QString::fromStdString(error.message()));
}

void LiveControl::setPending(const QString& text) {
    if (text.isEmpty()) m_isPausePending = false;
    m_pending = text;
    update();
    Q_EMIT pendingChanged(text);
}

void LiveControl::update() {
    const bool goesOn = m_run && !store::isOver(m_run->state) && m_run->state != store::RunState::Stopping;
    const std::string phase = m_run ? m_run->progress.phase : std::string();
    // Before the first batch and after the last nobody takes a command.
    const bool trains = goesOn && (phase == "training" || phase == "validating" || phase == "paused");
    const bool paused = m_run && isPaused(*m_run);
    m_stop->setEnabled(goesOn);
    m_pause->setEnabled(trains && !m_isPausePending);
    m_pause->setText(paused ? tr("Resume") : tr("Pause"));
    m_pause->setIcon(widgets::icon(paused ? QStringLiteral("play") : QStringLiteral("pause")));
    for (QAction* action : rarer())
        action->setEnabled(trains);
}

void LiveControl::togglePause() {
    if (m_run && isPaused(*m_run)) return send({.kind = Kind::Resume}, tr("Going on…"));
    send({.kind = Kind::Pause}, tr("Pausing…"));
}

void LiveControl::askForRate() {
    ask(QStringLiteral("lr"),
        {.title = tr("Change the learning rate"),
         .label = tr("Of the next step:"),
         .present = m_learningRate ? QString::number(*m_learningRate, 'g', 6) : QString(),
         .presentLabel = tr("Last logged:"),
         .hint = tr(
             "The schedule goes on from there in proportion: every later rate changes by the same factor.")});
}

void LiveControl::askForEpochs() {
    ask(QStringLiteral("max_epochs"),
        {.title = tr("Change the number of epochs"),
         .label = tr("End after epochs:"),
         .present = QString::number(m_run ? m_run->progress.totalEpochs : -1),
         .presentLabel = tr("Now:"),
         .hint =
             tr("-1: no limit. The epoch under way is always finished. The learning rate's schedule stays as "
                "it is.")});
}

void LiveControl::ask(const QString& kind, ControlDialog::Spec spec) {
    const auto commandOf = [kind](const QString& value) {
        return run::parseCommand(QString(kind + QLatin1Char('=') + value).toStdString());
    };
    spec.objection = [commandOf](const QString& value) {
        const auto command = commandOf(value);
        return command ? QString() : QString::fromStdString(command.error().why);
    };
    auto* dialog = new ControlDialog(spec, m_parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, commandOf, asked = m_runId] {
        if (asked != m_runId) // another run took the page meanwhile
            return Q_EMIT m_context.statusMessage(tr("Nothing was changed: the page shows another run now"));
        if (const auto command = commandOf(dialog->value()))
            send(*command, tr("Changing before the next batch…"));
    });
    dialog->open();
}

} // namespace fathom::app
