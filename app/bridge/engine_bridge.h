// SPDX-License-Identifier: GPL-3.0-or-later
// The engine as the window sees it: requests go in, news come out as signals on the GUI thread. Nothing here
// makes the GUI thread wait: the run service and the store are opened, asked and read by threads of the
// bridge.
#pragma once

#include "app/models/run_news.h"
#include "engine/base/result.h"
#include "engine/plugin/plugins.h"
#include "engine/run/command.h"
#include "engine/run/request.h"

#include <QObject>

#include <filesystem>
#include <memory>
#include <optional>

namespace fathom::app {

class EngineBridge : public QObject {
    Q_OBJECT
public:
    explicit EngineBridge(std::filesystem::path workspace, QObject* parent = nullptr);
    /// Ends what runs in this process within a step, and joins the threads.
    ~EngineBridge() override;

    /// Begins to open the run service and to follow the store. Call once, after the first paint.
    void open();
    /// Plugins that every run gets besides those its config lists. Call before start().
    void usePlugins(const plugin::Selection& plugins);
    /// Starts the run in the background; answered by runStarted or startFailed.
    void start(const run::RunRequest& request);
    /// Asks something of a run of this process, see run::RunService::send(). Of another process: refused, see
    /// ownsRun(); run::sendCommand() reaches it.
    [[nodiscard]] Status send(qint64 runId, const run::Command& command);
    /// True for a run that this process started and that is not over.
    [[nodiscard]] bool ownsRun(qint64 runId) const;
    /// Runs of this process that are under way.
    [[nodiscard]] int activeRuns() const;
    /// Sends news of this run from its first point on; -1 for none.
    void watch(qint64 runId);

Q_SIGNALS:
    void runListChanged(const fathom::app::RunListNewsPtr& news);
    void runChanged(const fathom::app::RunNewsPtr& news);
    void runStarted(qint64 runId);
    void startFailed(const fathom::Error& error);
    /// The store cannot be opened or read; said once until it works again.
    void storeFailed(const fathom::Error& error);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::app
