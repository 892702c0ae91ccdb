// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/compare_report.h"

#include "app/models/run_state_text.h"
#include "app/pages/compare/comparison_model.h"
#include "widgets/interval_bar_delegate.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QPainter>
#include <QSvgGenerator>

#include <algorithm>
#include <cmath>

namespace fathom::app {

namespace {

using analysis::ReportSection;
using analysis::ReportTable;
using analysis::ReportText;
using Kind = ComparisonSection::Kind;

constexpr std::size_t kMostRows = 200;
constexpr std::size_t kMostClips = 25;
constexpr std::size_t kMostTensors = 40;

std::string text(const QString& source) {
    return source.toStdString();
}

QString tr(const char* source) {
    return QCoreApplication::translate("CompareReport", source);
}

std::string estimateText(const analysis::Estimate& estimate) {
    if (std::isnan(estimate.value)) return "–";
    QString shown = widgets::formatNumber(estimate.value, 3);
    if (!std::isnan(estimate.low))
        shown += QStringLiteral(" (%1 … %2)")
                     .arg(widgets::formatNumber(estimate.low, 3), widgets::formatNumber(estimate.high, 3));
    return text(shown);
}

ReportSection runsSection(const Comparison& comparison) {
    ReportTable table{
        {text(tr("Run")), text(tr("State")), text(tr("Started")), text(tr("Step")), text(tr("Command"))}, {}};
    for (std::size_t column = 0; column < comparison.order.size(); ++column) {
        const ComparedRun& run = comparison.run(column);
        const QString title = column == 0 ? tr("%1 (baseline)").arg(run.title) : run.title;
        const std::string why = run.run.error.empty() ? "" : ": " + run.run.error;
        table.rows.push_back({text(title), text(stateText(run.run)) + why,
                              text(widgets::formatMoment(run.run.startedAt)),
                              text(widgets::formatCount(run.run.progress.step)), run.run.command});
    }
    return {text(tr("Runs")), {std::move(table)}};
}

std::string cellText(const Comparison& comparison, const analysis::ComparedKey& key, Kind kind,
                     std::size_t column) {
    const std::size_t run = comparison.order[column];
    const analysis::Setting* setting = key.runs[run];
    if (setting == nullptr) return text(tr("none"));
    if (column > 0 && !key.differsBetween(comparison.baseline, run)) return "=";
    std::string shown = text(shortText(*setting, kind));
    if (!setting->layer.empty()) shown += "  [" + setting->layer + "]";
    return shown;
}

/// Only what differs; longer texts follow as diffs.
ReportSection differences(const Comparison& comparison, Kind kind) {
    const ComparisonSection& section = comparison.section(kind);
    ReportSection result{text(sectionTitle(kind)), {}};
    if (section.differing == 0) {
        result.parts.emplace_back(ReportText{text(tr("All %1 are the same.").arg(section.rows.size()))});
        return result;
    }
    result.parts.emplace_back(ReportText{text(tr("%1 of %2 differ. \"=\" is the baseline's value.")
                                                  .arg(section.differing)
                                                  .arg(section.rows.size()))});
    ReportTable table{{text(tr("Key"))}, {}};
    for (std::size_t column = 0; column < comparison.order.size(); ++column)
        table.header.push_back(text(comparison.run(column).title));
    std::vector<analysis::ReportPart> diffs;
    for (const analysis::ComparedKey& key : section.rows) {
        if (!key.differs || table.rows.size() == kMostRows) continue;
        table.rows.push_back({key.key});
        for (std::size_t column = 0; column < comparison.order.size(); ++column)
            table.rows.back().push_back(cellText(comparison, key, kind, column));
        const analysis::Setting* before = key.runs[comparison.baseline];
        for (std::size_t column = 1; column < comparison.order.size(); ++column) {
            const analysis::Setting* after = key.runs[comparison.order[column]];
            const auto isLong = [](const analysis::Setting* setting) {
                return setting != nullptr && setting->value.isString() &&
                       setting->value.asString().find('\n') != std::string::npos;
            };
            if ((!isLong(before) && !isLong(after)) ||
                !key.differsBetween(comparison.baseline, comparison.order[column]))
                continue;
            const auto whole = [](const analysis::Setting* setting) {
                return setting == nullptr ? std::string() : analysis::displayText(setting->value);
            };
            diffs.emplace_back(analysis::ReportDiff{key.key + ": " + text(comparison.run(0).title) + " → " +
                                                        text(comparison.run(column).title),
                                                    analysis::diffText(whole(before), whole(after))});
        }
    }
    if (table.rows.size() == kMostRows)
        result.parts.emplace_back(ReportText{text(tr("The first %1 of them:").arg(kMostRows))});
    result.parts.emplace_back(std::move(table));
    std::move(diffs.begin(), diffs.end(), std::back_inserter(result.parts));
    return result;
}

ReportSection predictions(const Comparison& comparison) {
    std::vector<std::vector<analysis::Prediction>> runs;
    for (const ComparedRun& run : *comparison.runs)
        runs.push_back(run.predictions);
    auto rows = analysis::comparePredictions(runs, comparison.baseline);
    std::erase_if(rows, [](const auto& row) { return !row.differs(); });
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return std::fmax(a.spread(), -1.0) > std::fmax(b.spread(), -1.0);
    });
    ReportSection section{text(tr("Predictions")), {}};
    const auto clips = static_cast<qint64>(rows.size());
    section.parts.emplace_back(
        ReportText{text(clips == 1 ? tr("1 clip is predicted differently:")
                                   : tr("%1 clips are predicted differently; those whose errors differ most:")
                                         .arg(widgets::formatCount(clips)))});
    ReportTable table{{text(tr("Reference"))}, {}};
    for (std::size_t column = 0; column < comparison.order.size(); ++column)
        table.header.push_back(text(comparison.run(column).title));
    for (std::size_t i = 0; i < std::min(rows.size(), kMostClips); ++i) {
        table.rows.push_back({rows[i].reference});
        for (const std::size_t run : comparison.order)
            table.rows.back().push_back(rows[i].runs[run] ? rows[i].runs[run]->text : "–");
    }
    section.parts.emplace_back(std::move(table));
    return section;
}

