// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_bar.h"
#include "app/plots/board_export.h"
#include "app/plots/board_files.h"
#include "app/plots/plot_board.h"
#include "app/plots/plot_grid.h"
#include "app/plots/plot_tile.h"
#include "app/plots/view_editors.h"
#include "tests/app/board_fixture.h"
#include "tests/app/page_fixture.h"
#include "widgets/line_plot.h"
#include "widgets/plot_link.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QImage>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>
#include <QWheelEvent>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

constexpr int kPatienceMs = 30'000;

/// Six runs of two learning rates with `metrics` metrics, and a board that shows them.
struct Bench {
    explicit Bench(int metrics = 3, const BoardSpec& standard = everyMetricBoard())
        : Bench(metrics, standard, {}) {}
    Bench(int metrics, const BoardSpec& standard, const std::function<void(Bench&)>& prepare) {
        for (int i = 0; i < 6; ++i) {
            runs.push_back(fixture.addRun({{.key = "optim.lr", .value = i % 2 == 0 ? 0.1 : 0.02}}));
            for (int m = 0; m < metrics; ++m)
                fixture.addSeries(runs.back(), "metric_" + std::to_string(1000 + m), 50, 10,
                                  [i, m](double x) { return x * m + i; });
        }
        if (!fixture.commit()) qFatal("cannot write the store");
        if (prepare) prepare(*this);
        board = std::make_unique<PlotBoard>(
            *context, PlotBoardOptions{.page = QStringLiteral("compare"), .standard = standard});
        board->resize(1000, 700);
        board->show();
        board->setRuns(runs);
    }
    [[nodiscard]] bool settle() {
        QElapsedTimer timer;
        for (timer.start(); !board->isSettled() && timer.elapsed() < kPatienceMs;)
            QTest::qWait(5);
        return board->isSettled();
    }
    [[nodiscard]] PlotTile& tile(std::size_t i) const { return *board->grid().tile(i); }
    [[nodiscard]] QAction& action(const char* id) {
        return *actions.find(QStringLiteral("compare.plots.") + QLatin1String(id));
    }

    BoardFixture fixture;
    QSettings settings{fixture.folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat};
    ActionRegistry actions;
    std::unique_ptr<JobRunner> jobs = std::make_unique<JobRunner>();
    EngineBridge engine{fixture.workspace()};
    std::unique_ptr<AppContext> context = std::make_unique<AppContext>(
        AppContext::Services{.actions = actions, .jobs = *jobs, .engine = engine, .settings = settings},
        fixture.workspace());
    std::vector<store::RunId> runs;
    std::unique_ptr<PlotBoard> board;
};

} // namespace

