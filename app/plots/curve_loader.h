// SPDX-License-Identifier: GPL-3.0-or-later
// Reads and computes what plots show, on a thread of its own: the most wanted plot first, coarse before
// whole, and again when a run goes on.
//
//   CurveLoader loader(workspace);
//   connect(&loader, &CurveLoader::plotChanged, this, [](const PlotNewsPtr& news) { … });
//   loader.setRuns(runs, {"model.optim.lr"});
//   loader.setPlots({{1, query}, {2, other}});          // what is visible, most wanted first
//
// What setPlots() no longer names is dropped, in the middle of its work if need be.
#pragma once

#include "app/plots/board_facts.h"
#include "engine/base/result.h"

#include <QObject>

#include <filesystem>
#include <memory>

namespace fathom::app {

struct WantedPlot {
    quint64 id = 0;
    PlotQueryPtr query{};
};

/// Lives on the GUI thread, which never waits for it but in the destructor, for the series that is being
/// read.
class CurveLoader : public QObject {
    Q_OBJECT
public:
    explicit CurveLoader(std::filesystem::path workspace, QObject* parent = nullptr);
    ~CurveLoader() override;

    /// Answered by factsChanged(), and again whenever a run gets a metric or ends.
    void setRuns(std::vector<store::RunId> runs, QStringList configKeys);
    /// A plot whose query is the same object keeps what it has; others are answered from the start.
    void setPlots(std::vector<WantedPlot> plots);

Q_SIGNALS:
    void factsChanged(const fathom::app::BoardFactsPtr& facts);
    void plotChanged(const fathom::app::PlotNewsPtr& news);
    /// The store cannot be read; said once until it works again.
    void failed(const fathom::Error& error);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::app
