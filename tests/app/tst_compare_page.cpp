// SPDX-License-Identifier: GPL-3.0-or-later
// The Compare page on synthetic runs whose differences are known.
#include "app/bridge/engine_bridge.h"
#include "app/inference/problem_bar.h"
#include "app/pages/compare/compare_page.h"
#include "app/pages/compare/comparison_tab.h"
#include "app/pages/compare/difference_pane.h"
#include "app/pages/compare/importance_model.h"
#include "app/pages/compare/importance_tab.h"
#include "app/pages/compare/pinned_table.h"
#include "app/pages/compare/predictions_tab.h"
#include "app/pages/compare/relations_tab.h"
#include "app/pages/compare/run_chooser.h"
#include "app/pages/compare/study_source.h"
#include "app/pages/compare/weights_tab.h"
#include "app/plots/plot_board.h"
#include "app/plots/plot_grid.h"
#include "app/samples/clip_pane.h"
#include "engine/archive/nemo.h"
#include "engine/base/file.h"
#include "tests/app/page_fixture.h"
#include "tests/app/run_fixture.h"
#include "tests/app/wave_fixture.h"
#include "tests/engine/archive/archive_testing.h"
#include "widgets/parallel_coordinates.h"
#include "widgets/scatter_plot.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTableView>
#include <QtTest>

#include <cmath>

using namespace fathom;
using namespace fathom::app;

namespace {

constexpr int kRuns = 24;

/// Runs whose val_wer follows the learning rate; the batch size and the optimizer do not matter.
void recordStudy(const std::filesystem::path& workspace, int runs = kRuns) {
    auto recorder = store::Recorder::open(workspace);
    for (int i = 0; i < runs; ++i) {
        const double rate = std::pow(10, -4 + 0.5 * (i % 6));
        store::NewRun run{.name = "speech", .command = "fathom-cli train", .configName = "speech"};
        run.leaves = {{"name", "speech", "yaml", "speech.yaml:1"},
                      {"model.optim.lr", rate, "command line", "override 1"},
                      {"model.optim.name", i % 4 < 2 ? "adam" : "novograd", "yaml", "speech.yaml:7"},
                      {"model.train_ds.batch_size", 8 << (i * 7 % 3), "yaml", "speech.yaml:3"},
                      {"model.encoder.layers", 15, "dataclass", ""}};
        run.environment = {
            {"torch.version", "2.11.0"},
            {"git.commit", "abc"},
            {"git.patch", i == 1 ? "diff --git a/x.py b/x.py\n@@ -1 +1 @@\n-rate = 1\n+rate = 2\n" : ""}};
        run.layers = {{"yaml", "speech.yaml", "name: speech\nmodel:\n  optim: {}\n"}};
        auto writer = *(*recorder)->createRun(run);
        writer->state(store::RunState::Running);
        const SeriesId wer = writer->series("val_wer");
        const double best = 0.3 + 0.08 * std::fabs(std::log10(rate) + 2.5) + 0.002 * ((i * 5) % 7);
        writer->put({wer, 50, 10, best + 0.1});
        writer->put({wer, 100, 20, best});
        const std::vector<store::Sample> samples{
            {.step = 100,
             .index = 0,
             .source = "a.flac",
             .reference = "turn the lights on",
             .prediction = i == 0 ? "turn the lights on" : "turn lights on up",
             .score = i == 0 ? 0.0 : 0.5},
            {.step = 100,
             .index = 1,
             .source = "b.flac",
             .reference = "stop",
             .prediction = "stop",
             .score = 0}};
        writer->samples(samples);
        if (i == kRuns - 1)
            writer->state(store::RunState::Failed, "out of memory at step 100");
        else
            writer->state(store::RunState::Completed);
    }
}

QList<qint64> firstRuns(int count) {
    QList<qint64> ids;
    for (int i = 1; i <= count; ++i)
        ids.append(i);
    return ids;
}

QStringList keysOf(const ComparisonModel& model) {
    QStringList keys;
    for (int row = 0; row < model.rowCount(); ++row)
        if (const auto* key = model.keyAt(row)) keys.append(QString::fromStdString(key->key));
    return keys;
}

/// A page on a recorded study.
struct Opened {
    PageFixture fixture;
    std::unique_ptr<ComparePage> page;
    std::unique_ptr<QWidget> widget;

