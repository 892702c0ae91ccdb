// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_export.h"

#include "app/bridge/job_runner.h"
#include "app/plots/curve_loader.h"
#include "app/plots/plot_tile.h"
#include "app/plots/view_editors.h"
#include "app/shell/app_context.h"
#include "engine/base/file.h"
#include "widgets/line_plot.h"
#include "widgets/theme.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr std::size_t kAtOnce = 6;
constexpr QSize kLoadedSize{640, 400}; // of plots that are loaded only to be written

Result<std::int64_t> writeFigure(const widgets::FigureCopy& copy, widgets::FigureFormat format,
                                 const QString& source, const std::filesystem::path& file) {
    const QByteArray bytes = widgets::exportFigure(copy, format, {.source = source});
    if (auto status =
            writeFileAtomically(file, std::string_view(bytes.data(), static_cast<std::size_t>(bytes.size())));
        !status)
        return fail(status.error());
    return static_cast<std::int64_t>(bytes.size());
}

} // namespace

QString sourceOf(const PlotTile& tile, const BoardSpec& board, const BoardFacts& facts,
                 const QString& filter) {
    const PlotQuery& query = tile.plan().query;
    std::set<store::RunId> drawn;
    for (const CurveId& curve : query.curves)
        drawn.insert(curve.run);
    QStringList titles;
    QJsonArray runs;
    for (const RunFacts& run : facts.runs) {
        if (!drawn.contains(run.id)) continue;
        titles.append(run.title);
        runs.append(QJsonObject{{QStringLiteral("id"), static_cast<qint64>(run.id)},
                                {QStringLiteral("title"), run.title}});
    }
    BoardSpec only = board; // the board as if it had this plot only
    PlotSpec plot = specOf(board, tile.panel()) != nullptr ? *specOf(board, tile.panel()) : PlotSpec{};
    plot.title = tile.panel().title;
    plot.metrics = tile.panel().metrics;
    plot.pattern.clear();
    only.plots = {plot};
    only.rest.clear();
    only.showRest = false;
    QJsonObject json{{QStringLiteral("runs"), runs},
                     {QStringLiteral("board"), QJsonDocument::fromJson(toJson(only)).object()}};
    if (tile.panel().facet) json[QStringLiteral("facet")] = *tile.panel().facet;
    if (!filter.isEmpty()) json[QStringLiteral("filter")] = filter;
    QStringList lines;
    lines << QStringLiteral("Drawn by Fathom")
          << PlotTile::tr("Runs: %1").arg(titles.join(QStringLiteral(", ")))
          << PlotTile::tr("Metrics: %1").arg(tile.panel().metrics.join(QStringLiteral(", ")))
          << PlotTile::tr("x: %1, smoothing: %2").arg(name(query.axis), name(query.smoothing.method))
          << QString::fromUtf8(QJsonDocument(json).toJson(QJsonDocument::Compact));
    return lines.join(QLatin1Char('\n'));
}

void exportTile(AppContext& context, QObject* receiver, const PlotTile& tile, const QString& file,
                widgets::FigurePoints points, const QString& source,
                const std::function<void(Result<std::int64_t>)>& done) {
    const auto format = widgets::formatOf(file).value_or(widgets::FigureFormat::Svg);
    const widgets::Colors& colors = widgets::lightColors(); // paper is white
    widgets::Figure figure = tile.plot().figureIn(colors);
    if (figure.x.label.isEmpty()) figure.x.label = label(tile.plan().view.axis); // on paper nobody can ask
    auto copy = std::make_shared<widgets::FigureCopy>(figure, colors, points);
    context.jobs().run(
        {}, receiver,
        [copy, format, source, path = std::filesystem::path(file.toStdString())](const std::stop_token&) {
            return writeFigure(*copy, format, source, path);
        },
        done);
}

BoardExport::BoardExport(AppContext& context, Request request, QWidget* window)
    : QObject(window), m_context(context), m_request(std::move(request)), m_window(window) {
    m_panels = panelsOf(m_request.board, *m_request.facts, m_request.filter);
    m_loader = std::make_unique<CurveLoader>(m_request.workspace);
    connect(m_loader.get(), &CurveLoader::plotChanged, this, &BoardExport::take);
    connect(m_loader.get(), &CurveLoader::failed, this,
            [this](const Error& error) { m_errors.append(QString::fromStdString(error.message())); });
}

BoardExport::~BoardExport() = default;

void BoardExport::start() {
    m_loader->setRuns(m_request.runs, {});
    fill();
}

void BoardExport::fill() {
    while (m_tiles.size() < kAtOnce && m_next < m_panels.size()) {
        const PlotPanel& panel = m_panels[m_next];
        auto tile = std::make_unique<PlotTile>(++m_next, m_window);
        tile->hide();
        tile->resize(kLoadedSize);
        const PlotSpec* spec = specOf(m_request.board, panel);
        tile->setPlan(panel, planOf(panel, m_request.board, *m_request.facts, m_request.colors),
                      spec != nullptr ? spec->notes : std::vector<PlotNote>(), nullptr);
        if (tile->query()->curves.empty())
            ++m_ended;
        else
            m_tiles.push_back(std::move(tile));
    }
    std::vector<WantedPlot> wanted;
    for (const auto& tile : m_tiles)
        wanted.push_back({tile->id(), tile->query()});
    m_loader->setPlots(std::move(wanted));
    if (m_ended < static_cast<int>(m_panels.size())) return;
    Q_EMIT finished(m_written, m_errors);
    deleteLater();
}

void BoardExport::take(const PlotNewsPtr& news) {
    const auto found = std::find_if(m_tiles.begin(), m_tiles.end(),
                                    [&](const auto& tile) { return tile->id() == news->plot; });
    if (found == m_tiles.end()) return;
    (*found)->apply(*news);
    if (!(*found)->isComplete()) return;
    std::unique_ptr<PlotTile> tile = std::move(*found);
    m_tiles.erase(found);
    write(std::move(tile));
}

void BoardExport::write(std::unique_ptr<PlotTile> tile) {
    tile->plot().redraw(); // fits the axes to the points
    const QString file = fileFor(tile->panel());
    const QString source = sourceOf(*tile, m_request.board, *m_request.facts, m_request.filter);
    exportTile(m_context, this, *tile, file, m_request.points, source, [this](Result<std::int64_t> bytes) {
        if (bytes)
            ++m_written;
        else
            m_errors.append(QString::fromStdString(bytes.error().message()));
        ++m_ended;
        Q_EMIT progressed(m_ended, static_cast<int>(m_panels.size()));
        fill();
    });
    tile.release()->deleteLater();
}

/// "val_wer.svg"; characters that are no good in names of files become "-", and equal names get numbers.
QString BoardExport::fileFor(const PlotPanel& panel) {
    QString base = panel.facet ? panel.title + QLatin1Char(' ') + *panel.facet : panel.title;
    for (QChar& c : base)
        if (!c.isLetterOrNumber() && !QStringLiteral(" _-.,=+()").contains(c)) c = QLatin1Char('-');
    if (base.isEmpty() || base.startsWith(QLatin1Char('.'))) base.prepend(QStringLiteral("plot"));
    QString name = base;
    for (int i = 2; !m_names.insert(name).second; ++i)
        name = QStringLiteral("%1 %2").arg(base).arg(i);
    return QDir(m_request.folder).filePath(name + QLatin1Char('.') + widgets::suffixOf(m_request.format));
}

} // namespace fathom::app