ReportSection weightsSection(const Comparison& comparison, const analysis::WeightsComparison& weights) {
    ReportSection section{text(tr("Weights")), {}};
    const auto tensors = static_cast<qint64>(weights.tensors.size());
    const QString what =
        tensors == 1
            ? tr("Relative change ‖Δ‖ / ‖baseline‖ and cosine of the tensor that differs from that of %1.")
                  .arg(comparison.run(0).title)
            : tr("Relative change ‖Δ‖ / ‖baseline‖ and cosine of %1 tensors that differ from those of %2.")
                  .arg(widgets::formatCount(tensors), comparison.run(0).title);
    section.parts.emplace_back(ReportText{text(what)});
    ReportTable table{{text(tr("Tensor"))}, {}};
    for (std::size_t column = 1; column < comparison.order.size(); ++column)
        table.header.push_back(text(comparison.run(column).title));
    for (std::size_t i = 0; i < std::min(weights.tensors.size(), kMostTensors); ++i) {
        table.rows.push_back({weights.tensors[i].name});
        for (std::size_t column = 1; column < comparison.order.size(); ++column) {
            const auto& cell = weights.tensors[i].runs[comparison.order[column]];
            std::string shown = "=";
            if (cell) shown = cell->after;
            if (cell && cell->difference)
                shown = text(tr("%1 %, cos %2")
                                 .arg(widgets::formatNumber(100 * cell->relativeChange(), 3),
                                      widgets::formatNumber(cell->difference->cosine, 6)));
            table.rows.back().push_back(std::move(shown));
        }
    }
    section.parts.emplace_back(std::move(table));
    return section;
}

ReportSection importanceSection(const ReportInput& input) {
    ReportSection section{text(tr("What %1 goes with").arg(input.study->metricName)), {}};
    const auto keys = static_cast<qint64>(input.importance.keys.size());
    QString sentence = tr("%1 runs, %2.")
                           .arg(widgets::formatCount(static_cast<qint64>(input.study->runs.size())),
                                keys == 1 ? tr("1 key that differs")
                                          : tr("%1 keys that differ").arg(widgets::formatCount(keys)));
    if (std::isfinite(input.importance.explained))
        sentence += tr(" A random forest explains %1 % of the variance for runs that it has not seen. "
                       "Importance is the "
                       "share of the variance lost when a key is shuffled; intervals are 95 %.")
                        .arg(widgets::formatNumber(std::fmax(0, 100 * input.importance.explained), 2));
    section.parts.emplace_back(ReportText{text(sentence)});
    ReportTable table{
        {text(tr("Key")), text(tr("Importance")), text(tr("Correlation")), text(tr("Rank correlation"))}, {}};
    for (std::size_t i = 0; i < std::min<std::size_t>(input.importance.keys.size(), 30); ++i) {
        const analysis::KeyImportance& key = input.importance.keys[i];
        std::string name = key.key;
        for (const std::string& other : key.together)
            name += ", " + other;
        table.rows.push_back({std::move(name), estimateText(key.forest), estimateText(key.pearson),
                              estimateText(key.spearman)});
    }
    section.parts.emplace_back(std::move(table));
    return section;
}

} // namespace

