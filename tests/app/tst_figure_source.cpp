// SPDX-License-Identifier: GPL-3.0-or-later
// An exported figure, read back.
#include "app/plots/board_export.h"
#include "app/plots/figure_source.h"
#include "app/plots/plot_tile.h"
#include "widgets/theme.h"

#include <QtTest>

using namespace fathom;
using namespace fathom::app;

namespace {

/// A plot of two runs, as a board has it.
struct Drawn {
    BoardSpec board = everyMetricBoard();
    BoardFacts facts{.runs = {{.id = store::RunId{3}, .title = QStringLiteral("net/1")},
                              {.id = store::RunId{9}, .title = QStringLiteral("net <2> & “more”")}},
                     .metrics = {QStringLiteral("train_loss"), QStringLiteral("val_wer")},
                     .configKeys = {}};

    Drawn() {
        board.view.smoothing = {.method = widgets::SmoothingMethod::Ema, .weight = 0.9};
        board.view.yScale = widgets::PlotScale::Log;
        board.plots = {{.title = QStringLiteral("Losses"),
                        .metrics = {QStringLiteral("train_loss"), QStringLiteral("val_wer")},
                        .notes = {{.x = 4, .y = 0.5, .text = QStringLiteral("warm-up ends")}}}};
    }

    [[nodiscard]] QString source() const {
        RunColors colors;
        colors.setRuns({store::RunId{3}, store::RunId{9}});
        PlotTile tile(1, nullptr);
        const PlotPanel panel = panelsOf(board, facts, {}).front();
        tile.setPlan(panel, planOf(panel, board, facts, colors), board.plots[0].notes, nullptr);
        return sourceOf(tile, board, facts, {});
    }

    [[nodiscard]] QByteArray as(widgets::FigureFormat format, const QString& from) const {
        std::vector<double> x{0, 1, 2, 3};
        const std::vector<double> y{4, 3, 2.5, 2};
        widgets::CurveData data;
        data.assign(std::make_shared<const std::vector<double>>(x), y);
        widgets::Figure figure;
        figure.title = QStringLiteral("Losses");
        figure.x.to = 3;
        figure.y.to = 4;
        figure.curves = {{.name = QStringLiteral("net/1"), .color = Qt::blue, .data = &data}};
        const widgets::FigureCopy copy(figure, widgets::lightColors(), widgets::FigurePoints::All);
        return widgets::exportFigure(copy, format, {.source = from});
    }
};

} // namespace

class TestFigureSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFormat_tellsRunsAndPlotAgain_data() {
        QTest::addColumn<int>("format");
        for (const auto format :
             {widgets::FigureFormat::Svg, widgets::FigureFormat::Pdf, widgets::FigureFormat::Png,
              widgets::FigureFormat::Pgf, widgets::FigureFormat::Csv})
            QTest::newRow(qPrintable(widgets::suffixOf(format))) << static_cast<int>(format);
    }

    void everyFormat_tellsRunsAndPlotAgain() {
        QFETCH(int, format);
        const Drawn drawn;
        const QByteArray bytes = drawn.as(static_cast<widgets::FigureFormat>(format), drawn.source());
        QVERIFY(!bytes.isEmpty());
        const auto source = figureSourceIn(bytes);
        QVERIFY2(source.has_value(), source ? "" : source.error().message().c_str());
        QCOMPARE(source->runs.size(), std::size_t{2});
        QCOMPARE(source->runs[0].id, 3);
        QCOMPARE(source->runs[1].title, drawn.facts.runs[1].title);
        QCOMPARE(source->board.name, QStringLiteral("Losses"));
        QVERIFY(source->board.view == drawn.board.view);
        QCOMPARE(source->board.plots.size(), std::size_t{1});
        QVERIFY(source->board.plots[0] == drawn.board.plots[0]);
        QVERIFY(!source->board.showRest);
    }

    void otherFiles_areRefusedWithAReason() {
        const Drawn drawn;
        const QString whole = drawn.source();
        const QString cut = whole.left(whole.size() - 40);
        for (const QByteArray& bytes :
             {QByteArray(), QByteArray("<svg xmlns='http://www.w3.org/2000/svg'><desc>a cat</desc></svg>"),
              QByteArray("\x89PNG\r\n"), QByteArray("%PDF-1.4\nstream\nx\x9c\x01 endstream"),
              drawn.as(widgets::FigureFormat::Svg, QStringLiteral("Drawn by Fathom")),
              drawn.as(widgets::FigureFormat::Svg, cut),
              QByteArray("% Drawn by Fathom\n% {\"runs\": []}\n")}) {
            const auto source = figureSourceIn(bytes);
            QVERIFY2(!source.has_value(), bytes.left(60).constData());
            QCOMPARE(source.error().kind, ErrorKind::BadInput);
            QVERIFY(!source.error().why.empty());
        }
        QVERIFY(!readFigureSource(QStringLiteral("/nowhere/figure.svg")).has_value());
    }
};

QTEST_MAIN(TestFigureSource)
#include "tst_figure_source.moc"
