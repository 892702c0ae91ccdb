// SPDX-License-Identifier: GPL-3.0-or-later
// Plots of a board as files. Points are copied from the plots on the GUI thread; drawing and writing happens
// in the background.
#pragma once

#include "app/plots/panel_loader.h"
#include "widgets/plot_export.h"

#include <QObject>
#include <QString>

#include <functional>
#include <set>

namespace fathom::app {

class AppContext;

/// What a figure was made from, for the file: a line for people, and JSON.
[[nodiscard]] QString sourceOf(const PlotTile& tile, const BoardSpec& board, const BoardFacts& facts,
                               const QString& filter);

/// "val_wer seed 1": what a plot's file is called; characters that are no good there become "-".
[[nodiscard]] QString fileNameOf(const PlotPanel& panel);

/// Writes one plot as it is shown; `done` is called on the GUI thread with the file's size.
void exportTile(AppContext& context, QObject* receiver, const PlotTile& tile, const QString& file,
                widgets::FigurePoints points, const QString& source,
                const std::function<void(Result<std::int64_t>)>& done);

/// Writes every plot of a board into a folder, also those that are out of sight. Deletes itself when it is
/// done.
class BoardExport : public QObject {
    Q_OBJECT
public:
    struct Target {
        QString folder{};
        widgets::FigureFormat format = widgets::FigureFormat::Svg;
        widgets::FigurePoints points = widgets::FigurePoints::Shown;
    };
    BoardExport(AppContext& context, PanelLoader::Request request, Target target, QWidget* window);
    ~BoardExport() override;
    void start();

Q_SIGNALS:
    void progressed(int written, int of);
    /// Files written, and what went wrong.
    void finished(int written, const QStringList& errors);

private:
    void write(const PlotTile& tile);
    [[nodiscard]] QString fileFor(const PlotPanel& panel);

    AppContext& m_context;
    Target m_target;
    PanelLoader m_panels;
    int m_written = 0;
    QStringList m_errors;
    std::set<QString> m_names;
};

} // namespace fathom::app