    explicit Opened(int runs = kRuns) {
        recordStudy(fixture.folder.path().toStdString(), runs);
        page = std::make_unique<ComparePage>(fixture.context);
        widget.reset(page->widget());
        widget->resize(1200, 800);
        widget->show();
    }
    bool settle() {
        return QTest::qWaitFor([this] { return page->isSettled() && fixture.jobs.pending() == 0; }, 30'000);
    }
    QTabWidget* tabs() const { return widget->findChild<QTabWidget*>(); }
    ComparisonTab* overview() const { return qobject_cast<ComparisonTab*>(tabs()->widget(0)); }
    ComparisonTab* config() const {
        for (int i = 1; i < tabs()->count(); ++i)
            if (auto* tab = qobject_cast<ComparisonTab*>(tabs()->widget(i))) return tab;
        return nullptr;
    }
    template <class T> T* tab() const { return widget->findChild<T*>(); }
    void bringUp(QWidget* tab) { tabs()->setCurrentWidget(tab); }
};

} // namespace

class TestComparePage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void emptyPage_saysHow_andOffersTheChoice() {
        PageFixture fixture;
        ComparePage page(fixture.context);
        std::unique_ptr<QWidget> widget(page.widget());
        QCOMPARE(qobject_cast<QStackedWidget*>(widget.get())->currentIndex(), 0);
        QVERIFY(!fixture.actions.find(QStringLiteral("compare.report"))->isEnabled());
        QVERIFY(page.badge().isEmpty());
    }

