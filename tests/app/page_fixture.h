// SPDX-License-Identifier: GPL-3.0-or-later
// The services that a page is handed, with nothing behind the engine and settings in a folder of their own.
#pragma once

#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"

#include <QSettings>
#include <QTemporaryDir>

namespace fathom::app {

struct PageFixture {
    QTemporaryDir folder;
    QSettings settings{folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    ActionRegistry actions;
    JobRunner jobs;
    EngineBridge engine{folder.path().toStdString()};
    AppContext context{{.actions = actions, .jobs = jobs, .engine = engine, .settings = settings},
                       folder.path().toStdString()};
};

} // namespace fathom::app
