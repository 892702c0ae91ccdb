// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/board_files.h"
#include "app/plots/plot_key.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;
using widgets::CurveDash;

namespace {

RunFacts run(int id, const std::map<QString, QString>& config = {}) {
    return {.id = store::RunId{id}, .title = QStringLiteral("speech/%1").arg(id), .config = config};
}

const QString kRate = QStringLiteral("model.optim.lr");
const QString kSeed = QStringLiteral("seed");

/// Six runs: two learning rates, three seeds each.
BoardFacts study() {
    BoardFacts facts;
    for (int i = 0; i < 6; ++i)
        facts.runs.push_back(run(i + 1, {{kRate, i % 2 == 0 ? QStringLiteral("0.1") : QStringLiteral("0.02")},
                                         {kSeed, QString::number(i / 2)}}));
    facts.metrics = {QStringLiteral("epoch"), QStringLiteral("train_loss"), QStringLiteral("val_wer")};
    return facts;
}

RunColors colorsOf(const BoardFacts& facts) {
    std::vector<store::RunId> runs;
    for (const RunFacts& each : facts.runs)
        runs.push_back(each.id);
    RunColors colors;
    colors.setRuns(runs);
    return colors;
}

QStringList titles(const std::vector<PlotPanel>& panels) {
    QStringList titles;
    for (const PlotPanel& panel : panels)
        titles.append(panel.title);
    return titles;
}

BoardSpec wholeBoard() {
    BoardSpec board;
    board.name = QStringLiteral("A/b · ü");
    board.view = {.axis = XAxis::Metric,
                  .xMetric = QStringLiteral("train_loss"),
                  .smoothing = {.method = widgets::SmoothingMethod::SavitzkyGolay, .window = 51, .order = 3},
                  .xScale = widgets::PlotScale::Log,
                  .yScale = widgets::PlotScale::Symlog,
                  .clipOutliers = true};
    board.grouping = {.colorKey = kRate,
                      .dashKey = kSeed,
                      .facetKey = QStringLiteral("model.name"),
                      .average = true,
                      .spread = widgets::Spread::Confidence};
    board.joinResumed = false;
    board.showRest = true;
    board.columns = 3;
    board.plots = {{.title = QStringLiteral("Loss"),
                    .metrics = {QStringLiteral("a"), QStringLiteral("b")},
                    .emptyText = QStringLiteral("soon"),
                    .own = {.axis = XAxis::Epoch,
                            .xMetric = QString(),
                            .smoothing = widgets::Smoothing{.weight = 0.95},
                            .yScale = widgets::PlotScale::Log,
                            .clipOutliers = false},
                    .notes = {{.x = 5, .y = 0.5, .text = QStringLiteral("here")},
                              {.x = 7, .text = QStringLiteral("there")},
                              {.x = 0.3,
                               .text = QStringLiteral("then"),
                               .axis = XAxis::Metric,
                               .xMetric = QStringLiteral("val_wer")}}},
                   {.title = QStringLiteral("Rest"), .pattern = QStringLiteral("^val_")}};
    board.rest[QStringLiteral("lr")] = {.own = {.xScale = widgets::PlotScale::Log}, .hidden = true};
    return board;
}

} // namespace

class TestPlotPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void boardsReadBackAsTheyWereWritten() {
        for (const BoardSpec& board : {wholeBoard(), trainingBoard(), everyMetricBoard(), BoardSpec{}}) {
            const auto read = boardFromJson(toJson(board));
            QVERIFY(read.has_value());
            QVERIFY2(*read == board, toJson(*read).constData());
        }
    }

    void brokenBoardsSayWhere() {
        const auto broken = boardFromJson("{\n \"fathom_board\": 1,\n \"name\": }");
        QVERIFY(!broken);
        QCOMPARE(broken.error().line, 3);
        QVERIFY(!boardFromJson("{}"));
        QVERIFY(!boardFromJson("[1, 2]"));
        const auto odd = boardFromJson(R"({"fathom_board": 1, "view": {"x": "fortnights"}, "columns": 99})");
        QVERIFY(odd.has_value());
        QCOMPARE(odd->view.axis, XAxis::Step);
        QCOMPARE(odd->columns, 8);
    }

    void boardsAreKeptUnderTheirNames() {
        const QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        QVERIFY(loadBoards(workspace).boards.empty());
        BoardSpec board = wholeBoard();
        QVERIFY(saveBoard(workspace, board).has_value());
        board.name = QStringLiteral("..");
        QVERIFY(saveBoard(workspace, board).has_value());
        QFile broken(folder.filePath(QStringLiteral(".fathom/boards/broken.json")));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("{");
        broken.close();
        const StoredBoards stored = loadBoards(workspace);
        QCOMPARE(stored.boards.size(), std::size_t{2});
        QVERIFY(std::find(stored.boards.begin(), stored.boards.end(), wholeBoard()) != stored.boards.end());
        QCOMPARE(stored.errors.size(), std::size_t{1});
        QVERIFY(stored.errors[0].file.ends_with("broken.json"));
        QVERIFY(removeBoard(workspace, wholeBoard().name).has_value());
        QCOMPARE(loadBoards(workspace).boards.size(), std::size_t{1});
    }

    void plotsOfATrainingFindTheirSeries() {
        const BoardSpec board = trainingBoard();
        const QStringList metrics{QStringLiteral("epoch"),
                                  QStringLiteral("global_step"),
                                  QStringLiteral("learning_rate"),
                                  QStringLiteral("lr-AdamW"),
                                  QStringLiteral("lr_loss"),
                                  QStringLiteral("samples_per_second"),
                                  QStringLiteral("train_loss"),
                                  QStringLiteral("train_step_timing in s"),
                                  QStringLiteral("training_batch_wer"),
                                  QStringLiteral("val_loss"),
                                  QStringLiteral("val_samples/s"),
                                  QStringLiteral("val_wer"),
                                  QStringLiteral("validation_step_timing in s")};
        QCOMPARE(board.plots[0].select(metrics),
                 (QStringList{QStringLiteral("lr_loss"), QStringLiteral("train_loss"),
                              QStringLiteral("val_loss")}));
        QCOMPARE(board.plots[1].select(metrics),
                 (QStringList{QStringLiteral("learning_rate"), QStringLiteral("lr-AdamW")}));
        QCOMPARE(board.plots[2].select(metrics),
                 (QStringList{QStringLiteral("training_batch_wer"), QStringLiteral("val_wer")}));
        QCOMPARE(board.plots[3].select(metrics),
                 (QStringList{QStringLiteral("samples_per_second"), QStringLiteral("val_samples/s")}));
    }

    void restOfTheMetricsGetPlotsOfTheirOwn() {
        BoardSpec board = everyMetricBoard();
        const BoardFacts facts = study();
        QCOMPARE(titles(panelsOf(board, facts, {})),
                 (QStringList{QStringLiteral("train_loss"), QStringLiteral("val_wer")}));
        board.plots.push_back({.title = QStringLiteral("Errors"), .pattern = QStringLiteral("wer")});
        QCOMPARE(titles(panelsOf(board, facts, {})),
                 (QStringList{QStringLiteral("Errors"), QStringLiteral("train_loss")}));
        board.rest[QStringLiteral("train_loss")] = {.title = QStringLiteral("L")};
        QCOMPARE(titles(panelsOf(board, facts, {})),
                 (QStringList{QStringLiteral("Errors"), QStringLiteral("L")}));
        board.rest[QStringLiteral("train_loss")].hidden = true;
        QCOMPARE(titles(panelsOf(board, facts, {})), (QStringList{QStringLiteral("Errors")}));
    }

    void lossesAndValidationsStandFirst() {
        BoardFacts facts;
        facts.metrics = {QStringLiteral("acc"), QStringLiteral("train_loss"), QStringLiteral("val_acc")};
        QCOMPARE(
            titles(panelsOf(everyMetricBoard(), facts, {})),
            (QStringList{QStringLiteral("train_loss"), QStringLiteral("val_acc"), QStringLiteral("acc")}));
    }

    void filterLooksIntoTitlesAndMetrics() {
        BoardSpec board = everyMetricBoard();
        board.plots.push_back({.title = QStringLiteral("Errors"), .pattern = QStringLiteral("wer")});
        const BoardFacts facts = study();
        const auto found = [&](const char* filter) {
            return titles(panelsOf(board, facts, QString::fromLatin1(filter)));
        };
        QCOMPARE(found("WER"), (QStringList{QStringLiteral("Errors")}));
        QCOMPARE(found("/^train/"), (QStringList{QStringLiteral("train_loss")}));
        QCOMPARE(found("nothing"), QStringList());
        QCOMPARE(found("/(/").size(), 2); // not an expression yet: nothing is hidden while it is typed
    }

    void oneRunTellsMetricsApart_severalRunsTellRuns() {
        BoardSpec board;
        board.plots = {{.title = QStringLiteral("All"), .pattern = QStringLiteral("_")}};
        BoardFacts facts = study();
        const PlotPanel panel = panelsOf(board, facts, {}).front();
        const PlotPlan several = planOf(panel, board, facts, colorsOf(facts));
        QCOMPARE(several.curves.size(), std::size_t{12});
        QCOMPARE(several.curves[0].name, QStringLiteral("speech/1 · train_loss"));
        QCOMPARE(several.curves[1].color, 1);
        QCOMPARE(several.curves[6].dash, CurveDash::Dash); // the other metric
        QCOMPARE(several.curves[6].color, 0);
        QCOMPARE(several.curves[6].group, 1);
        QVERIFY(!several.query.marks);
        facts.runs.resize(1);
        const PlotPlan one = planOf(panel, board, facts, colorsOf(facts));
        QCOMPARE(one.curves[1].name, QStringLiteral("val_wer"));
        QCOMPARE(one.curves[1].color, 1);
        QVERIFY(one.curves[1].markers);
        QVERIFY(one.query.marks);
    }

    void colourDashAndFacetFollowTheConfig() {
        BoardSpec board = everyMetricBoard();
        board.grouping = {.colorKey = kRate, .dashKey = kSeed};
        const BoardFacts facts = study();
        const PlotPlan plan = planOf(panelsOf(board, facts, {}).front(), board, facts, colorsOf(facts));
        QCOMPARE(plan.curves[0].name, QStringLiteral("speech/1 · lr 0.1 · seed 0"));
        QCOMPARE(plan.curves[0].color, 1); // 0.1 is greater than 0.02
        QCOMPARE(plan.curves[1].color, 0);
        QCOMPARE(plan.curves[0].dash, CurveDash::Solid);
        QCOMPARE(plan.curves[5].dash, CurveDash::Dot);
        board.grouping = {.facetKey = kSeed};
        const std::vector<PlotPanel> panels = panelsOf(board, facts, {});
        QCOMPARE(panels.size(), std::size_t{6}); // two metrics, three seeds
        QCOMPARE(panels[1].facet, std::optional(QStringLiteral("1")));
        QCOMPARE(planOf(panels[1], board, facts, colorsOf(facts)).query.curves.size(), std::size_t{2});
    }

    void averagesAreTakenOverRunsOfOneColourAndDash() {
        BoardSpec board = everyMetricBoard();
        board.grouping = {.colorKey = kRate, .average = true, .spread = widgets::Spread::Deviation};
        const BoardFacts facts = study();
        const PlotPanel panel = panelsOf(board, facts, {}).front();
        const PlotPlan plan = planOf(panel, board, facts, colorsOf(facts));
        using Group = std::vector<std::size_t>;
        QCOMPARE(plan.query.groups, (std::vector<Group>{{0, 2, 4}, {1, 3, 5}}));
        QCOMPARE(plan.query.spread, widgets::Spread::Deviation);
        QCOMPARE(plan.groups[0].name, QStringLiteral("lr 0.1"));
        QCOMPARE(plan.groups[1].name, QStringLiteral("lr 0.02"));
        QVERIFY(plan.groups[0].color != plan.groups[1].color);
        board.grouping.colorKey.clear();
        QCOMPARE(planOf(panel, board, facts, colorsOf(facts)).query.groups,
                 (std::vector<Group>{{0, 1, 2, 3, 4, 5}}));
    }

    void groupsAreTheSameInEveryPlot() {
        BoardSpec board = everyMetricBoard();
        board.grouping = {.colorKey = kRate, .facetKey = kSeed, .average = true};
        BoardFacts facts = study();
        facts.runs.erase(facts.runs.begin()); // the first facet begins with another rate
        const std::vector<PlotPanel> panels = panelsOf(board, facts, {});
        QCOMPARE(panels[0].facetName, QStringLiteral("seed 0"));
        const PlotPlan first = planOf(panels[0], board, facts, colorsOf(facts));
        const PlotPlan second = planOf(panels[1], board, facts, colorsOf(facts));
        QCOMPARE(first.groups[0].name, QStringLiteral("lr 0.02"));
        QCOMPARE(second.groups[1].name, QStringLiteral("lr 0.02"));
        QCOMPARE(first.groups[0].group, second.groups[1].group);
        QVERIFY(second.groups[0].group != second.groups[1].group);
    }

    void keySaysWhatColoursAndDashesMean() {
        const BoardFacts facts = study();
        const auto key = [&](const Grouping& grouping, std::optional<store::RunId> baseline = {}) {
            QStringList entries;
            for (const KeyEntry& entry : keyOf({.grouping = grouping}, facts, colorsOf(facts), baseline))
                entries.append(QStringLiteral("%1 %2 %3")
                                   .arg(entry.name)
                                   .arg(entry.color)
                                   .arg(static_cast<int>(entry.dash)));
            return entries.join(QStringLiteral(", "));
        };
        QVERIFY(key({}, store::RunId{2}).startsWith(QLatin1String("speech/1 0 1, speech/2 (baseline) -1 1")));
        QCOMPARE(key({.colorKey = kRate, .dashKey = kSeed}),
                 QStringLiteral("lr 0.02 0 1, lr 0.1 1 1, seed 0 -1 1, seed 1 -1 2, seed 2 -1 3"));
        QCOMPARE(key({.colorKey = kRate}, store::RunId{2}),
                 QStringLiteral("speech/2 (baseline) -1 1, lr 0.02 0 1, lr 0.1 1 1"));
        QCOMPARE(key({.colorKey = kRate, .average = true}, store::RunId{2}),
                 QStringLiteral("lr 0.02 0 1, lr 0.1 1 1"));
        QCOMPARE(key({.average = true}), QString());
    }

    void ninthValueOfAColourIsDashed() {
        BoardSpec board = everyMetricBoard();
        board.grouping = {.colorKey = kSeed, .average = true};
        BoardFacts facts = study();
        facts.runs.clear();
        for (int i = 0; i < 10; ++i)
            facts.runs.push_back(run(i + 1, {{kSeed, QString::number(i)}}));
        const PlotPlan plan = planOf(panelsOf(board, facts, {}).front(), board, facts, colorsOf(facts));
        for (const std::vector<CurveLook>* looks : {&plan.curves, &plan.groups}) {
            QCOMPARE((*looks)[8].color, (*looks)[0].color);
            QCOMPARE((*looks)[0].dash, CurveDash::Solid);
            QCOMPARE((*looks)[8].dash, CurveDash::Dash);
        }
    }

    void runsWithoutAKeyAreAGroupToo() {
        BoardFacts facts = study();
        facts.runs.push_back(run(9));
        facts.runs.push_back(run(10, {{kRate, QStringLiteral("auto")}}));
        QCOMPARE(valuesOf(facts, kRate), (QStringList{QStringLiteral("0.02"), QStringLiteral("0.1"),
                                                      QStringLiteral("(missing)"), QStringLiteral("auto")}));
    }

    void runsKeepTheirColours() {
        const auto id = [](int i) { return store::RunId{i}; };
        RunColors colors;
        colors.setRuns({id(5), id(7), id(9)});
        QCOMPARE(colors.of(id(9)), 2);
        colors.setRuns({id(9), id(11), id(12), id(7)});
        QCOMPARE(colors.of(id(9)), 2);
        QCOMPARE(colors.of(id(7)), 1);
        QCOMPARE(colors.of(id(11)), 0); // the place that 5 left
        QCOMPARE(colors.of(id(12)), 3);
    }

    void baselineIsNamedSo() {
        const BoardFacts facts = study();
        const BoardSpec board = everyMetricBoard();
        PlotPlan plan = planOf(panelsOf(board, facts, {}).front(), board, facts, colorsOf(facts));
        markBaseline(plan, store::RunId{2});
        QCOMPARE(plan.curves[1].name, QStringLiteral("speech/2 (baseline)"));
        QCOMPARE(plan.curves[1].color, -1);
        QCOMPARE(plan.curves[0].name, QStringLiteral("speech/1"));
    }

    void plotsMayDoThingsTheirOwnWay() {
        BoardSpec board = everyMetricBoard();
        board.view.yScale = widgets::PlotScale::Log;
        board.rest[QStringLiteral("val_wer")] = {.own = {.axis = XAxis::Wall}};
        const BoardFacts facts = study();
        const std::vector<PlotPanel> panels = panelsOf(board, facts, {});
        QCOMPARE(planOf(panels[0], board, facts, {}).view.axis, XAxis::Step);
        QCOMPARE(planOf(panels[1], board, facts, {}).view.axis, XAxis::Wall);
        QCOMPARE(planOf(panels[1], board, facts, {}).view.yScale, widgets::PlotScale::Log);
    }

    void marksSayAWordOrTwo() {
        QCOMPARE(markLabel(QStringLiteral("step 10: learning rate set from 0.02 to 0.01")),
                 QStringLiteral("lr 0.01"));
        QCOMPARE(markLabel(QStringLiteral("step 10: max_epochs set to 20")), QStringLiteral("epochs 20"));
        QCOMPARE(markLabel(QStringLiteral("step 10: checkpoint on demand")), QStringLiteral("checkpoint"));
        QCOMPARE(markLabel(QStringLiteral("step 10: not obeyed: it only tests")),
                 QStringLiteral("not obeyed"));
    }
};

QTEST_GUILESS_MAIN(TestPlotPlan) // an application frees the collator of localeAwareCompare()
#include "tst_plot_plan.moc"
