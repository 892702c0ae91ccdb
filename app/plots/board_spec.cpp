// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_spec.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace fathom::app {

namespace {

using widgets::PlotScale;
using widgets::Smoothing;
using widgets::SmoothingMethod;
using widgets::Spread;

constexpr std::array<const char*, 6> kMethods{"none",   "ema",      "moving average",
                                              "median", "gaussian", "savitzky-golay"};
constexpr std::array<const char*, 3> kScales{"linear", "log", "symlog"};
constexpr std::array<const char*, 4> kSpreads{"none", "std", "ci95", "range"};

template <class Enum, std::size_t N> QString word(const std::array<const char*, N>& words, Enum value) {
    return QString::fromLatin1(words[static_cast<std::size_t>(value)]);
}

template <class Enum, std::size_t N>
Enum fromWord(const std::array<const char*, N>& words, const QJsonValue& value, Enum otherwise) {
    for (std::size_t i = 0; i < N; ++i)
        if (value.toString() == QLatin1String(words[i])) return static_cast<Enum>(i);
    return otherwise;
}

QString tr(const char* text) {
    return QCoreApplication::translate("PlotBoard", text);
}

QJsonObject json(const Smoothing& smoothing) {
    return {{QStringLiteral("method"), word(kMethods, smoothing.method)},
            {QStringLiteral("weight"), smoothing.weight},
            {QStringLiteral("window"), smoothing.window},
            {QStringLiteral("order"), smoothing.order}};
}

Smoothing smoothingFrom(const QJsonObject& object) {
    const Smoothing standard;
    return {.method = fromWord(kMethods, object[QStringLiteral("method")], SmoothingMethod::None),
            .weight = object[QStringLiteral("weight")].toDouble(standard.weight),
            .window = object[QStringLiteral("window")].toInt(standard.window),
            .order = object[QStringLiteral("order")].toInt(standard.order)};
}

/// Only what is set is written.
QJsonObject json(const PlotOverrides& own) {
    QJsonObject object;
    if (own.axis) object[QStringLiteral("x")] = name(*own.axis);
    if (own.xMetric) object[QStringLiteral("x_metric")] = *own.xMetric;
    if (own.smoothing) object[QStringLiteral("smoothing")] = json(*own.smoothing);
    if (own.xScale) object[QStringLiteral("x_scale")] = word(kScales, *own.xScale);
    if (own.yScale) object[QStringLiteral("y_scale")] = word(kScales, *own.yScale);
    if (own.clipOutliers) object[QStringLiteral("clip_outliers")] = *own.clipOutliers;
    return object;
}

PlotOverrides overridesFrom(const QJsonObject& object) {
    PlotOverrides own;
    const auto has = [&](const char* key) { return object.contains(QLatin1String(key)); };
    if (has("x")) own.axis = xAxis(object[QStringLiteral("x")].toString());
    if (has("x_metric")) own.xMetric = object[QStringLiteral("x_metric")].toString();
    if (has("smoothing")) own.smoothing = smoothingFrom(object[QStringLiteral("smoothing")].toObject());
    if (has("x_scale")) own.xScale = fromWord(kScales, object[QStringLiteral("x_scale")], PlotScale::Linear);
    if (has("y_scale")) own.yScale = fromWord(kScales, object[QStringLiteral("y_scale")], PlotScale::Linear);
    if (has("clip_outliers")) own.clipOutliers = object[QStringLiteral("clip_outliers")].toBool();
    return own;
}

/// The board's view is written as overrides of the standard one: all of them.
QJsonObject json(const BoardView& view) {
    return json(PlotOverrides{.axis = view.axis,
                              .xMetric = view.xMetric,
                              .smoothing = view.smoothing,
                              .xScale = view.xScale,
                              .yScale = view.yScale,
                              .clipOutliers = view.clipOutliers});
}

QJsonObject json(const PlotNote& note) {
    QJsonObject object{{QStringLiteral("x"), note.x}, {QStringLiteral("text"), note.text}};
    if (note.y) object[QStringLiteral("y")] = *note.y;
    if (note.axis != XAxis::Step) object[QStringLiteral("axis")] = name(note.axis);
    if (!note.xMetric.isEmpty()) object[QStringLiteral("x_metric")] = note.xMetric;
    return object;
}

PlotNote noteFrom(const QJsonObject& object) {
    PlotNote note{.x = object[QStringLiteral("x")].toDouble(),
                  .text = object[QStringLiteral("text")].toString(),
                  .axis = xAxis(object[QStringLiteral("axis")].toString()),
                  .xMetric = object[QStringLiteral("x_metric")].toString()};
    if (object.contains(QLatin1String("y"))) note.y = object[QStringLiteral("y")].toDouble();
    return note;
}

QJsonObject json(const PlotSpec& plot) {
    QJsonObject object = json(plot.own);
    object[QStringLiteral("title")] = plot.title;
    if (!plot.metrics.isEmpty()) object[QStringLiteral("metrics")] = QJsonArray::fromStringList(plot.metrics);
    if (!plot.pattern.isEmpty()) object[QStringLiteral("pattern")] = plot.pattern;
    if (!plot.emptyText.isEmpty()) object[QStringLiteral("empty_text")] = plot.emptyText;
    QJsonArray notes;
    for (const PlotNote& note : plot.notes)
        notes.append(json(note));
    if (!notes.isEmpty()) object[QStringLiteral("notes")] = notes;
    if (plot.hidden) object[QStringLiteral("hidden")] = true;
    return object;
}

PlotSpec plotFrom(const QJsonObject& object) {
    PlotSpec plot{.title = object[QStringLiteral("title")].toString(),
                  .pattern = object[QStringLiteral("pattern")].toString(),
                  .emptyText = object[QStringLiteral("empty_text")].toString(),
                  .own = overridesFrom(object),
                  .hidden = object[QStringLiteral("hidden")].toBool()};
    for (const QJsonValue& metric : object[QStringLiteral("metrics")].toArray())
        plot.metrics.append(metric.toString());
    for (const QJsonValue& note : object[QStringLiteral("notes")].toArray())
        plot.notes.push_back(noteFrom(note.toObject()));
    return plot;
}

QJsonObject json(const Grouping& grouping) {
    return {{QStringLiteral("color"), grouping.colorKey},
            {QStringLiteral("dash"), grouping.dashKey},
            {QStringLiteral("facet"), grouping.facetKey},
            {QStringLiteral("average"), grouping.average},
            {QStringLiteral("spread"), word(kSpreads, grouping.spread)}};
}

Grouping groupingFrom(const QJsonObject& object) {
    return {.colorKey = object[QStringLiteral("color")].toString(),
            .dashKey = object[QStringLiteral("dash")].toString(),
            .facetKey = object[QStringLiteral("facet")].toString(),
            .average = object[QStringLiteral("average")].toBool(),
            .spread = fromWord(kSpreads, object[QStringLiteral("spread")], Spread::Range)};
}

} // namespace

