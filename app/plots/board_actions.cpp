// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_actions.h"

#include "app/plots/board_bar.h"
#include "app/plots/board_export.h"
#include "app/plots/export_dialog.h"
#include "app/plots/plot_board.h"
#include "app/plots/plot_grid.h"
#include "app/plots/plot_settings_dialog.h"
#include "app/plots/plot_tile.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "widgets/icon.h"
#include "widgets/line_plot.h"
#include "widgets/number_format.h"
#include "widgets/passing_menu.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QInputDialog>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPainter>
#include <QProgressDialog>
#include <QToolButton>

namespace fathom::app {

namespace {
constexpr double kClipboardScale = 2;
constexpr int kMostColumns = 4;
} // namespace

BoardActions::BoardActions(PlotBoard& board, AppContext& context, const QString& page)
    : QObject(&board), m_board(board), m_context(context) {
    addBoardActions(page);
    connect(&board.document(), &BoardDocument::changed, this, &BoardActions::update);
    connect(&board.document(), &BoardDocument::boardsChanged, this, &BoardActions::update);
    connect(&board.grid(), &PlotGrid::tileMade, this, &BoardActions::addMenuButton);
    update();
}

void BoardActions::addBoardActions(const QString& page) {
    const auto add = [&](const char* id, const QString& text, const char* icon, const QKeySequence& keys,
                         const QString& tip, const std::function<void()>& run, bool checkable = false) {
        return m_context.actions().add({.id = page + QStringLiteral(".plots.") + QLatin1String(id),
                                        .text = text,
                                        .icon = QString::fromLatin1(icon),
                                        .shortcut = keys,
                                        .tip = tip,
                                        .page = page,
                                        .checkable = checkable},
                                       this, run);
    };
    BoardDocument& document = m_board.document();
    QAction* plot = add("add", tr("Add plot…"), "plus", {}, tr("Add a plot of metrics of your choice"),
                        [this] { addPlot(); });
    m_undo = add("undo", tr("Undo change of plots"), "undo", {},
                 tr("Take back the last change of the board of plots"), [&document] { document.undo(); });
    QAction* filter = add("filter", tr("Filter plots"), "filter", Qt::CTRL | Qt::SHIFT | Qt::Key_F,
                          tr("Show plots of some metrics only"), [this] { m_board.bar().focusFilter(); });
    QAction* all = add("export", tr("Export all plots…"), "export", {},
                       tr("Write every plot of the board into a folder"), [this] { exportAll(); });
    m_rest = add(
        "rest", tr("A plot for every metric"), "", {},
        tr("Also plot the metrics that no plot of the board shows"),
        [this, &document] {
            document.edit({}, [on = m_rest->isChecked()](BoardSpec& board) { board.showRest = on; });
        },
        true);
    m_clip = add(
        "clip", tr("Clip outliers"), "", {},
        tr("Fit the values' axes to most of the points; those outside are counted at the edge"),
        [this, &document] {
            document.edit({}, [on = m_clip->isChecked()](BoardSpec& board) { board.view.clipOutliers = on; });
        },
        true);
    QAction* columns = add("columns", tr("Columns of plots…"), "", {},
                           tr("How many plots stand side by side"), [this] { chooseColumns(); });
    QAction* scale = add("scale", tr("Scale of all plots…"), "log-scale", {},
                         tr("Linear, log or symlog values for the whole board"), [this] { chooseScale(); });
    QAction* save = add("saveAs", tr("Save board as…"), "save", {},
                        tr("Keep a copy of this arrangement under another name"), [this] { saveAs(); });
    QAction* reset = add("reset", tr("Reset board"), "reset", {}, tr("The arrangement that it was at first"),
                         [&document] { document.reset(); });
    m_removeBoard = add("removeBoard", tr("Remove board"), "", {}, tr("Forget this arrangement of plots"),
                        [this] { removeBoard(); });
    m_board.bar().setActions({plot, m_undo, all},
                             {filter, m_rest, m_clip, scale, columns, save, reset, m_removeBoard});
}

void BoardActions::update() {
    const BoardSpec& spec = m_board.document().spec();
    m_undo->setEnabled(m_board.document().canUndo());
    m_rest->setChecked(spec.showRest);
    m_clip->setChecked(spec.view.clipOutliers);
    m_removeBoard->setEnabled(m_board.document().names().value(0) != spec.name);
}

/// Opens what a right click opens, for those who see a button rather than guess a menu.
void BoardActions::addMenuButton(PlotTile* tile) {
    auto* button = new QToolButton(tile);
    button->setIcon(widgets::icon(QStringLiteral("more")));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    button->setToolTip(tr("More about this plot"));
    button->setAccessibleName(tr("More about this plot"));
    tile->plot().addHeaderWidget(button);
    connect(button, &QToolButton::clicked, tile, [this, tile, button] {
        QMenu* const menu = widgets::passingMenu(button);
        fillMenu(menu, tile);
        menu->popup(button->mapToGlobal(QPoint(0, button->height())));
    });
    connect(tile, &PlotTile::menuOpened, this, [this, tile](QMenu* menu) {
        menu->addSeparator();
        fillMenu(menu, tile);
    });
}

void BoardActions::fillMenu(QMenu* menu, PlotTile* tile) {
    const QPointer<PlotTile> alive(tile);
    const auto add = [&](const QString& text, const char* icon, void (BoardActions::*run)(PlotTile*)) {
        menu->addAction(widgets::icon(QLatin1String(icon)), text, this, [this, alive, run] {
            if (alive) (this->*run)(alive);
        });
    };
    add(tr("Settings…"), "configure", &BoardActions::editPlot);
    add(tr("Copy image"), "copy", &BoardActions::copyImage);
    add(tr("Export…"), "export", &BoardActions::exportPlot);
    const PlotPanel panel = tile->panel();
    const auto move = [this, panel](int by) {
        return [this, panel, by] { m_board.document().movePlot(panel, by); };
    };
    if (panel.spec < 0) {
        menu->addAction(tr("Move to the front plots"), this, move(0));
    } else {
        menu->addAction(tr("Move earlier"), this, move(-1))->setEnabled(panel.spec > 0);
        menu->addAction(tr("Move later"), this, move(1))
            ->setEnabled(panel.spec + 1 < static_cast<int>(m_board.document().spec().plots.size()));
    }
    menu->addAction(widgets::icon(QStringLiteral("close")), tr("Remove plot"), this, [this, panel] {
        m_board.document().removePlot(panel);
        Q_EMIT m_context.statusMessage(tr("Removed the plot “%1”. Undo brings it back.").arg(panel.title));
    });
}

void BoardActions::addPlot() {
    const BoardSpec& spec = m_board.document().spec();
    PlotSettingsDialog dialog({}, spec.view, m_board.facts()->metrics, &m_board);
    dialog.setWindowTitle(tr("Add plot"));
    if (dialog.exec() != QDialog::Accepted) return;
    m_board.document().edit({}, [&](BoardSpec& board) { board.plots.push_back(dialog.plot()); });
    m_board.rebuild(); // so that it can be shown
    m_board.grid().showPanel(spec.plots.size() - 1);
}

void BoardActions::editPlot(PlotTile* tile) {
    const BoardSpec& spec = m_board.document().spec();
    const PlotPanel panel = tile->panel();
    PlotSpec plot = specOf(spec, panel) != nullptr ? *specOf(spec, panel) : PlotSpec{};
    if (panel.spec < 0) plot.metrics = panel.metrics;
    PlotSettingsDialog dialog(plot, spec.view, m_board.facts()->metrics, &m_board);
    if (dialog.exec() != QDialog::Accepted) return;
    PlotSpec next = dialog.plot();
    if (panel.spec < 0 && next.metrics == panel.metrics) next.metrics.clear(); // its place says which
    if (panel.spec < 0 && (!next.metrics.isEmpty() || !next.pattern.isEmpty())) {
        m_board.document().edit({},
                                [&](BoardSpec& board) { board.plots.push_back(next); }); // more than its own
        return;
    }
    m_board.document().editPlot({}, panel, [&](PlotSpec& each) { each = next; });
}

void BoardActions::chooseColumns() {
    QStringList choices{tr("As many as have room")};
    for (int i = 1; i <= kMostColumns; ++i)
        choices.append(QString::number(i));
    bool accepted = false;
    const QString chosen =
        QInputDialog::getItem(&m_board, tr("Columns of plots"), tr("Plots side by side"), choices,
                              m_board.document().spec().columns, false, &accepted);
    if (!accepted) return;
    const auto columns = static_cast<int>(choices.indexOf(chosen));
    m_board.document().edit({}, [columns](BoardSpec& board) { board.columns = columns; });
}

void BoardActions::chooseScale() {
    const QStringList choices{tr("Linear"), tr("Log"), tr("Symlog")};
    bool accepted = false;
    const QString chosen =
        QInputDialog::getItem(&m_board, tr("Scale of all plots"), tr("Values"), choices,
                              static_cast<int>(m_board.document().spec().view.yScale), false, &accepted);
    if (!accepted) return;
    const auto scale = static_cast<widgets::PlotScale>(choices.indexOf(chosen));
    m_board.document().edit({}, [scale](BoardSpec& board) { board.view.yScale = scale; });
}

void BoardActions::saveAs() {
    bool accepted = false;
    const QString name =
        QInputDialog::getText(&m_board, tr("Save board as"), tr("Name"), QLineEdit::Normal, {}, &accepted)
            .trimmed();
    if (!accepted || name.isEmpty()) return;
    const bool exists = m_board.document().names().contains(name);
    if (exists &&
        QMessageBox::question(&m_board, tr("Save board as"),
                              tr("There is a board “%1”. Replace it?").arg(name)) != QMessageBox::Yes)
        return;
    m_board.document().saveAs(name);
}

void BoardActions::removeBoard() {
    const QString name = m_board.document().spec().name;
    if (QMessageBox::question(&m_board, tr("Remove board"),
                              tr("Remove the board “%1”? Runs are not touched.").arg(name)) !=
        QMessageBox::Yes)
        return;
    m_board.document().removeBoard();
}

void BoardActions::copyImage(PlotTile* tile) {
    const QSize size = tile->plot().size();
    QImage image(size * kClipboardScale, QImage::Format_ARGB32_Premultiplied);
    image.fill(widgets::colorsFor(tile).surface);
    QPainter painter(&image);
    painter.scale(kClipboardScale, kClipboardScale);
    tile->plot().drawFigure(painter, size, {.light = false, .font = tile->font()});
    painter.end();
    auto* data = new QMimeData; // the clipboard takes it
    data->setImageData(image);
    data->setText(sourceOf(*tile, m_board.document().spec(), *m_board.facts(), m_board.bar().filter()));
    QGuiApplication::clipboard()->setMimeData(data);
    Q_EMIT m_context.statusMessage(tr("Copied “%1” as an image.").arg(tile->panel().title));
}

void BoardActions::exportPlot(PlotTile* tile) {
    const QPointer<PlotTile> alive(tile);
    ExportDialog dialog(fileNameOf(tile->panel()), &m_board);
    if (dialog.exec() != QDialog::Accepted) return;
    if (!alive) return Q_EMIT m_context.statusMessage(tr("Nothing was written: the plot is gone."));
    const QString source =
        sourceOf(*tile, m_board.document().spec(), *m_board.facts(), m_board.bar().filter());
    exportTile(m_context, this, *tile, dialog.file(), dialog.points(), source,
               [this, file = dialog.file()](const Result<std::int64_t>& bytes) {
                   if (!bytes) return m_board.presentError(bytes.error());
                   Q_EMIT m_context.statusMessage(
                       tr("Wrote %1 (%2).").arg(file, widgets::formatBytes(static_cast<double>(*bytes))));
               });
}

void BoardActions::exportAll() {
    ExportDialog dialog({}, &m_board);
    if (dialog.exec() != QDialog::Accepted) return;
    auto* job = new BoardExport(
        m_context,
        {.workspace = m_context.workspace(),
         .runs = m_board.runs(),
         .board = m_board.document().spec(),
         .facts = m_board.facts(),
         .filter = m_board.bar().filter(),
         .colors = m_board.colors(),
         .baseline = m_board.baseline()},
        {.folder = dialog.file(), .format = dialog.format(), .points = dialog.points()}, &m_board);
    auto* progress = new QProgressDialog(tr("Writing plots"), tr("Cancel"), 0, 0, &m_board);
    progress->setAttribute(Qt::WA_DeleteOnClose);
    connect(job, &BoardExport::progressed, progress, [progress](int written, int of) {
        progress->setMaximum(of + 1); // closes only at the end
        progress->setValue(written);
    });
    connect(progress, &QProgressDialog::canceled, job, &QObject::deleteLater);
    connect(job, &BoardExport::finished, this,
            [this, folder = dialog.file(), progress = QPointer(progress)](int written,
                                                                          const QStringList& errors) {
                if (progress) progress->deleteLater();
                if (written == 0 && errors.isEmpty())
                    Q_EMIT m_context.statusMessage(tr("There is no plot with a curve to write."));
                if (written > 0)
                    Q_EMIT m_context.statusMessage(
                        written == 1 ? tr("Wrote 1 plot into %1.").arg(folder)
                                     : tr("Wrote %1 plots into %2.").arg(written).arg(folder));
                if (!errors.isEmpty())
                    m_board.presentError(
                        {.what = (written > 0 ? tr("Some plots were not written") : tr("No plot was written"))
                                     .toStdString(),
                         .why = errors.front().toStdString(),
                         .remedy = {}});
            });
    job->start();
}

} // namespace fathom::app
