// SPDX-License-Identifier: GPL-3.0-or-later
// The plots of a board one after the other, also those that are out of sight: a few are loaded at a time.
#pragma once

#include "app/plots/board_facts.h"
#include "app/plots/plot_plan.h"
#include "engine/base/result.h"

#include <QObject>

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

class QWidget;

namespace fathom::app {

class CurveLoader;
class PlotTile;

class PanelLoader : public QObject {
    Q_OBJECT
public:
    struct Request {
        std::filesystem::path workspace{};
        std::vector<store::RunId> runs{};
        BoardSpec board{};
        BoardFactsPtr facts{};
        QString filter{};
        RunColors colors{};
        std::optional<store::RunId> baseline{};
        std::size_t most = std::numeric_limits<std::size_t>::max(); ///< plots
    };
    /// `window` is where the tiles would stand if they were shown.
    PanelLoader(Request request, QWidget* window, QObject* parent);
    ~PanelLoader() override;

    void start();
    [[nodiscard]] const Request& request() const { return m_request; }
    [[nodiscard]] int count() const { return static_cast<int>(m_panels.size()); }
    /// Those that were loaded and released, and those that have no curves.
    [[nodiscard]] int ended() const { return m_ended; }
    /// The receiver of loaded() is done with one, and the next may come.
    void release();

Q_SIGNALS:
    /// With its points, axes fitted; gone after the call.
    void loaded(fathom::app::PlotTile* tile);
    void failed(const fathom::Error& error);
    void finished();

private:
    void fill();
    void take(const PlotNewsPtr& news);

    Request m_request;
    QWidget* m_window;
    std::vector<PlotPanel> m_panels;
    std::size_t m_next = 0;
    std::size_t m_held = 0; ///< loaded and not released
    int m_ended = 0;
    bool m_isFinished = false;
    std::vector<std::unique_ptr<PlotTile>> m_tiles; ///< being loaded
    std::unique_ptr<CurveLoader> m_loader;
};

} // namespace fathom::app