QString name(SmoothingMethod method) {
    return word(kMethods, method);
}

BoardView PlotOverrides::over(BoardView board) const {
    board.axis = axis.value_or(board.axis);
    board.xMetric = xMetric.value_or(board.xMetric);
    board.smoothing = smoothing.value_or(board.smoothing);
    board.xScale = xScale.value_or(board.xScale);
    board.yScale = yScale.value_or(board.yScale);
    board.clipOutliers = clipOutliers.value_or(board.clipOutliers);
    return board;
}

QStringList PlotSpec::select(const QStringList& available) const {
    QStringList selected;
    if (!metrics.isEmpty()) {
        std::copy_if(metrics.begin(), metrics.end(), std::back_inserter(selected),
                     [&](const QString& metric) { return available.contains(metric); });
        return selected;
    }
    const QRegularExpression expression(pattern);
    if (pattern.isEmpty() || !expression.isValid()) return selected;
    std::copy_if(available.begin(), available.end(), std::back_inserter(selected),
                 [&](const QString& metric) { return expression.match(metric).hasMatch(); });
    return selected;
}

BoardSpec trainingBoard() {
    // Seconds would flatten the rates beside them.
    const QString validation = QStringLiteral(
        "^(?!.*(loss|per_sec|/s|throughput))(?!.* in s$)(?:val_|test_|.*wer|.*acc|.*bleu|.*f1)");
    const QString throughput = QStringLiteral("^(?!.*loss)(?!lr|learning_rate).*(per_sec|/s|throughput)");
    const QString nothing = tr("Nothing logged so far");
    BoardSpec board;
    board.name = tr("Training");
    board.plots = {
        {.title = tr("Loss"), .pattern = QStringLiteral("^(?!.* in s$).*loss"), .emptyText = nothing},
        {.title = tr("Learning rate"),
         .pattern = QStringLiteral("^(?!.*loss)(learning_rate$|lr)"),
         .emptyText = nothing},
        {.title = tr("Validation"), .pattern = validation, .emptyText = tr("No validation so far")},
        {.title = tr("Throughput"), .pattern = throughput, .emptyText = nothing},
    };
    return board;
}