class TestPlotBoard : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void drawsEveryMetricOfEveryRun() {
        Bench bench;
        QVERIFY(bench.settle());
        QCOMPARE(bench.board->grid().panels().size(), std::size_t{3});
        QCOMPARE(bench.tile(0).plot().title(), QStringLiteral("metric_1000"));
        QCOMPARE(bench.tile(2).plot().curveCount(), 6);
        QCOMPARE(bench.tile(2).plot().pointCount(5), std::size_t{50});
        QCOMPARE(bench.tile(2).plot().curve(5).name, QStringLiteral("speech/6"));
    }

    void onlyPlotsInSightExist() {
        Bench bench(1000);
        QVERIFY(bench.settle());
        QCOMPARE(bench.board->grid().panels().size(), std::size_t{1000});
        const std::size_t shown = bench.board->grid().tiles().size();
        QVERIFY2(shown >= 4 && shown <= 12, qPrintable(QString::number(shown)));
        QVERIFY(bench.board->grid().tile(900) == nullptr);
        bench.board->grid().showPanel(900);
        QVERIFY(bench.board->grid().tile(900) != nullptr);
        QVERIFY(bench.board->grid().tile(0) == nullptr);
        QVERIFY(bench.settle());
        QCOMPARE(bench.tile(900).plot().pointCount(0), std::size_t{50});
        QVERIFY(bench.board->grid().tiles().size() <= 12);
    }

    void filterFindsPlots() {
        Bench bench(1000);
        QVERIFY(bench.settle());
        bench.board->bar().setFilter(QStringLiteral("_1777"));
        QTRY_COMPARE(bench.board->grid().panels().size(), std::size_t{1});
        QVERIFY(bench.settle());
        QCOMPARE(bench.tile(0).plot().title(), QStringLiteral("metric_1777"));
        bench.board->saveState(bench.settings);
        bench.board->bar().setFilter({});
        bench.board->restoreState(bench.settings);
        QCOMPARE(bench.board->bar().filter(), QStringLiteral("_1777"));
    }

    void smoothingShowsTheRawCurveBehind_andKeepsTheView() {
        Bench bench;
        QVERIFY(bench.settle());
        widgets::LinePlot& plot = bench.tile(1).plot();
        plot.setXRange(100, 200);
        const auto smoothBy = [&](widgets::SmoothingMethod method) {
            bench.board->document().edit({}, [&](BoardSpec& board) { board.view.smoothing.method = method; });
            QCoreApplication::processEvents();
            return bench.settle();
        };
        QVERIFY(smoothBy(widgets::SmoothingMethod::Ema));
        QCOMPARE(plot.curveCount(), 12);
        int smoothed = 0;
        for (int i = 0; i < 12; ++i)
            if (plot.curve(i).raw >= 0) ++smoothed;
        QCOMPARE(smoothed, 6);
        QCOMPARE(plot.xRange(), (std::pair<double, double>(100, 200)));
        QVERIFY(smoothBy(widgets::SmoothingMethod::None));
        for (int i = 0; i < 12; ++i)
            QVERIFY(plot.curve(i).raw < 0);
    }

    void zoomAndHighlightAreShared() {
        Bench bench;
        QVERIFY(bench.settle());
        bench.tile(0).plot().setXRange(100, 200);
        QCOMPARE(bench.tile(1).plot().xRange(), (std::pair<double, double>(100, 200)));
        bench.board->highlightRun(static_cast<qint64>(bench.runs[3]));
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE(bench.tile(i).plot().curve(bench.tile(i).plot().highlighted()).name,
                     QStringLiteral("speech/4"));
        QSignalSpy hovered(bench.board.get(), &PlotBoard::runHovered);
        Q_EMIT bench.tile(0).plot().curveHovered(2);
        QCOMPARE(hovered.last()[0].toLongLong(), static_cast<qint64>(bench.runs[2]));
    }

    void groupsBecomeTheirMean_withTheirNumber() {
        Bench bench;
        QVERIFY(bench.settle());
        bench.board->document().edit({}, [](BoardSpec& board) {
            board.grouping = {
                .colorKey = QStringLiteral("optim.lr"), .average = true, .spread = widgets::Spread::Range};
        });
        QCoreApplication::processEvents();
        QVERIFY(bench.settle());
        const widgets::LinePlot& plot = bench.tile(0).plot(); // i, for run i
        QCOMPARE(plot.curveCount(), 2);
        QCOMPARE(plot.curve(0).name, QStringLiteral("lr 0.1 (n = 3)"));
        QCOMPARE(plot.points(0).y(7), 2.0);
        QCOMPARE(plot.points(1).y(7), 3.0);
    }

    void facetsMakeAPlotForEachValue() {
        Bench bench;
        QVERIFY(bench.settle());
        bench.board->document().edit(
            {}, [](BoardSpec& board) { board.grouping.facetKey = QStringLiteral("optim.lr"); });
        QTRY_COMPARE(bench.board->grid().panels().size(), std::size_t{6});
        QVERIFY(bench.settle());
        QCOMPARE(bench.tile(0).plot().title(), QStringLiteral("metric_1000 · lr 0.02"));
        QCOMPARE(bench.tile(0).plot().curveCount(), 3);
    }

    void hoveredRunStandsOut_inAllPlots() {
        Bench bench;
        QVERIFY(bench.settle());
        const auto highlighted = [&](std::size_t tile) {
            const widgets::LinePlot& plot = bench.tile(tile).plot();
            return plot.highlighted() < 0 ? QString() : plot.curve(plot.highlighted()).name;
        };
        widgets::LinePlot& plot = bench.tile(0).plot(); // i, for run i
        plot.redraw();
        const QPoint place = plot.pixelOf(200, 4).toPoint();
        QWidget* surface = plot.childAt(place);
        QTest::mouseMove(surface, surface->mapFrom(&plot, place));
        QTRY_COMPARE(highlighted(1), QStringLiteral("speech/5"));
        QCOMPARE(highlighted(0), QStringLiteral("speech/5"));
        QTest::mouseMove(surface, surface->mapFrom(&plot, plot.pixelOf(200, 3.5).toPoint()));
        QTRY_COMPARE(highlighted(1), QString());
    }

    void notesStayOnTheXTheyWereWrittenOn() {
        Bench bench;
        QVERIFY(bench.settle());
        const QString metric = bench.tile(0).panel().metrics.front();
        bench.board->document().edit({}, [&](BoardSpec& board) {
            board.rest[metric].notes = {{.x = 100, .text = QStringLiteral("step")},
                                        {.x = 3, .text = QStringLiteral("time"), .axis = XAxis::Relative}};
        });
        const auto shown = [&] {
            QStringList texts;
            for (const widgets::PlotAnnotation& note : bench.tile(0).plot().annotations())
                texts.append(note.text + QString::number(note.id));
            return texts;
        };
        QTRY_COMPARE(shown(), QStringList{QStringLiteral("step0")});
        bench.board->document().edit({}, [](BoardSpec& board) { board.view.axis = XAxis::Relative; });
        QTRY_COMPARE(shown(), QStringList{QStringLiteral("time1")});
        bench.board->document().edit({}, [](BoardSpec& board) { board.view.axis = XAxis::Wall; });
        QTRY_COMPARE(shown(), QStringList{});
    }

    void typedKeyCounts_asAChosenOneDoes() {
        NameCombo combo(QStringLiteral("nothing"));
        combo.setNames({QStringLiteral("model.lr"), QStringLiteral("seed")});
        QSignalSpy edited(&combo, &NameCombo::nameEdited);
        const auto type = [&](const QString& text) {
            combo.lineEdit()->selectAll();
            text.isEmpty() ? QTest::keyClick(combo.lineEdit(), Qt::Key_Delete)
                           : QTest::keyClicks(combo.lineEdit(), text);
            Q_EMIT combo.lineEdit()->editingFinished(); // as Tab does
        };
        type(QStringLiteral("seed"));
        QCOMPARE(combo.name(), QStringLiteral("seed"));
        QCOMPARE(edited.size(), 1);
        type(QStringLiteral("mod")); // a part
        QCOMPARE(combo.currentText(), QStringLiteral("seed"));
        QCOMPARE(edited.size(), 1);
        combo.lineEdit()->setText(QStringLiteral("model.lr"));
        QTest::keyClick(combo.lineEdit(), Qt::Key_Escape);
        Q_EMIT combo.lineEdit()->editingFinished();
        QCOMPARE(combo.name(), QStringLiteral("seed"));
        QCOMPARE(edited.size(), 1);
        type({});
        QCOMPARE(combo.name(), QString());
        QCOMPARE(edited.size(), 2);
    }

    void changesAreUndone_andKeptInTheWorkspace() {
        Bench bench;
        QVERIFY(bench.settle());
        QVERIFY(!bench.action("undo").isEnabled());
        bench.board->document().removePlot(bench.board->grid().panels()[1]);
        QTRY_COMPARE(bench.board->grid().panels().size(), std::size_t{2});
        bench.tile(0).plot().setScale(widgets::PlotAxis::Y, widgets::PlotScale::Log); // by its own button
        QCOMPARE(bench.board->document().spec().rest.at(QStringLiteral("metric_1000")).own.yScale,
                 std::optional(widgets::PlotScale::Log));
        bench.board->document().editPlot({}, bench.board->grid().panels()[0], [](PlotSpec& plot) {
            plot.notes.push_back({.x = 5, .text = QStringLiteral("here")});
        });
        QCoreApplication::processEvents();
        QCOMPARE(bench.tile(0).plot().annotations().size(), std::size_t{1});
        const BoardSpec before = bench.board->document().spec();
        bench.board.reset(); // writes what is left
        const StoredBoards stored = loadBoards(bench.fixture.workspace());
        QCOMPARE(stored.boards.size(), std::size_t{1});
        QVERIFY(stored.boards[0] == before);
        for (QAction* action : bench.actions.actions())
            action->setObjectName({}); // the next board adds its own
        PlotBoard again(*bench.context);
        again.resize(1000, 700);
        again.show();
        again.setRuns(bench.runs);
        QTRY_VERIFY_WITH_TIMEOUT(again.document().spec() == before, kPatienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(again.grid().panels().size(), std::size_t{2}, kPatienceMs);
    }

    void undoBringsAPlotBack() {
        Bench bench;
        QVERIFY(bench.settle());
        bench.board->document().removePlot(bench.board->grid().panels()[1]);
        QTRY_COMPARE(bench.board->grid().panels().size(), std::size_t{2});
        bench.action("undo").trigger();
        QTRY_COMPARE(bench.board->grid().panels().size(), std::size_t{3});
        QVERIFY(!bench.action("undo").isEnabled());
    }

    void boardsHaveNames_andAreChosenByThem() {
        Bench bench;
        QVERIFY(bench.settle());
        BoardDocument& document = bench.board->document();
        document.saveAs(QStringLiteral("Mine"));
        document.edit({}, [](BoardSpec& board) { board.columns = 1; });
        QCOMPARE(document.names(), (QStringList{everyMetricBoard().name, QStringLiteral("Mine")}));
        document.open(everyMetricBoard().name);
        QCOMPARE(document.spec().columns, 0);
        document.open(QStringLiteral("Mine"));
        QCOMPARE(document.spec().columns, 1);
        QTRY_VERIFY_WITH_TIMEOUT(
            std::filesystem::exists(boardFile(bench.fixture.workspace(), QStringLiteral("Mine"))),
            kPatienceMs);
        document.removeBoard();
        QCOMPARE(document.spec().name, everyMetricBoard().name);
        QCOMPARE(document.names().size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(
            !std::filesystem::exists(boardFile(bench.fixture.workspace(), QStringLiteral("Mine"))),
            kPatienceMs);
    }

    void plotsMoveAmongThoseOfTheBoard() {
        Bench bench(3, {.name = QStringLiteral("B"),
                        .showRest = true,
                        .plots = {{.title = QStringLiteral("A"), .pattern = QStringLiteral("1000")},
                                  {.title = QStringLiteral("B"), .pattern = QStringLiteral("1001")}}});
        QVERIFY(bench.settle());
        BoardDocument& document = bench.board->document();
        document.movePlot(bench.board->grid().panels()[1], -1);
        QCOMPARE(document.spec().plots[0].title, QStringLiteral("B"));
        QTRY_COMPARE(bench.board->grid().panels()[0].title, QStringLiteral("B"));
        document.movePlot(bench.board->grid().panels()[2], 0); // of the rest
        QCOMPARE(document.spec().plots.size(), std::size_t{3});
        QCOMPARE(document.spec().plots[2].metrics, QStringList{QStringLiteral("metric_1002")});
    }

    void wheelScrollsTheBoard_untilAPlotHasTheFocus() {
        Bench bench(40);
        QVERIFY(bench.settle());
        const auto turn = [&] {
            QWidget* target = bench.tile(0).plot().findChildren<QWidget*>().last();
            for (QWidget* each : bench.tile(0).plot().findChildren<QWidget*>())
                if (each->height() > target->height()) target = each; // the area of the curves
            QWheelEvent event(QPointF(50, 50), target->mapToGlobal(QPointF(50, 50)), {}, {0, -120},
                              Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(target, &event);
        };
        const auto before = bench.tile(0).plot().xRange();
        turn();
        QCOMPARE(bench.tile(0).plot().xRange(), before);
        bench.board->activateWindow();
        bench.tile(0).plot().setFocus();
        QTRY_VERIFY(bench.tile(0).plot().hasFocus());
        turn();
        QVERIFY(bench.tile(0).plot().xRange() != before);
    }

    void everyControlHasAName() {
        Bench bench;
        QVERIFY(bench.settle());
        for (const QWidget* each : bench.board->findChildren<QWidget*>())
            if (each->focusPolicy() != Qt::NoFocus && each->isVisibleTo(bench.board.get()) &&
                qobject_cast<const QAbstractButton*>(each) != nullptr)
                QVERIFY2(!each->accessibleName().isEmpty() ||
                             !qobject_cast<const QAbstractButton*>(each)->text().isEmpty(),
                         each->metaObject()->className());
    }

    void allPlotsAreWritten_thoseOutOfSightToo() {
        Bench bench(30);
        QVERIFY(bench.settle());
        const QTemporaryDir folder;
        auto* job = new BoardExport(*bench.context,
                                    {.workspace = bench.fixture.workspace(),
                                     .runs = bench.runs,
                                     .board = bench.board->document().spec(),
                                     .facts = bench.board->facts(),
                                     .colors = bench.board->colors(),
                                     .baseline = bench.runs[1]},
                                    {.folder = folder.filePath(QStringLiteral("new/plots")), // is made
                                     .format = widgets::FigureFormat::Csv,
                                     .points = widgets::FigurePoints::All},
                                    bench.board.get());
        QSignalSpy finished(job, &BoardExport::finished);
        job->start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatienceMs);
        QCOMPARE(finished[0][0].toInt(), 30);
        QVERIFY(finished[0][1].toStringList().isEmpty());
        QFile file(folder.filePath(QStringLiteral("new/plots/metric_1029.csv")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("# Runs: speech/1, speech/2"));
        QVERIFY(text.contains("\"metrics\":[\"metric_1029\"]"));
        QVERIFY(text.contains("\nspeech/6,490,14215\n")); // 490 * 29 + 5
        QCOMPARE(text.count("\nspeech/"), 6 * 50);
        QVERIFY(text.contains("\nspeech/2 (baseline),490,"));
        QCOMPARE(fileNameOf({.title = QStringLiteral("a/b, c"),
                             .facet = QString(),
                             .facetName = QStringLiteral("lr 0.1")}),
                 QStringLiteral("a-b, c lr 0.1"));
    }
};

QTEST_MAIN(TestPlotBoard)
#include "tst_plot_board.moc"
