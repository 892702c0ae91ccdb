// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/plot_board.h"

#include "app/plots/board_actions.h"
#include "app/plots/board_bar.h"
#include "app/plots/curve_loader.h"
#include "app/plots/plot_grid.h"
#include "app/plots/plot_key.h"
#include "app/plots/plot_tile.h"
#include "app/shell/app_context.h"
#include "widgets/line_plot.h"
#include "widgets/notice_bar.h"
#include "widgets/plot_header.h"
#include "widgets/plot_link.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QInputDialog>
#include <QLabel>
#include <QSettings>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

PlotBoard::PlotBoard(AppContext& context, Options options, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_document(context, std::move(options.standard)),
      m_facts(std::make_shared<const BoardFacts>()) {
    m_loader = new CurveLoader(context.workspace(), this);
    m_link = new widgets::PlotLink(this);
    m_bar = new BoardBar(this);
    m_notice = new widgets::NoticeBar(this);
    m_notice->setVisible(false);
    m_key = new widgets::PlotHeader(this);
    m_key->setVisible(false);
    m_grid = new PlotGrid(this);
    m_empty = new QLabel(this);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addWidget(m_bar);
    layout->addWidget(m_notice);
    layout->addWidget(m_key);
    layout->addWidget(m_grid, 1);
    layout->addWidget(m_empty, 1);
    m_rebuild.setSingleShot(true);
    m_rebuild.setInterval(0); // changes that come together are drawn once
    connect(&m_rebuild, &QTimer::timeout, this, &PlotBoard::rebuild);
    connect(m_loader, &CurveLoader::factsChanged, this, &PlotBoard::takeFacts);
    connect(m_loader, &CurveLoader::plotChanged, this, [this](const PlotNewsPtr& news) {
        for (PlotTile* tile : m_grid->tiles())
            if (tile->id() == news->plot) tile->apply(*news);
        Q_EMIT drawn();
    });
    connect(m_loader, &CurveLoader::failed, this, &PlotBoard::presentError);
    connect(m_grid, &PlotGrid::tileMade, this, [this](PlotTile* tile) { adopt(*tile); });
    connect(m_grid, &PlotGrid::tilesChanged, this, &PlotBoard::planTiles);
    connect(&m_document, &BoardDocument::changed, this, [this] {
        askFacts(); // other keys may be grouped by
        m_bar->setSpec(m_document.spec());
        m_rebuild.start();
    });
    connect(&m_document, &BoardDocument::boardsChanged, this,
            [this] { m_bar->setBoards(m_document.names(), m_document.spec().name); });
    connect(&m_document, &BoardDocument::failed, this, &PlotBoard::presentError);
    connect(m_bar, &BoardBar::filterChanged, this, [this] { m_rebuild.start(); });
    connect(m_bar, &BoardBar::boardChosen, &m_document, &BoardDocument::open);
    connect(m_bar, &BoardBar::edited, this, [this](const BoardSpec& edited) {
        m_document.edit(QStringLiteral("bar"), [&](BoardSpec& board) {
            const widgets::PlotScale xScale = board.view.xScale;
            board.view.axis = edited.view.axis;
            board.view.xMetric = edited.view.xMetric;
            board.view.smoothing = edited.view.smoothing;
            board.view.xScale = xScale;
            board.grouping = edited.grouping;
            board.joinResumed = edited.joinResumed;
        });
    });
    connect(m_notice, &widgets::NoticeBar::firstClicked, m_notice, &QWidget::hide);
    new BoardActions(*this, context, options.page);
    m_bar->setSpec(m_document.spec());
    m_bar->setBoards(m_document.names(), m_document.spec().name);
    updateEmptyText();
}

PlotBoard::~PlotBoard() {
    delete m_grid; // its plots must not speak to a document that is gone
}

void PlotBoard::setRuns(std::vector<store::RunId> runs, std::optional<store::RunId> baseline) {
    if (runs == m_runs && baseline == m_baseline) return;
    m_runs = std::move(runs);
    m_baseline = baseline;
    m_colors.setRuns(m_runs);
    m_notice->hide();
    askFacts();
    if (m_runs.empty()) takeFacts(std::make_shared<const BoardFacts>());
}

void PlotBoard::askFacts() {
    const Grouping& grouping = m_document.spec().grouping;
    QStringList keys{grouping.colorKey, grouping.dashKey, grouping.facetKey};
    keys.removeAll(QString());
    keys.removeDuplicates();
    m_factsDue = !m_runs.empty();
    m_loader->setRuns(m_runs, keys);
}

void PlotBoard::takeFacts(const BoardFactsPtr& facts) {
    m_facts = facts;
    m_factsDue = false;
    m_bar->setFacts(*facts);
    rebuild();
    Q_EMIT drawn();
}

void PlotBoard::rebuild() {
    m_rebuild.stop();
    m_grid->setPanels(panelsOf(m_document.spec(), *m_facts, m_bar->filter()), m_document.spec().columns);
    updateEmptyText();
    updateKey();
}

/// Plots side by side have no room for names; colours and dashes mean the same in all of them.
void PlotBoard::updateKey() {
    const widgets::Colors& colors = widgets::colorsFor(this);
    std::vector<widgets::LegendEntry> entries;
    for (const KeyEntry& entry : keyOf(m_document.spec(), *m_facts, m_colors, m_baseline))
        entries.push_back(
            {.name = entry.name,
             .color = entry.color < 0 ? colors.text : colors.curves[static_cast<std::size_t>(entry.color)],
             .dash = widgets::penStyle(entry.dash)});
    m_key->setEntries(entries);
    m_key->setVisible(!entries.empty());
}

void PlotBoard::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_key != nullptr) updateKey(); // another theme
}

