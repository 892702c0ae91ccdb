// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/panel_loader.h"

#include "app/plots/curve_loader.h"
#include "app/plots/plot_tile.h"
#include "widgets/line_plot.h"

#include <algorithm>

namespace fathom::app {

namespace {
constexpr std::size_t kAtOnce = 6;
constexpr QSize kLoadedSize{640, 400}; // of plots that are loaded only to be written
} // namespace

PanelLoader::PanelLoader(Request request, QWidget* window, QObject* parent)
    : QObject(parent), m_request(std::move(request)), m_window(window) {
    m_panels = panelsOf(m_request.board, *m_request.facts, m_request.filter);
    if (m_panels.size() > m_request.most) m_panels.resize(m_request.most);
    m_loader = std::make_unique<CurveLoader>(m_request.workspace);
    connect(m_loader.get(), &CurveLoader::plotChanged, this, &PanelLoader::take);
    connect(m_loader.get(), &CurveLoader::failed, this, &PanelLoader::failed);
}

PanelLoader::~PanelLoader() = default;

void PanelLoader::start() {
    m_loader->setRuns(m_request.runs, {});
    fill();
}

void PanelLoader::fill() {
    while (m_tiles.size() + m_held < kAtOnce && m_next < m_panels.size()) {
        const PlotPanel& panel = m_panels[m_next];
        auto tile = std::make_unique<PlotTile>(++m_next, m_window);
        tile->hide();
        tile->resize(kLoadedSize);
        const PlotSpec* spec = specOf(m_request.board, panel);
        PlotPlan plan = planOf(panel, m_request.board, *m_request.facts, m_request.colors);
        if (m_request.baseline) markBaseline(plan, *m_request.baseline);
        tile->setPlan(panel, std::move(plan), spec != nullptr ? spec->notes : std::vector<PlotNote>(),
                      nullptr);
        if (tile->query()->curves.empty())
            ++m_ended;
        else
            m_tiles.push_back(std::move(tile));
    }
    std::vector<WantedPlot> wanted;
    for (const auto& tile : m_tiles)
        wanted.push_back({tile->id(), tile->query()});
    m_loader->setPlots(std::move(wanted));
    if (m_ended < count() || m_isFinished) return;
    m_isFinished = true;
    Q_EMIT finished();
}

void PanelLoader::take(const PlotNewsPtr& news) {
    const auto found = std::find_if(m_tiles.begin(), m_tiles.end(),
                                    [&](const auto& tile) { return tile->id() == news->plot; });
    if (found == m_tiles.end()) return;
    (*found)->apply(*news);
    if (!(*found)->isComplete()) return;
    std::unique_ptr<PlotTile> tile = std::move(*found);
    m_tiles.erase(found);
    ++m_held;
    tile->plot().redraw(); // fits the axes to the points
    Q_EMIT loaded(tile.get());
    tile.release()->deleteLater();
}

void PanelLoader::release() {
    --m_held;
    ++m_ended;
    fill();
}

} // namespace fathom::app
