// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/train/plot_board.h"

#include "widgets/line_plot.h"
#include "widgets/min_max_pyramid.h"
#include "widgets/theme.h"

#include <QGridLayout>
#include <QSettings>

namespace fathom::app {

namespace {
QString logKey(std::size_t plot) {
    return QStringLiteral("plot%1Logarithmic").arg(plot);
}
} // namespace

PlotBoard::PlotBoard(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(widgets::kGrid);
    const QString titles[] = {tr("Loss"), tr("Learning rate"), tr("Validation"), tr("Throughput")};
    const QString empty[] = {tr("Comes with the first logged step"), tr("Comes with the first logged step"),
                             tr("Comes with the first validation"), tr("Comes with the first logged step")};
    for (int i = 0; i < 4; ++i) {
        auto* plot = new widgets::LinePlot(this);
        plot->setTitle(titles[i]);
        plot->setEmptyText(empty[i]);
        grid->addWidget(plot, i / 2, i % 2);
        m_plots.push_back(plot);
    }
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    grid->setRowStretch(0, 1);
    grid->setRowStretch(1, 1);
}

void PlotBoard::clear() {
    m_places.clear();
    for (auto* plot : m_plots)
        plot->clearCurves();
}

std::optional<PlotBoard::Kind> PlotBoard::kindOf(const QString& series) {
    if (series == QLatin1String("epoch") || series == QLatin1String("global_step") ||
        series.endsWith(QLatin1String(" in s"))) // seconds would flatten the rates beside them
        return std::nullopt;
    if (series.contains(QLatin1String("loss"))) return Kind::Loss;
    if (series == QLatin1String("learning_rate") || series.startsWith(QLatin1String("lr")))
        return Kind::LearningRate;
    if (series.contains(QLatin1String("per_sec")) || series.contains(QLatin1String("/s")) ||
        series.contains(QLatin1String("throughput")))
        return Kind::Throughput;
    if (series.startsWith(QLatin1String("val_")) || series.startsWith(QLatin1String("test_")) ||
        series.contains(QLatin1String("wer")) || series.contains(QLatin1String("acc")))
        return Kind::Metric;
    return std::nullopt;
}

PlotBoard::Place PlotBoard::placeFor(const QString& series) {
    const auto known = m_places.constFind(series);
    if (known != m_places.cend()) return *known;
    Place place;
    if (const auto kind = kindOf(series)) {
        place.plot = plot(*kind);
        const bool rare = series.startsWith(QLatin1String("val")) || series.startsWith(QLatin1String("test"));
        place.curve = place.plot->addCurve({.name = series, .markers = rare});
    }
    m_places.insert(series, place);
    return place;
}

void PlotBoard::append(const std::vector<SeriesNews>& series) {
    widgets::MinMax steps;
    for (const SeriesNews& news : series) {
        const Place place = placeFor(QString::fromStdString(news.name));
        if (place.plot == nullptr || news.points.empty()) continue;
        place.plot->append(place.curve, news.points);
        steps.include(news.points.front().x());
        steps.include(news.points.back().x());
    }
    if (!steps.valid()) return;
    for (auto* plot : m_plots)
        plot->includeX(steps.minimum, steps.maximum);
}

void PlotBoard::mark(const std::vector<store::Event>& events) {
    for (const store::Event& event : events) {
        if (event.step < 0 || event.kind == "log") continue;
        const QString text = QString::fromStdString(event.text);
        const bool minor = event.kind == "checkpoint";
        const auto step = static_cast<double>(event.step);
        for (auto* plot : m_plots) {
            plot->addMarker(
                {.x = step, .label = minor ? QString() : labelOf(text), .text = text, .minor = minor});
            plot->includeX(step, step); // it may lie behind the last logged point
        }
    }
}

QString PlotBoard::labelOf(const QString& event) {
    const QString text = event.section(QStringLiteral(": "), 1); // after "step 840: "
    const QString last = text.section(QLatin1Char(' '), -1);
    if (text.startsWith(QLatin1String("learning rate set"))) return tr("lr %1").arg(last);
    if (text.startsWith(QLatin1String("learning rate unchanged"))) return tr("lr unchanged");
    if (text.startsWith(QLatin1String("max_epochs"))) return tr("epochs %1").arg(last);
    if (text.startsWith(QLatin1String("not obeyed"))) return tr("not obeyed");
    return text.section(QLatin1Char(' '), 0, 0); // "paused", "checkpoint", "stop"
}

void PlotBoard::saveState(QSettings& settings) const {
    for (std::size_t i = 0; i < m_plots.size(); ++i)
        settings.setValue(logKey(i), m_plots[i]->isLogarithmic());
}

void PlotBoard::restoreState(QSettings& settings) {
    for (std::size_t i = 0; i < m_plots.size(); ++i)
        m_plots[i]->setLogarithmic(settings.value(logKey(i)).toBool());
}

} // namespace fathom::app