void PlotBoard::planTiles() {
    std::vector<WantedPlot> wanted;
    const BoardSpec& spec = m_document.spec();
    for (std::size_t i = 0; i < m_grid->panels().size(); ++i) {
        PlotTile* tile = m_grid->tile(i);
        if (tile == nullptr) continue;
        const PlotPanel& panel = m_grid->panels()[i];
        PlotPlan plan = planOf(panel, spec, *m_facts, m_colors);
        if (m_baseline) markBaseline(plan, *m_baseline);
        const bool linked = plan.view.axis == spec.view.axis && plan.view.xMetric == spec.view.xMetric;
        const PlotSpec* own = specOf(spec, panel);
        tile->setPlan(panel, std::move(plan), own != nullptr ? own->notes : std::vector<PlotNote>(),
                      linked ? m_link : nullptr);
        tile->plot().setEmptyText(emptyTextOf(*tile, own));
        if (!tile->query()->curves.empty()) wanted.push_back({tile->id(), tile->query()});
    }
    m_loader->setPlots(std::move(wanted));
}

QString PlotBoard::emptyTextOf(const PlotTile& tile, const PlotSpec* spec) {
    const BoardView& view = tile.plan().view;
    if (view.axis == XAxis::Metric)
        return view.xMetric.isEmpty() ? tr("Choose the metric of the x axis")
                                      : tr("No points with a value of %1 yet").arg(view.xMetric);
    return spec != nullptr && !spec->emptyText.isEmpty() ? spec->emptyText : tr("No points yet");
}

void PlotBoard::adopt(PlotTile& tile) {
    PlotTile* made = &tile;
    connect(made, &PlotTile::viewEdited, this, [this, made](const PlotOverrides& own) {
        m_document.editPlot({}, made->panel(), [&](PlotSpec& plot) {
            if (own.xScale) plot.own.xScale = own.xScale;
            if (own.yScale) plot.own.yScale = own.yScale;
            if (own.clipOutliers) plot.own.clipOutliers = own.clipOutliers;
        });
    });
    connect(made, &PlotTile::noteRequested, this,
            [this, made](double x, double y) { editNote(*made, std::nullopt, x, y); });
    connect(made, &PlotTile::noteActivated, this,
            [this, made](int index) { editNote(*made, static_cast<std::size_t>(index), 0, 0); });
    connect(made, &PlotTile::runHovered, this, &PlotBoard::runHovered);
    connect(made, &PlotTile::runClicked, this, &PlotBoard::runClicked);
}

/// A new note, or what another says; an empty text removes it.
void PlotBoard::editNote(const PlotTile& tile, std::optional<std::size_t> index, double x, double y) {
    const PlotPanel panel = tile.panel();
    const PlotSpec* spec = specOf(m_document.spec(), panel);
    if (index && (spec == nullptr || *index >= spec->notes.size())) return;
    const BoardView view = tile.plan().view; // before it may change under the dialog
    bool accepted = false;
    const QString text =
        QInputDialog::getText(this, tr("Note"),
                              index ? tr("Text on the plot (empty removes it)") : tr("Text on the plot"),
                              QLineEdit::Normal, index ? spec->notes[*index].text : QString(), &accepted)
            .trimmed();
    if (!accepted || (text.isEmpty() && !index)) return;
    m_document.editPlot({}, panel, [&](PlotSpec& plot) {
        if (!index)
            plot.notes.push_back({.x = x,
                                  .y = y,
                                  .text = text,
                                  .axis = view.axis,
                                  .xMetric = view.axis == XAxis::Metric ? view.xMetric : QString()});
        else if (text.isEmpty())
            plot.notes.erase(plot.notes.begin() + static_cast<std::ptrdiff_t>(*index));
        else
            plot.notes[*index].text = text;
    });
}

void PlotBoard::highlightRun(qint64 run) {
    m_link->setHighlightedGroup(run);
}

void PlotBoard::updateEmptyText() {
    const bool empty = m_grid->panels().empty();
    m_grid->setVisible(!empty);
    m_empty->setVisible(empty);
    if (!m_bar->filter().isEmpty())
        m_empty->setText(tr("No plot matches the filter."));
    else if (m_runs.empty())
        m_empty->setText(tr("No run is chosen."));
    else
        m_empty->setText(tr("No metric yet. Plots appear as the runs log them."));
}

void PlotBoard::presentError(const Error& error) {
    m_notice->present(widgets::NoticeBar::Kind::Error, QString::fromStdString(error.message()),
                      tr("Dismiss"));
    m_notice->show();
}

bool PlotBoard::isSettled() const {
    if (m_factsDue || m_rebuild.isActive()) return false;
    const std::vector<PlotTile*> tiles = m_grid->tiles();
    return std::all_of(tiles.begin(), tiles.end(), [](const PlotTile* tile) { return tile->isComplete(); });
}

void PlotBoard::saveState(QSettings& settings) const {
    settings.setValue(QStringLiteral("board"), m_document.spec().name);
    settings.setValue(QStringLiteral("boardFilter"), m_bar->filter());
}

void PlotBoard::restoreState(QSettings& settings) {
    m_document.open(settings.value(QStringLiteral("board")).toString());
    m_bar->setFilter(settings.value(QStringLiteral("boardFilter")).toString());
}

} // namespace fathom::app
