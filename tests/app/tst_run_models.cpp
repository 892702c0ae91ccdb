// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/event_model.h"
#include "app/models/run_cell_text.h"
#include "app/models/run_state_text.h"
#include "app/models/run_table_model.h"
#include "tests/app/run_fixture.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>

using namespace fathom;
using namespace fathom::app;
using store::RunState;

namespace {

QStringList names(const RunTableModel& model) {
    QStringList all;
    for (int line = 0; line < model.rowCount(); ++line)
        all.append(model.index(line, 0).data().toString());
    return all;
}

using Field = query::Field;

const Field kRun{.kind = Field::Kind::Attribute, .name = "run"};
const Field kState{.kind = Field::Kind::Attribute, .name = "state"};
const Field kWer{.kind = Field::Kind::Metric, .name = "val_wer"};

/// The last val_wer of runs, as a job brings it from the store.
query::LoadedColumn wers(const std::vector<std::pair<int, double>>& values) {
    query::LoadedColumn loaded{.field = kWer};
    loaded.cells.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        loaded.runs.push_back(store::RunId{values[i].first});
        loaded.cells.setNumber(i, values[i].second);
    }
    return loaded;
}

query::Filter filterOf(const char* text) {
    const query::Schema schema{.metrics = {"val_wer"}};
    const Result<query::Filter> filter = query::Filter::compile(text, schema);
    return filter ? *filter : query::Filter();
}

QStringList list(const char* words) {
    return QString::fromLatin1(words).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

} // namespace

class TestRunModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void newRunsComeOnTop_andOthersKeepTheirRow() {
        RunTableModel model;
        QAbstractItemModelTester tester(&model);
        model.setColumns({kRun, kState});
        model.apply(listNews({makeRow(2, RunState::Completed), makeRow(1, RunState::Failed)}, true));
        QCOMPARE(names(model), list("speech/2 speech/1"));
        model.apply(listNews({makeRow(4, RunState::Running), makeRow(3, RunState::Completed)}, false));
        QCOMPARE(names(model), list("speech/4 speech/3 speech/2 speech/1"));
        QCOMPARE(model.lineOf(store::RunId{1}), 3);
        QCOMPARE(model.lineOf(store::RunId{99}), -1);
        QCOMPARE(model.activeCount(), 1);
    }

    void newsChangeARowInItsPlace() {
        RunTableModel model;
        QAbstractItemModelTester tester(&model);
        model.setColumns({kRun, kState, kWer});
        model.apply(listNews({makeRow(2, RunState::Running), makeRow(1, RunState::Running)}, true));
        model.place(wers({{1, 0.5}, {2, 0.6}}));
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy stale(&model, &RunTableModel::runsChanged);
        model.apply(listNews({makeRow(1, RunState::Completed)}, false));
        QCOMPARE(stale.count(), 1);
        model.place(wers({{1, 0.25}}), true);
        QCOMPARE(resets.count(), 0);
        QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("Completed"));
        QCOMPARE(model.index(1, 2).data().toString(), QStringLiteral("0.25"));
        QCOMPARE(model.index(0, 2).data().toString(), QStringLiteral("0.6"));
        QCOMPARE(model.activeCount(), 1);
    }

    void cellsReadAsPeopleDo_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("shown");
        QTest::newRow("step") << "step"
                              << "840 / 1,404";
        QTest::newRow("duration") << "duration"
                                  << "1 min 35 s";
        QTest::newRow("metric") << "last(val_wer)"
                                << "0.4123";
        QTest::newRow("missing") << "last(train_loss)"
                                 << "";
        QTest::newRow("state") << "state"
                               << "Running";
        QTest::newRow("tags") << "tags"
                              << "base, good";
        QTest::newRow("count") << "epoch"
                               << "7";
    }

    void cellsReadAsPeopleDo() {
        QFETCH(QString, field);
        QFETCH(QString, shown);
        RunTableModel model;
        model.setColumns({*query::fieldOf(field.toStdString())});
        RunRow row = makeRow(7, RunState::Running);
        row.run.tags = {"base", "good"};
        model.apply(listNews({row}, true));
        model.place(wers({{7, 0.412345}}));
        QCOMPARE(model.index(0, 0).data().toString(), shown);
        if (field.contains(QLatin1String("val_wer")))
            QCOMPARE(model.index(0, 0).data(Qt::ToolTipRole).toString(), QStringLiteral("0.412345"));
        QCOMPARE(static_cast<int>(remainingSeconds(*model.run(0))), 95);
    }

    void headersSayAsMuchOfAKeyAsTellsItFromOthers() {
        const Field lr{.kind = Field::Kind::Config, .name = "model.optim.lr"};
        const Field other{.kind = Field::Kind::Config, .name = "model.decoder.lr"};
        const Field least{
            .kind = Field::Kind::Metric, .name = "val_wer", .aggregate = query::Aggregate::Least};
        QCOMPARE(headerText(lr, std::vector{lr, least}), QStringLiteral("lr"));
        QCOMPARE(headerText(lr, std::vector{lr, other}), QStringLiteral("optim.lr"));
        QCOMPARE(headerText(least, std::vector{least}), QStringLiteral("min val_wer"));
        QCOMPARE(fieldToolTip(lr), QStringLiteral("config.model.optim.lr"));
    }

    void aPausedRunIsShownSo_whileItGoesOn() {
        RunRow row = makeRow(1, RunState::Running);
        row.run.progress.phase = "paused";
        RunTableModel model;
        model.setColumns({kState});
        model.apply(listNews({row}, true));
        const QModelIndex state = model.index(0, 0);
        QCOMPARE(state.data().toString(), QStringLiteral("Paused"));
        QCOMPARE(state.data(RunTableModel::StateIconRole).toString(), QStringLiteral("pause"));
        QCOMPARE(remainingSeconds(row.run), -1.0);
        row = makeRow(1, RunState::Running);
        row.run.progress.step = row.run.progress.totalSteps; // the test goes on
        QCOMPARE(remainingSeconds(row.run), -1.0);
        QCOMPARE(model.activeCount(), 1);
        row.run.state = RunState::Stopped; // in the pause
        model.apply(listNews({row}, false));
        QCOMPARE(state.data().toString(), QStringLiteral("Stopped"));
    }

    void columnsAreAskedForOnce_whenACellOfThemIsWanted() {
        RunTableModel model;
        model.setColumns({kRun, kWer});
        model.apply(listNews({makeRow(2, RunState::Completed), makeRow(1, RunState::Completed)}, true));
        QSignalSpy wanted(&model, &RunTableModel::columnsWanted);
        QVERIFY(model.index(0, 0).data().isValid());
        QVERIFY(model.takeWanted().empty());
        QCOMPARE(model.index(0, 1).data().toString(), QString());
        QCOMPARE(model.index(1, 1).data().toString(), QString());
        QVERIFY(wanted.wait(1000));
        QCOMPARE(wanted.count(), 1);
        QVERIFY(model.takeWanted() == std::vector{kWer});
        model.place(wers({{2, 0.5}}));
        QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("0.5"));
    }

    void filterAndOrderWaitForTheirColumns() {
        RunTableModel model;
        QAbstractItemModelTester tester(&model);
        model.setColumns({kRun});
        model.apply(listNews(
            {makeRow(3, RunState::Completed), makeRow(2, RunState::Failed), makeRow(1, RunState::Completed)},
            true));
        model.setFilter(filterOf("val_wer < 0.5 or failed"));
        QVERIFY(model.isWaiting());
        QCOMPARE(model.rowCount(), 3); // until the column is there
        model.place(wers({{1, 0.3}, {3, 0.8}}));
        QVERIFY(!model.isWaiting());
        QCOMPARE(names(model), list("speech/2 speech/1"));
        QCOMPARE(model.shownCount(), 2);
        model.setSort({{kWer, false}});
        QCOMPARE(names(model), list("speech/1 speech/2"));
        model.setFilter({});
        QCOMPARE(names(model), list("speech/1 speech/3 speech/2"));
        model.setSort({{kWer, true}});
        QCOMPARE(names(model), list("speech/3 speech/1 speech/2")); // those without a value come last
        QVERIFY(model.headerData(0, Qt::Horizontal, Qt::DisplayRole).toString() == QStringLiteral("Run"));
    }

    void nothingIsAskedFor_beforeThereAreRuns() {
        RunTableModel model;
        model.setColumns({kRun, kWer});
        model.setSort({{kWer, false}});
        model.setGroups({kState});
        QVERIFY(!model.isWaiting());
        QVERIFY(model.takeWanted().empty());
        model.apply(listNews({makeRow(2, RunState::Completed), makeRow(1, RunState::Completed)}, true));
        QVERIFY(model.isWaiting());
        QVERIFY(model.takeWanted() == std::vector{kWer});
        model.place(wers({{1, 0.3}, {2, 0.8}}));
        QCOMPARE(model.run(1)->number, 1);
    }

    void rowsKeepTheirPlace_whileValuesUpdate() {
        RunTableModel model;
        model.setColumns({kRun});
        model.apply(listNews({makeRow(2, RunState::Running), makeRow(1, RunState::Running)}, true));
        model.place(wers({{1, 0.3}, {2, 0.8}}));
        model.setFilter(filterOf("val_wer < 0.9"));
        model.setSort({{kWer, false}});
        QCOMPARE(names(model), list("speech/1 speech/2"));
        model.place(wers({{1, 0.95}}), true);
        QCOMPARE(names(model), list("speech/1 speech/2"));
        model.refresh();
        QCOMPARE(names(model), list("speech/2"));
        model.place(wers({{1, 0.5}}), true); // passes again: comes on top
        QCOMPARE(names(model), list("speech/1 speech/2"));
    }

    void groupsShowCountAndMean_andCanBeClosed() {
        RunTableModel model;
        QAbstractItemModelTester tester(&model);
        model.setColumns({kRun, kWer});
        model.apply(listNews(
            {makeRow(3, RunState::Completed), makeRow(2, RunState::Failed), makeRow(1, RunState::Completed)},
            true));
        model.place(wers({{1, 0.3}, {3, 0.5}}));
        model.setGroups({kState});
        QCOMPARE(model.rowCount(), 5);
        QVERIFY(model.isGroup(0));
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("▾ Completed  (2)"));
        QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("0.4 ± 0.14"));
        QCOMPARE(model.run(0), nullptr);
        QCOMPARE(model.run(1)->number, 3);
        model.toggleGroup(0);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("▸ Completed  (2)"));
        QCOMPARE(model.shownCount(), 3);
        model.apply(listNews({makeRow(4, RunState::Failed)}, false));
        QCOMPARE(model.index(1, 0).data().toString(), QStringLiteral("▾ Failed  (2)"));
        QCOMPARE(model.lineOf(store::RunId{4}), 2);
        model.setGroups({});
        QCOMPARE(model.rowCount(), 4);
    }

    void archivedRunsAreOutOfTheWay_unlessTheFilterSpeaksOfThem() {
        RunTableModel model;
        model.setColumns({kRun});
        RunRow away = makeRow(1, RunState::Completed);
        away.run.archived = true;
        model.apply(listNews({makeRow(2, RunState::Completed), away}, true));
        QCOMPARE(names(model), list("speech/2"));
        QCOMPARE(model.hiddenCount(), 1);
        model.setFilter(filterOf("archived"));
        QCOMPARE(names(model), list("speech/1"));
        model.setFilter(filterOf("archived or not archived"));
        QCOMPARE(model.rowCount(), 2);
    }

    void marksOutliveAFilter_andGoWithTheirRun() {
        RunTableModel model;
        model.setColumns({kRun});
        model.apply(listNews({makeRow(2, RunState::Failed), makeRow(1, RunState::Completed)}, true));
        QVERIFY(model.setData(model.index(0, 0), Qt::Checked, Qt::CheckStateRole));
        model.setMarked({store::RunId{1}}, true);
        QVERIFY((model.marked() == std::vector{store::RunId{2}, store::RunId{1}}));
        model.setFilter(filterOf("completed"));
        QCOMPARE(model.marked().size(), std::size_t{2});
        QCOMPARE(model.index(0, 0).data(Qt::CheckStateRole).toInt(), static_cast<int>(Qt::Checked));
        model.remove({store::RunId{2}});
        QVERIFY(model.marked() == std::vector{store::RunId{1}});
        model.put({makeRow(2, RunState::Failed).run});
        model.setFilter({});
        QCOMPARE(names(model), list("speech/2 speech/1"));
        model.apply(listNews({makeRow(2, RunState::Failed)}, true)); // 1 was trashed elsewhere
        QVERIFY(model.marked().empty());
    }

    void cellsStay_whenTheListComesAnew() {
        RunTableModel model;
        model.setColumns({kRun, kWer});
        model.apply(listNews({makeRow(3, RunState::Completed), makeRow(2, RunState::Completed),
                              makeRow(1, RunState::Completed)},
                             true));
        model.place(wers({{1, 0.3}, {3, 0.5}}));
        model.apply(listNews({makeRow(3, RunState::Completed), makeRow(1, RunState::Completed)},
                             true)); // 2 was trashed
        QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("0.5"));
        QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("0.3"));
    }

    void eventsAreFilteredByLevelAndText() {
        EventModel model;
        EventFilterModel filter;
        QAbstractItemModelTester tester(&filter);
        filter.setSourceModel(&model);
        model.append({{1, 1e9, LogLevel::Info, "Loading"}, {2, 1e9, LogLevel::Error, "No such file"}});
        model.append({{3, 1e9, LogLevel::Warning, "Clip left out"}});
        QCOMPARE(filter.rowCount(), 3);
        filter.setLeastLevel(LogLevel::Warning);
        QCOMPARE(filter.rowCount(), 2);
        filter.setText(QStringLiteral("clip"));
        QCOMPARE(filter.rowCount(), 1);
        QCOMPARE(filter.index(0, EventModel::Level).data().toString(), QStringLiteral("Warning"));
    }
};

QTEST_GUILESS_MAIN(TestRunModels)
#include "tst_run_models.moc"
