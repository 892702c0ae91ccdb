// SPDX-License-Identifier: GPL-3.0-or-later
// Plots of a board as files. Points are copied from the plots on the GUI thread; drawing and writing happens
// in the background.
#pragma once

#include "app/plots/board_facts.h"
#include "app/plots/plot_plan.h"
#include "engine/base/result.h"
#include "widgets/plot_export.h"

#include <QObject>
#include <QString>

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <vector>

namespace fathom::app {

class AppContext;
class CurveLoader;
class PlotTile;

/// What a figure was made from, for the file: a line for people, and JSON.
[[nodiscard]] QString sourceOf(const PlotTile& tile, const BoardSpec& board, const BoardFacts& facts,
                               const QString& filter);

/// Writes one plot as it is shown; `done` is called on the GUI thread with the file's size.
void exportTile(AppContext& context, QObject* receiver, const PlotTile& tile, const QString& file,
                widgets::FigurePoints points, const QString& source,
                const std::function<void(Result<std::int64_t>)>& done);

/// Writes every plot of a board into a folder, also those that are out of sight: a few are loaded at a time.
/// Deletes itself when it is done.
class BoardExport : public QObject {
    Q_OBJECT
public:
    struct Request {
        std::filesystem::path workspace{};
        std::vector<store::RunId> runs{};
        BoardSpec board{};
        std::shared_ptr<const BoardFacts> facts{};
        QString filter{};
        RunColors colors{};
        QString folder{};
        widgets::FigureFormat format = widgets::FigureFormat::Svg;
        widgets::FigurePoints points = widgets::FigurePoints::Shown;
    };
    BoardExport(AppContext& context, Request request, QWidget* window);
    ~BoardExport() override;
    void start();

Q_SIGNALS:
    void progressed(int written, int of);
    /// Files written, and what went wrong.
    void finished(int written, const QStringList& errors);

private:
    void fill();
    void take(const PlotNewsPtr& news);
    void write(std::unique_ptr<PlotTile> tile);
    [[nodiscard]] QString fileFor(const PlotPanel& panel);

    AppContext& m_context;
    Request m_request;
    QWidget* m_window;
    std::vector<PlotPanel> m_panels;
    std::size_t m_next = 0;
    int m_written = 0;
    int m_ended = 0;
    QStringList m_errors;
    std::set<QString> m_names;
    std::vector<std::unique_ptr<PlotTile>> m_tiles; ///< being loaded
    std::unique_ptr<CurveLoader> m_loader;
};

} // namespace fathom::app