BoardSpec everyMetricBoard() {
    BoardSpec board;
    board.name = tr("Comparison");
    board.showRest = true;
    return board;
}

QByteArray toJson(const BoardSpec& board) {
    QJsonArray plots;
    for (const PlotSpec& plot : board.plots)
        plots.append(json(plot));
    QJsonObject rest;
    for (const auto& [metric, plot] : board.rest)
        rest[metric] = json(plot);
    const QJsonObject object{{QStringLiteral("fathom_board"), 1},
                             {QStringLiteral("name"), board.name},
                             {QStringLiteral("view"), json(board.view)},
                             {QStringLiteral("grouping"), json(board.grouping)},
                             {QStringLiteral("join_resumed"), board.joinResumed},
                             {QStringLiteral("show_rest"), board.showRest},
                             {QStringLiteral("columns"), board.columns},
                             {QStringLiteral("plots"), plots},
                             {QStringLiteral("rest"), rest}};
    return QJsonDocument(object).toJson();
}

Result<BoardSpec> boardFromJson(const QByteArray& text) {
    const auto refuse = [&](const QString& why, qsizetype offset) {
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot read the board of plots",
                     .why = why.toStdString(),
                     .remedy = "Correct the file, or remove it and arrange the plots again",
                     .line = static_cast<int>(text.left(offset).count('\n')) + 1});
    };
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(text, &problem);
    if (problem.error != QJsonParseError::NoError) return refuse(problem.errorString(), problem.offset);
    const QJsonObject object = document.object();
    if (!object.contains(QLatin1String("fathom_board"))) return refuse(tr("it is no board of Fathom"), 0);
    BoardSpec board;
    board.name = object[QStringLiteral("name")].toString();
    board.view = overridesFrom(object[QStringLiteral("view")].toObject()).over({});
    board.grouping = groupingFrom(object[QStringLiteral("grouping")].toObject());
    board.joinResumed = object[QStringLiteral("join_resumed")].toBool(true);
    board.showRest = object[QStringLiteral("show_rest")].toBool(false);
    board.columns = std::clamp(object[QStringLiteral("columns")].toInt(0), 0, 8);
    for (const QJsonValue& plot : object[QStringLiteral("plots")].toArray())
        board.plots.push_back(plotFrom(plot.toObject()));
    const QJsonObject rest = object[QStringLiteral("rest")].toObject();
    for (auto it = rest.begin(); it != rest.end(); ++it)
        board.rest[it.key()] = plotFrom(it.value().toObject());
    return board;
}

} // namespace fathom::app