    void runsThatAnotherPageNames_areCompared_andIdenticalRowsAreGone() {
        Opened opened;
        QSignalSpy requested(&opened.fixture.context, &AppContext::pageRequested);
        Q_EMIT opened.fixture.context.compareRequested({1, 2, 3});
        QCOMPARE(requested.value(0).value(0).toString(), QStringLiteral("compare"));
        QVERIFY(opened.settle());
        ComparisonModel& model = opened.overview()->model();
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QStringList keys = keysOf(model);
        QVERIFY(keys.contains(QStringLiteral("model.optim.lr")));
        QVERIFY(keys.contains(QStringLiteral("git.patch")));
        for (const char* same :
             {"name", "model.encoder.layers", "torch.version", "git.commit", "speech.yaml"})
            QVERIFY2(!keys.contains(QLatin1String(same)), same);
        QCOMPARE(model.columnCount(), 4);
        QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("speech/1"));
        const QModelIndex cell = model.index(model.rowOf(QStringLiteral("model.optim.lr")), 2);
        QCOMPARE(cell.data(ComparisonModel::LayerRole).toString(), QStringLiteral("command line"));
        QVERIFY(cell.data(Qt::ToolTipRole).toString().contains(QStringLiteral("override 1")));
        QVERIFY(!cell.data(ComparisonModel::SameRole).toBool());
        QCOMPARE(opened.page->badge(), QStringLiteral("3"));
    }

    void baselineCanBeChanged_andStaysLeft() {
        Opened opened;
        opened.page->setRuns({1, 2, 3});
        QVERIFY(opened.settle());
        opened.page->setBaseline(3);
        QVERIFY(opened.settle());
        ComparisonModel& model = opened.config()->model();
        QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("speech/3"));
        QCOMPARE(opened.page->runs(), (QList<qint64>{1, 2, 3}));
        QVERIFY(opened.config()->table().scrolledView()->isColumnHidden(1));
        QVERIFY(!opened.config()->table().pinnedView()->isColumnHidden(1));
        opened.fixture.actions.find(QStringLiteral("compare.baseline"))->trigger();
        QVERIFY(opened.settle());
        QCOMPARE(opened.page->baseline(), 1);
        Q_EMIT opened.config()->removeRequested(1);
        QVERIFY(opened.settle());
        QCOMPARE(opened.page->runs(), (QList<qint64>{2, 3}));
        QCOMPARE(opened.page->baseline(), 2);
    }

    void configTab_showsAllOnRequest_searches_andCopies() {
        Opened opened;
        opened.page->setRuns({1, 2});
        QVERIFY(opened.settle());
        ComparisonTab* tab = opened.config();
        opened.bringUp(tab);
        const int differing = tab->model().keyCount();
        opened.fixture.actions.find(QStringLiteral("compare.all"))->trigger();
        QCOMPARE(tab->model().keyCount(), 5);
        QVERIFY(differing < 5);
        auto* search = tab->findChild<QLineEdit*>();
        search->setText(QStringLiteral("OPTIM adam"));
        QCOMPARE(keysOf(tab->model()), QStringList{QStringLiteral("model.optim.name")});
        opened.fixture.actions.find(QStringLiteral("compare.copy"))->trigger();
        const QString copied = QGuiApplication::clipboard()->text();
        QCOMPARE(copied, QStringLiteral("Key\tspeech/1\tspeech/2\nmodel.optim.name\tadam\tadam\n"));
        search->setText(QStringLiteral("nothing of the kind"));
        QCOMPARE(tab->model().rowCount(), 0);
    }

    void chosenCell_isShownInFull_withTheWordsThatChanged() {
        Opened opened;
        opened.page->setRuns({1, 2});
        QVERIFY(opened.settle());
        ComparisonTab* tab = opened.overview();
        tab->table().setCurrentIndex(tab->model().index(tab->model().rowOf(QStringLiteral("git.patch")), 2));
        const QString text = tab->pane().toPlainText();
        QVERIFY2(text.contains(QStringLiteral("x.py")) && text.contains(QStringLiteral("+rate = 2")),
                 qPrintable(text));
        tab->table().setCurrentIndex(
            tab->model().index(tab->model().rowOf(QStringLiteral("model.optim.lr")), 0));
        QVERIFY(tab->pane().toPlainText().contains(QStringLiteral("set by command line")));
        const QString shown = tab->pane().toPlainText();
        QEvent otherTheme(QEvent::PaletteChange);
        QCoreApplication::sendEvent(&tab->pane(), &otherTheme);
        QCOMPARE(tab->pane().toPlainText(), shown);
    }

    void manifests_areComparedEntryByEntry() {
        PageFixture fixture;
        const std::filesystem::path root = fixture.folder.path().toStdString();
        const std::string same = R"({"audio_filepath": "a.wav", "duration": 3600})";
        QVERIFY(writeFileAtomically(root / "one.json", same).has_value());
        QVERIFY(writeFileAtomically(root / "two.json",
                                    same + "\n" + R"({"audio_filepath": "b.wav", "duration": 60})")
                    .has_value());
        {
            auto recorder = store::Recorder::open(root);
            for (const char* name : {"one.json", "two.json", "gone.json"})
                QVERIFY(
                    (*recorder)
                        ->createRun({.name = "net", .leaves = {{"model.train_ds.manifest_filepath", name}}})
                        .has_value());
        }
        ComparePage page(fixture.context);
        std::unique_ptr<QWidget> widget(page.widget());
        page.setRuns({1, 2, 3});
        auto* tab = widget->findChild<ComparisonTab*>();
        QTRY_VERIFY(page.isSettled() && tab->model().rowCount() > 0);
        const int row = tab->model().rowOf(QStringLiteral("model.train_ds.manifest_filepath"));
        tab->table().setCurrentIndex(tab->model().index(row, 2));
        QTRY_VERIFY(tab->pane().toPlainText().contains(QStringLiteral("added 1 entry, 1 min")));
        QVERIFY(tab->pane().toPlainText().contains(QStringLiteral("b.wav")));
        tab->table().setCurrentIndex(tab->model().index(row, 3));
        QTRY_VERIFY(tab->pane().toPlainText().contains(QStringLiteral("no such file")));
    }

    void predictions_canBePlayed() {
        Opened opened;
        QVERIFY(writeFile(opened.fixture.folder.filePath(QStringLiteral("a.flac")), waveOfTone(1)));
        opened.page->setRuns(firstRuns(2));
        QVERIFY(opened.settle());
        auto* tab = opened.tab<PredictionsTab>();
        opened.bringUp(tab);
        QVERIFY(tab->sound().isHidden()); // no clip is chosen
        for (int row = 0; row < tab->sorted().rowCount(); ++row)
            if (tab->model().at(tab->sorted().mapToSource(tab->sorted().index(row, 0)).row()).source ==
                "a.flac")
                tab->table().setCurrentIndex(tab->sorted().index(row, PredictionModel::ReferenceColumn));
        QVERIFY(!tab->sound().isHidden());
        QTRY_VERIFY_WITH_TIMEOUT(!tab->sound().isLoading(), 30'000);
        QVERIFY2(tab->sound().problem().isEmpty(), qPrintable(tab->sound().problem()));
        QCOMPARE(tab->sound().seconds(), 1.0);
    }

    void predictions_areSortedByWhatDiffersMost() {
        Opened opened;
        opened.page->setRuns({1, 2});
        QVERIFY(opened.settle());
        auto* tab = opened.tab<PredictionsTab>();
        QAbstractItemModelTester tester(&tab->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(tab->sorted().index(0, 0).data().toString(), QStringLiteral("turn the lights on"));
        QCOMPARE(tab->sorted().index(0, PredictionModel::DifferenceColumn).data().toString(),
                 QStringLiteral("+50"));
        const PredictedWords words = tab->model().words(0, PredictionModel::FirstRunColumn + 1);
        QCOMPARE(words.size(), std::size_t{5}); // turn -the lights on +up
        QVERIFY(words[1].match == WordMatch::Deleted && words[1].text == QStringLiteral("the"));
        QVERIFY(words[4].match == WordMatch::Inserted && words[4].isOwn);
        tab->setOnlyDifferences(true);
        QCOMPARE(tab->sorted().rowCount(), 1);
    }

    void metricOfTheStudy_isOneThatTheRunsHave() {
        Opened opened;
        {
            auto recorder = *store::Recorder::open(opened.fixture.folder.path().toStdString());
            for (int i = 0; i < 3; ++i) {
                auto writer =
                    *recorder->createRun({.name = "other", .leaves = {{"model.optim.lr", 0.1 * i}}});
                writer->put({writer->series("train_loss"), 1, 1, 3.0 + i});
            }
            QVERIFY(recorder->flush());
        }
        auto* tab = opened.tab<ImportanceTab>();
        auto* study = opened.tab<StudySource>();
        opened.page->setRuns({1, 2, 3});
        opened.bringUp(tab);
        QVERIFY(opened.settle());
        QCOMPARE(study->metric(), QStringLiteral("val_wer"));
        opened.page->setRuns({kRuns + 1, kRuns + 2, kRuns + 3});
        QVERIFY(opened.settle());
        QCOMPARE(study->metric(), QStringLiteral("train_loss"));
        QCOMPARE(study->study()->runs.size(), std::size_t{3});
    }

    void importance_findsThePlantedKey() {
        Opened opened;
        opened.page->setRuns(firstRuns(kRuns));
        QVERIFY(opened.settle());
        auto* tab = opened.tab<ImportanceTab>();
        opened.bringUp(tab);
        QVERIFY(opened.settle());
        QAbstractItemModelTester tester(&tab->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        const analysis::Importance& importance = tab->model().importance();
        QCOMPARE(importance.runs, std::size_t{kRuns});
        QCOMPARE(importance.keys.front().key, std::string("model.optim.lr"));
        QVERIFY(importance.keys.front().forest.low > importance.keys[1].forest.value);
        QCOMPARE(tab->table().currentIndex().row(), 0);
        QCOMPARE(tab->plot().axes().size(), std::size_t{2});
        QVERIFY(tab->plot().axes()[0].isLogarithmic());
    }

    void brushedRuns_canBeCompared() {
        Opened opened;
        opened.page->setRuns(firstRuns(kRuns));
        QVERIFY(opened.settle());
        auto* tab = opened.tab<RelationsTab>();
        opened.bringUp(tab);
        QVERIFY(opened.settle());
        const std::size_t last = tab->parallel().axes().size() - 1;
        QCOMPARE(tab->parallel().axes()[last].name(), QStringLiteral("val_wer · least"));
        tab->parallel().setRange(last, std::pair{-0.01, 0.3});
        const auto selected = tab->parallel().selection().size();
        QVERIFY(selected > 1 && selected < kRuns);
        QCOMPARE(tab->scatter().selection().size(), selected);
        QCOMPARE(tab->matrix().axes().size(), last + 1);
        for (QPushButton* button : tab->findChildren<QPushButton*>())
            if (button->text().startsWith(QStringLiteral("Compare"))) button->click();
        QVERIFY(opened.settle());
        QCOMPARE(static_cast<std::size_t>(opened.page->runs().size()), selected);
    }

    void report_isWrittenWithFigures() {
        Opened opened;
        opened.page->setRuns(firstRuns(kRuns));
        QVERIFY(opened.settle());
        opened.bringUp(opened.tab<ImportanceTab>());
        QVERIFY(opened.settle());
        auto* board = opened.widget->findChild<PlotBoard*>();
        opened.bringUp(board->parentWidget());
        QTRY_VERIFY_WITH_TIMEOUT(opened.page->isSettled() && !board->grid().tiles().empty(), 30'000);
        QCOMPARE(board->runs().size(), std::size_t{kRuns});
        const QString html = opened.fixture.folder.filePath(QStringLiteral("report.html"));
        const QString markdown = opened.fixture.folder.filePath(QStringLiteral("report.md"));
        QSignalSpy said(&opened.fixture.context, &AppContext::statusMessage);
        opened.page->writeReport(html);
        QTRY_COMPARE_WITH_TIMEOUT(said.count(), 2, 30'000); // that it began, and that it is there
        opened.page->writeReport(markdown);
        QTRY_COMPARE_WITH_TIMEOUT(said.count(), 4, 30'000);
        const auto text = readFile(html.toStdString());
        QVERIFY(text->find("model.optim.lr") != std::string::npos);
        QVERIFY(text->find("model.encoder.layers") == std::string::npos);
        QVERIFY(text->find("<svg") != std::string::npos);
        QVERIFY(text->find("out of memory at step 100") != std::string::npos); // why that run has failed
        QVERIFY(readFile(markdown.toStdString())->find("(<report_figures/importance.svg>)") !=
                std::string::npos);
        for (const char* figure : {"relations", "scatter", "curves_1"}) {
            const QString name = QStringLiteral("report_figures/%1.svg").arg(QLatin1String(figure));
            QVERIFY2(QFileInfo::exists(opened.fixture.folder.filePath(name)), figure);
        }
        opened.page->writeReport(QStringLiteral("/nowhere/report.html"));
        QTRY_COMPARE_WITH_TIMEOUT(said.count(), 6, 30'000);
        QVERIFY(said.last().front().toString().contains(QStringLiteral("/nowhere")));
    }

    void report_hasAllSections_whicheverTabsWereShown() {
        Opened opened;
        opened.page->setRuns(firstRuns(kRuns));
        QVERIFY(opened.settle());
        const QString file = opened.fixture.folder.filePath(QStringLiteral("whole.md"));
        opened.page->writeReport(file);
        QVERIFY(!opened.page->isSettled());
        QVERIFY(opened.settle());
        for (const char* figure : {"importance", "relations", "scatter", "curves_1"}) {
            const QString name = QStringLiteral("whole_figures/%1.svg").arg(QLatin1String(figure));
            QVERIFY2(QFileInfo::exists(opened.fixture.folder.filePath(name)), figure);
        }
        QCOMPARE(opened.tabs()->currentIndex(), 0);
    }

    /// The ids are those of another workspace; the titles say which runs are meant.
    void figure_isDrawnAgain_fromItsFile() {
        Opened opened;
        EngineBridge& engine = opened.fixture.engine;
        QSignalSpy lists(&engine, &EngineBridge::runListChanged);
        engine.open();
        QTRY_VERIFY_WITH_TIMEOUT(lists.count() > 0, 30'000);
        const QString file = opened.fixture.folder.filePath(QStringLiteral("figure.pgf"));
        BoardSpec spec;
        spec.plots = {{.title = QStringLiteral("Errors"), .metrics = {QStringLiteral("val_wer")}}};
        QJsonArray runs;
        for (const auto& [id, title] : {std::pair{2, "speech/2"}, {900, "speech/5"}, {7, "gone/1"}})
            runs.append(
                QJsonObject{{QStringLiteral("id"), id}, {QStringLiteral("title"), QLatin1String(title)}});
        const QJsonObject json{{QStringLiteral("runs"), runs},
                               {QStringLiteral("board"), QJsonDocument::fromJson(toJson(spec)).object()}};
        QVERIFY(writeFile(file, "% Drawn by Fathom\n% " + QJsonDocument(json).toJson(QJsonDocument::Compact) +
                                    '\n'));
        QSignalSpy said(&opened.fixture.context, &AppContext::statusMessage);
        Q_EMIT opened.fixture.context.figureFileOpened(file);
        QTRY_COMPARE_WITH_TIMEOUT(said.count(), 1, 30'000);
        QVERIFY2(said[0][0].toString().contains(QStringLiteral("1 of its runs")),
                 qPrintable(said[0][0].toString()));
        QVERIFY(opened.settle());
        QCOMPARE(opened.page->runs(), (QList<qint64>{2, 5}));
        auto* board = opened.widget->findChild<PlotBoard*>();
        QCOMPARE(board->document().spec().name, QStringLiteral("Errors"));
        QTRY_COMPARE_WITH_TIMEOUT(board->grid().tiles().size(), std::size_t{1}, 30'000);
        QCOMPARE(opened.tabs()->currentWidget(), board->parentWidget());
        auto* problem = opened.widget->findChild<ProblemBar*>(); // which stays
        QVERIFY(!problem->isVisible());
        QVERIFY(writeFile(file, "% no figure\n"));
        Q_EMIT opened.fixture.context.figureFileOpened(file);
        QTRY_VERIFY_WITH_TIMEOUT(problem->isVisible(), 30'000);
        QVERIFY(problem->text().contains(file) && problem->text().contains(QStringLiteral("SVG, PDF, PNG")));
        opened.page->setRuns({2, 5});
        QVERIFY(!problem->isVisible());
    }

    void weights_areComparedOnRequest() {
        PageFixture fixture;
        const std::filesystem::path root = fixture.folder.path().toStdString();
        {
            auto recorder = store::Recorder::open(root);
            for (const float value : {4.0F, 5.0F}) {
                archive::NemoContents contents{.configYaml = "target: x\n"};
                contents.tensors.push_back(
                    testing::makeTensor("w", archive::DType::Float32, {2}, std::vector<float>{3, value}));
                const auto path = root / ("net" + std::to_string(static_cast<int>(value)) + ".nemo");
                QVERIFY(archive::writeNemo(path, contents).has_value());
                auto writer = *(*recorder)->createRun({.name = "net"});
                writer->artifact({.kind = "nemo", .path = path.string()});
                writer->state(store::RunState::Completed);
            }
        }
        ComparePage page(fixture.context);
        std::unique_ptr<QWidget> widget(page.widget());
        page.setRuns({1, 2});
        QTRY_VERIFY(page.isSettled());
        auto* tab = widget->findChild<WeightsTab*>();
        tab->compare();
        QTRY_VERIFY(page.isSettled());
        QAbstractItemModelTester tester(&tab->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(tab->model().rowCount(), 1);
        QCOMPARE(tab->model().index(0, WeightsModel::FirstRunColumn).data().toString(),
                 QStringLiteral("20 %"));
        tab->model().setMeasure(WeightsModel::Measure::Norm);
        QCOMPARE(tab->model().index(0, WeightsModel::FirstRunColumn).data().toString(), QStringLiteral("1"));
        QVERIFY(tab->summary().contains(QStringLiteral("net/2: 1 tensor differs")));
    }

    void chooser_checksWhatIsShown() {
        std::vector<RunRow> rows;
        for (qint64 id = 20; id > 0; --id)
            rows.push_back(makeRow(id, id % 2 == 0 ? store::RunState::Completed : store::RunState::Failed));
        RunChooser chooser(rows, {3, 99});
        QCOMPARE(chooser.chosen(), QList<qint64>{3}); // 99 is gone
        chooser.findChild<QLineEdit*>()->setText(QStringLiteral("completed speech/1"));
        auto* table = chooser.findChild<QTableView*>();
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(table->model()->rowCount(), 5); // 10, 12, 14, 16, 18
        table->setCurrentIndex(table->model()->index(0, 0));
        chooser.show();
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Space);
        QCOMPARE(chooser.chosen(), (QList<qint64>{3, 18}));
        QTest::keyClick(table, Qt::Key_Space);
        QCOMPARE(chooser.chosen(), QList<qint64>{3});
    }

    void chooser_isUsedByKeyboardAlone() {
        RunChooser chooser({makeRow(3, store::RunState::Completed), makeRow(2, store::RunState::Completed),
                            makeRow(1, store::RunState::Failed)},
                           {});
        chooser.show();
        auto* const search = chooser.findChild<QLineEdit*>();
        auto* const table = chooser.findChild<QTableView*>();
        QTRY_VERIFY(search->hasFocus());
        QTest::keyClick(search, Qt::Key_Return); // of no runs there is nothing to compare
        QVERIFY(chooser.isVisible() && table->hasFocus());
        search->setFocus();
        QTest::keyClick(search, Qt::Key_Down);
        QVERIFY(table->hasFocus());
        QTest::keyClick(table, Qt::Key_Space);
        QTest::keyClick(table, Qt::Key_Down);
        QTest::keyClick(table, Qt::Key_Space);
        QTest::keyClick(table, Qt::Key_Return);
        QCOMPARE(chooser.result(), static_cast<int>(QDialog::Accepted));
        QCOMPARE(chooser.chosen(), (QList<qint64>{3, 2}));
    }

    void state_isKeptForTheWorkspace() {
        Opened opened;
        opened.page->setRuns({2, 5});
        QVERIFY(opened.settle());
        opened.page->setBaseline(5);
        QVERIFY(opened.settle());
        opened.config()->setOnlyDifferences(false);
        opened.tabs()->setCurrentIndex(1);
        opened.page->saveState(opened.fixture.settings);
        const QString groups = opened.fixture.settings.allKeys().join(QLatin1Char(' '));
        QVERIFY(groups.contains(QStringLiteral("/baseline")));
        PageFixture other; // its own actions; the same workspace and settings
        AppContext context({.actions = other.actions,
                            .jobs = other.jobs,
                            .engine = other.engine,
                            .settings = opened.fixture.settings},
                           opened.fixture.context.workspace());
        ComparePage again(context);
        std::unique_ptr<QWidget> widget(again.widget());
        again.restoreState(opened.fixture.settings);
        QTRY_VERIFY(again.isSettled());
        QCOMPARE(again.runs(), (QList<qint64>{2, 5}));
        QCOMPARE(again.baseline(), 5);
        QCOMPARE(widget->findChild<QTabWidget*>()->currentIndex(), 1);
    }

    void hundredRunsOfTwoThousandKeys_stayFluid() {
        auto runs = std::make_shared<std::vector<ComparedRun>>(100);
        for (int run = 0; run < 100; ++run) {
            ComparedRun& compared = (*runs)[static_cast<std::size_t>(run)];
            compared.run.id = store::RunId{run + 1};
            compared.title = QStringLiteral("run/%1").arg(run);
            for (int key = 0; key < 2000; ++key)
                compared.config.push_back(
                    {.key = "section" + std::to_string(key % 50) + ".key" + std::to_string(key),
                     .value = key % 3 == 0 ? Value(run * key) : Value("constant")});
        }
        const ComparisonPtr comparison = compareRuns(runs, 0);
        PageFixture fixture;
        ComparisonTab tab(fixture.context, {ComparisonSection::Kind::Config}, QStringLiteral("Config"));
        tab.resize(1600, 900);
        tab.show();
        QElapsedTimer timer;
        timer.start();
        tab.setComparison(comparison);
        const qint64 shown = timer.restart();
        tab.setOnlyDifferences(false);
        tab.grab();
        const qint64 all = timer.restart();
        QCoreApplication::processEvents();
        QScrollBar* bar = tab.table().scrolledView()->verticalScrollBar();
        QVERIFY(bar->maximum() > 1000);
        qint64 slowest = 0;
        for (int step = 0; step < 20; ++step) {
            timer.restart();
            bar->setValue(bar->maximum() * step / 20);
            tab.table().grab();
            slowest = std::max(slowest, timer.elapsed());
        }
        qInfo("set %lld ms, all rows drawn %lld ms, slowest of 20 scrolled frames %lld ms",
              static_cast<long long>(shown), static_cast<long long>(all), static_cast<long long>(slowest));
        QCOMPARE(tab.model().keyCount(), 2000);
        QVERIFY(shown < 2000 && all < 3000 && slowest < 1000);
    }
};

QTEST_MAIN(TestComparePage)
#include "tst_compare_page.moc"