analysis::Report makeReport(const ReportInput& input) {
    const Comparison& comparison = *input.comparison;
    analysis::Report report;
    const QString others = comparison.order.size() == 2 ? comparison.run(1).title
                                                        : tr("%1 runs").arg(comparison.order.size() - 1);
    report.title = text(tr("%1 against %2").arg(comparison.run(0).title, others));
    report.sections.push_back(runsSection(comparison));
    for (const Kind kind :
         {Kind::Metrics, Kind::Config, Kind::Code, Kind::Data, Kind::Environment, Kind::Layers})
        if (!comparison.section(kind).rows.empty()) report.sections.push_back(differences(comparison, kind));
    const auto hasPredictions = std::any_of(comparison.runs->begin(), comparison.runs->end(),
                                            [](const ComparedRun& run) { return !run.predictions.empty(); });
    if (hasPredictions) report.sections.push_back(predictions(comparison));
    if (!input.weights.tensors.empty()) report.sections.push_back(weightsSection(comparison, input.weights));
    if (input.study && !input.importance.keys.empty()) report.sections.push_back(importanceSection(input));
    if (!input.figures.empty()) {
        ReportSection figures{text(tr("Figures")), {}};
        figures.parts.assign(input.figures.begin(), input.figures.end());
        report.sections.push_back(std::move(figures));
    }
    return report;
}

void addCurves(ReportInput& input, const ReportCurves& curves) {
    std::vector<analysis::ReportFigure> figures;
    for (const ReportCurve& curve : curves) {
        const QByteArray svg =
            widgets::exportFigure(curve.figure, widgets::FigureFormat::Svg, {.size = {560, 300}});
        if (!svg.isEmpty())
            figures.push_back(
                {"curves_" + std::to_string(figures.size() + 1), text(curve.title), svg.toStdString()});
    }
    input.figures.insert(input.figures.begin(), std::make_move_iterator(figures.begin()),
                         std::make_move_iterator(figures.end()));
}

analysis::ReportFigure makeFigure(const char* name, const QString& caption, QSize size,
                                  const DrawFigure& draw) {
    QBuffer buffer;
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(size);
    generator.setViewBox(QRect({}, size));
    generator.setTitle(caption);
    const QPalette palette = widgets::paletteFor(widgets::lightColors());
    QPainter painter(&generator);
    draw(&painter, QRectF(QPointF(), QSizeF(size)), palette);
    painter.end();
    return {name, text(caption), buffer.data().toStdString()};
}

void drawImportance(QPainter* painter, const QRectF& area, const QPalette& palette,
                    const analysis::Importance& importance, std::size_t most) {
    const std::size_t count = std::min(most, importance.keys.size());
    if (count == 0) return;
    double greatest = 0.05;
    double least = 0;
    for (const analysis::KeyImportance& key : importance.keys) {
        greatest = std::fmax(greatest, std::fmax(key.forest.value, key.forest.high));
        least = std::fmin(least, std::fmin(key.forest.value, key.forest.low));
    }
    painter->setRenderHint(QPainter::Antialiasing);
    painter->fillRect(area, widgets::colorsFor(palette).surface);
    const double height = area.height() / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i) {
        const analysis::KeyImportance& key = importance.keys[i];
        const QRectF row(area.left(), area.top() + static_cast<double>(i) * height, area.width(), height);
        const QString name = painter->fontMetrics().elidedText(QString::fromStdString(key.key), Qt::ElideLeft,
                                                               static_cast<int>(row.width() * 0.34));
        painter->setPen(widgets::colorsFor(palette).text);
        painter->drawText(QRectF(row.left(), row.top(), row.width() * 0.35, height),
                          Qt::AlignRight | Qt::AlignVCenter, name);
        painter->drawText(QRectF(row.right() - row.width() * 0.1, row.top(), row.width() * 0.1, height),
                          Qt::AlignRight | Qt::AlignVCenter, widgets::formatNumber(key.forest.value, 3));
        widgets::drawIntervalBar(painter, row.adjusted(row.width() * 0.37, 2, -row.width() * 0.11, -2),
                                 {key.forest.value, key.forest.low, key.forest.high, least, greatest},
                                 palette);
    }
}

} // namespace fathom::app
