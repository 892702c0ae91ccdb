// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/run_state_text.h"

#include <QCoreApplication>

namespace fathom::app {

namespace {
QString text(const char* source) {
    return QCoreApplication::translate("fathom::app::RunState", source);
}
} // namespace

QString stateText(store::RunState state) {
    switch (state) {
    case store::RunState::Created:
        return text("Starting");
    case store::RunState::Running:
        return text("Running");
    case store::RunState::Stopping:
        return text("Stopping");
    case store::RunState::Completed:
        return text("Completed");
    case store::RunState::Stopped:
        return text("Stopped");
    case store::RunState::Failed:
        return text("Failed");
    case store::RunState::Interrupted:
        return text("Interrupted");
    }
    return {};
}

QString stateIcon(store::RunState state) {
    switch (state) {
    case store::RunState::Created:
        return QStringLiteral("clock");
    case store::RunState::Running:
        return QStringLiteral("play");
    case store::RunState::Stopping:
    case store::RunState::Stopped:
        return QStringLiteral("stop");
    case store::RunState::Completed:
        return QStringLiteral("check");
    case store::RunState::Failed:
        return QStringLiteral("error");
    case store::RunState::Interrupted:
        return QStringLiteral("warning");
    }
    return {};
}

widgets::Mood stateMood(store::RunState state) {
    switch (state) {
    case store::RunState::Created:
    case store::RunState::Running:
        return widgets::Mood::Active;
    case store::RunState::Stopping:
    case store::RunState::Stopped:
        return widgets::Mood::Neutral;
    case store::RunState::Completed:
        return widgets::Mood::Success;
    case store::RunState::Failed:
        return widgets::Mood::Error;
    case store::RunState::Interrupted:
        return widgets::Mood::Warning;
    }
    return widgets::Mood::Neutral;
}

bool isPaused(const store::Run& run) {
    return run.state == store::RunState::Running && run.progress.phase == "paused";
}

QString stateText(const store::Run& run) {
    return isPaused(run) ? text("Paused") : stateText(run.state);
}

QString stateIcon(const store::Run& run) {
    return isPaused(run) ? QStringLiteral("pause") : stateIcon(run.state);
}

widgets::Mood stateMood(const store::Run& run) {
    return isPaused(run) ? widgets::Mood::Warning : stateMood(run.state);
}

double runDuration(const store::Run& run) {
    if (run.startedAt <= 0) return -1;
    return (run.endedAt > 0 ? run.endedAt : run.updatedAt) - run.startedAt;
}

double remainingSeconds(const store::Run& run) {
    const store::Progress& p = run.progress;
    if (store::isOver(run.state) || isPaused(run) || p.totalSteps <= p.step || p.stepsPerSecond <= 0)
        return -1;
    return static_cast<double>(p.totalSteps - p.step) / p.stepsPerSecond;
}

} // namespace fathom::app
