// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_export.h"

#include "app/bridge/job_runner.h"
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

namespace fathom::app {

namespace {

Result<std::int64_t> writeFigure(const widgets::FigureCopy& copy, widgets::FigureFormat format,
                                 const QString& source, const std::filesystem::path& file) {
    const QByteArray bytes = widgets::exportFigure(copy, format, {.source = source});
    std::error_code ignored; // writing tells what is wrong
    std::filesystem::create_directories(file.parent_path(), ignored);
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

QString fileNameOf(const PlotPanel& panel) {
    QString base = panel.facet ? panel.title + QLatin1Char(' ') + panel.facetName : panel.title;
    for (QChar& c : base)
        if (!c.isLetterOrNumber() && !QStringLiteral(" _-.,=+()").contains(c)) c = QLatin1Char('-');
    if (base.isEmpty() || base.startsWith(QLatin1Char('.'))) base.prepend(QStringLiteral("plot"));
    return base;
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

BoardExport::BoardExport(AppContext& context, PanelLoader::Request request, Target target, QWidget* window)
    : QObject(window),
      m_context(context),
      m_target(std::move(target)),
      m_panels(std::move(request), window, this) {
    connect(&m_panels, &PanelLoader::loaded, this, [this](PlotTile* tile) { write(*tile); });
    connect(&m_panels, &PanelLoader::failed, this,
            [this](const Error& error) { m_errors.append(QString::fromStdString(error.message())); });
    connect(&m_panels, &PanelLoader::finished, this, [this] {
        Q_EMIT finished(m_written, m_errors);
        deleteLater();
    });
}

BoardExport::~BoardExport() = default;

void BoardExport::start() {
    m_panels.start();
}

void BoardExport::write(const PlotTile& tile) {
    const PanelLoader::Request& request = m_panels.request();
    const QString file = fileFor(tile.panel());
    const QString source = sourceOf(tile, request.board, *request.facts, request.filter);
    exportTile(m_context, this, tile, file, m_target.points, source, [this](Result<std::int64_t> bytes) {
        if (bytes)
            ++m_written;
        else
            m_errors.append(QString::fromStdString(bytes.error().message()));
        Q_EMIT progressed(m_panels.ended() + 1, m_panels.count());
        m_panels.release();
    });
}

/// "val_wer.svg"; equal names get numbers.
QString BoardExport::fileFor(const PlotPanel& panel) {
    const QString base = fileNameOf(panel);
    QString name = base;
    for (int i = 2; !m_names.insert(name).second; ++i)
        name = QStringLiteral("%1 %2").arg(base).arg(i);
    return QDir(m_target.folder).filePath(name + QLatin1Char('.') + widgets::suffixOf(m_target.format));
}

} // namespace fathom::app
