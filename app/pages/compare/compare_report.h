// SPDX-License-Identifier: GPL-3.0-or-later
// What the Compare page shows, as a document.
#pragma once

#include "app/pages/compare/compared_runs.h"
#include "app/pages/compare/study.h"
#include "engine/analysis/importance.h"
#include "engine/analysis/report.h"
#include "engine/analysis/weights.h"
#include "widgets/plot_export.h"

#include <QSize>

#include <functional>

class QPainter;
class QPalette;
class QRectF;

namespace fathom::app {

/// Parts may be missing.
struct ReportInput {
    ComparisonPtr comparison{};
    analysis::WeightsComparison weights{};
    StudyPtr study{};
    analysis::Importance importance{};
    std::vector<analysis::ReportFigure> figures{};
};

/// Pure; any thread.
[[nodiscard]] analysis::Report makeReport(const ReportInput& input);

/// A plot of curves as it was on the screen.
struct ReportCurve {
    QString title{};
    widgets::FigureCopy figure;
};
using ReportCurves = std::vector<ReportCurve>;

/// Draws them as figures, before those that are there. Any thread.
void addCurves(ReportInput& input, const ReportCurves& curves);

using DrawFigure = std::function<void(QPainter* painter, const QRectF& area, const QPalette& palette)>;

/// A figure in the light theme's colours, as vectors. GUI thread only.
[[nodiscard]] analysis::ReportFigure makeFigure(const char* name, const QString& caption, QSize size,
                                                const DrawFigure& draw);

/// Bars with intervals of the most important keys.
void drawImportance(QPainter* painter, const QRectF& area, const QPalette& palette,
                    const analysis::Importance& importance, std::size_t most);

} // namespace fathom::app
