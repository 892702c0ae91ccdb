// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/report_writer.h"

#include "app/bridge/job_runner.h"
#include "app/pages/compare/relations_tab.h"
#include "app/pages/compare/study_source.h"
#include "app/pages/compare/weights_tab.h"
#include "app/plots/board_bar.h"
#include "app/plots/panel_loader.h"
#include "app/plots/plot_board.h"
#include "app/plots/plot_tile.h"
#include "app/shell/app_context.h"
#include "widgets/line_plot.h"
#include "widgets/parallel_coordinates.h"
#include "widgets/plot_export.h"
#include "widgets/scatter_plot.h"
#include "widgets/theme.h"

#include <algorithm>
#include <cmath>

namespace fathom::app {

namespace {
constexpr int kLookMs = 30;
constexpr std::size_t kMostCurves = 8; ///< plots of the board in a report
constexpr std::size_t kMostBars = 15;
} // namespace

ReportWriter::ReportWriter(AppContext& context, const Parts& parts, QObject* parent)
    : QObject(parent), m_context(context), m_parts(parts) {
    m_look.setInterval(kLookMs);
    connect(&m_look, &QTimer::timeout, this, &ReportWriter::look);
}

ReportWriter::~ReportWriter() = default;

void ReportWriter::write(const ComparisonPtr& comparison, const QString& file) {
    m_comparison = comparison;
    m_file = file;
    m_panels.reset();
    m_curves = std::make_shared<ReportCurves>();
    m_hasCurves = false;
    m_isBusy = true;
    m_parts.study.refresh();
    if (m_parts.weights.model().rowCount() == 0) m_parts.weights.compare();
    m_look.start();
    look();
}

void ReportWriter::look() {
    if (!m_panels && m_parts.curves.hasFacts()) loadCurves();
    if (!m_hasCurves || m_parts.study.isBusy() || m_parts.weights.isBusy()) return;
    m_look.stop();
    compose();
}

/// The first plots of the board, as they would look there.
void ReportWriter::loadCurves() {
    m_panels = std::make_unique<PanelLoader>(PanelLoader::Request{.workspace = m_context.workspace(),
                                                                  .runs = m_parts.curves.runs(),
                                                                  .board = m_parts.curves.document().spec(),
                                                                  .facts = m_parts.curves.facts(),
                                                                  .filter = m_parts.curves.bar().filter(),
                                                                  .colors = m_parts.curves.colors(),
                                                                  .baseline = m_parts.curves.baseline(),
                                                                  .most = kMostCurves},
                                             &m_parts.curves, nullptr);
    connect(m_panels.get(), &PanelLoader::loaded, this, [this](PlotTile* tile) {
        take(*tile);
        // Not within the call: it may finish the loader that is speaking.
        QMetaObject::invokeMethod(m_panels.get(), &PanelLoader::release, Qt::QueuedConnection);
    });
    connect(m_panels.get(), &PanelLoader::finished, this, [this] { m_hasCurves = true; });
    m_panels->start();
}

void ReportWriter::take(const PlotTile& tile) {
    m_curves->push_back(
        {tile.plot().title(), widgets::FigureCopy(tile.plot().figureIn(widgets::lightColors()),
                                                  widgets::lightColors(), widgets::FigurePoints::Shown)});
}

void ReportWriter::addStudy(ReportInput& input) const {
    const StudyPtr& study = m_parts.study.study();
    if (!study || m_parts.study.importance().keys.empty()) return;
    input.study = study;
    input.importance = m_parts.study.importance();
    const std::size_t bars = std::min(kMostBars, input.importance.keys.size());
    if (std::isfinite(input.importance.explained))
        input.figures.push_back(makeFigure(
            "importance", tr("Importance of config keys for %1, with 95 % intervals").arg(study->metricName),
            {900, static_cast<int>(bars) * 28},
            [&](QPainter* painter, const QRectF& area, const QPalette& palette) {
                drawImportance(painter, area, palette, input.importance, bars);
            }));
    const auto drawing = [](const auto& plot) {
        return [&plot](QPainter* painter, const QRectF& area, const QPalette& palette) {
            plot.draw(painter, area, palette);
        };
    };
    input.figures.push_back(makeFigure("relations",
                                       tr("Runs across config keys and %1").arg(study->metricName),
                                       {1000, 460}, drawing(m_parts.relations.parallel())));
    input.figures.push_back(makeFigure("scatter",
                                       tr("%1 against the most important key").arg(study->metricName),
                                       {800, 460}, drawing(m_parts.relations.scatter())));
}

void ReportWriter::compose() {
    ReportInput input{.comparison = m_comparison, .weights = m_parts.weights.model().weights()};
    addStudy(input);
    m_context.jobs().run(
        QStringLiteral("compare.report"), this,
        [input = std::move(input), curves = m_curves, file = m_file](std::stop_token) mutable {
            addCurves(input, *curves);
            return analysis::writeReport(makeReport(input), file.toStdString());
        },
        [this, file = m_file](const Status& status) {
            m_isBusy = false;
            Q_EMIT written(file, status ? QString() : QString::fromStdString(status.error().message()));
        });
}

} // namespace fathom::app
