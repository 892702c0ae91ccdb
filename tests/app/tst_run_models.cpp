// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/event_model.h"
#include "app/models/run_filter_model.h"
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

QStringList names(const QAbstractItemModel& model) {
    QStringList all;
    for (int row = 0; row < model.rowCount(); ++row)
        all.append(model.index(row, RunTableModel::Name).data().toString());
    return all;
}

} // namespace

class TestRunModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void newRunsComeOnTop_andOthersKeepTheirRow() {
        RunTableModel model;
        QAbstractItemModelTester tester(&model);
        model.apply(*listNews({makeRow(2, RunState::Completed), makeRow(1, RunState::Failed)}, true));
        QCOMPARE(names(model), (QStringList{QStringLiteral("speech/2"), QStringLiteral("speech/1")}));
        model.apply(*listNews({makeRow(4, RunState::Running), makeRow(3, RunState::Completed)}, false));
        QCOMPARE(names(model).first(), QStringLiteral("speech/4"));
        QCOMPARE(model.rowOf(1), 3);
        QCOMPARE(model.rowOf(4), 0);
        QCOMPARE(model.rowOf(99), -1);
        QCOMPARE(model.activeCount(), 1);
    }

    void newsChangeARowInItsPlace() {
        RunTableModel model;
        QAbstractItemModelTester tester(&model);
        model.apply(*listNews({makeRow(2, RunState::Running), makeRow(1, RunState::Running)}, true));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.apply(*listNews({makeRow(1, RunState::Completed, 0.25)}, false));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(model.index(1, RunTableModel::ValWer).data().toString(), QStringLiteral("0.25"));
        QCOMPARE(model.index(1, RunTableModel::State).data().toString(), QStringLiteral("Completed"));
        QCOMPARE(model.activeCount(), 1);
    }

    void cellsReadAsPeopleDo() {
        RunTableModel model;
        model.apply(*listNews({makeRow(7, RunState::Running, 0.412345)}, true));
        QCOMPARE(model.index(0, RunTableModel::Step).data().toString(), QStringLiteral("840 / 1,404"));
        QCOMPARE(model.index(0, RunTableModel::Duration).data().toString(), QStringLiteral("1 min 35 s"));
        QCOMPARE(model.index(0, RunTableModel::ValWer).data().toString(), QStringLiteral("0.4123"));
        QCOMPARE(model.index(0, RunTableModel::ValWer).data(Qt::ToolTipRole).toString(),
                 QStringLiteral("0.412345"));
        QCOMPARE(model.index(0, RunTableModel::TrainLoss).data().toString(), QString());
        QCOMPARE(static_cast<int>(remainingSeconds(model.at(0).run)), 95);
    }

    void aPausedRunIsShownSo_whileItGoesOn() {
        RunRow row = makeRow(1, RunState::Running);
        row.run.progress.phase = "paused";
        RunTableModel model;
        model.apply(*listNews({row}, true));
        const QModelIndex state = model.index(0, RunTableModel::State);
        QCOMPARE(state.data().toString(), QStringLiteral("Paused"));
        QCOMPARE(state.data(RunTableModel::StateIconRole).toString(), QStringLiteral("pause"));
        QCOMPARE(remainingSeconds(row.run), -1.0);
        QCOMPARE(model.activeCount(), 1);
        row.run.state = RunState::Stopped; // in the pause
        model.apply(*listNews({row}, false));
        QCOMPARE(state.data().toString(), QStringLiteral("Stopped"));
    }

    void filterTakesWordsComparisonsAndNegation_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("kept");
        const QString one = QStringLiteral("speech/1"), two = QStringLiteral("speech/2"),
                      three = QStringLiteral("speech/3");
        QTest::newRow("nothing") << QString() << QStringList{three, two, one};
        QTest::newRow("state") << QStringLiteral("failed") << QStringList{two};
        QTest::newRow("negated") << QStringLiteral("-failed") << QStringList{three, one};
        QTest::newRow("number") << QStringLiteral("val_wer<0.5") << QStringList{one};
        QTest::newRow("both") << QStringLiteral("speech val_wer>=0.5") << QStringList{three};
        QTest::newRow("override") << QStringLiteral("optim.lr=0.02") << QStringList{three, two, one};
        QTest::newRow("none") << QStringLiteral("nonesuch") << QStringList{};
    }

    void filterTakesWordsComparisonsAndNegation() {
        QFETCH(QString, text);
        QFETCH(QStringList, kept);
        RunTableModel model;
        RunFilterModel filter;
        QAbstractItemModelTester tester(&filter);
        filter.setSourceModel(&model);
        model.apply(*listNews({makeRow(3, RunState::Completed, 0.8), makeRow(2, RunState::Failed),
                               makeRow(1, RunState::Completed, 0.3)},
                              true));
        filter.setFilter(text);
        QCOMPARE(names(filter), kept);
    }

    void sortsNumbersAsNumbers_withEmptyOnesLast() {
        RunTableModel model;
        RunFilterModel filter;
        filter.setSourceModel(&model);
        model.apply(*listNews({makeRow(10, RunState::Completed, 0.8), makeRow(9, RunState::Failed),
                               makeRow(2, RunState::Completed, 0.3)},
                              true));
        filter.sort(RunTableModel::ValWer, Qt::AscendingOrder);
        QCOMPARE(names(filter), (QStringList{QStringLiteral("speech/2"), QStringLiteral("speech/10"),
                                             QStringLiteral("speech/9")}));
        filter.sort(RunTableModel::ValWer, Qt::DescendingOrder);
        QCOMPARE(names(filter), (QStringList{QStringLiteral("speech/10"), QStringLiteral("speech/2"),
                                             QStringLiteral("speech/9")}));
        filter.sort(RunTableModel::Name, Qt::AscendingOrder);
        QCOMPARE(names(filter).first(), QStringLiteral("speech/2"));
    }

    void rowsKeepTheirPlace_whileValuesUpdate() {
        RunTableModel model;
        RunFilterModel filter;
        filter.setSourceModel(&model);
        model.apply(
            *listNews({makeRow(2, RunState::Running, 0.8), makeRow(1, RunState::Running, 0.3)}, true));
        filter.sort(RunTableModel::ValWer, Qt::AscendingOrder);
        const QStringList before = names(filter);
        model.apply(*listNews({makeRow(1, RunState::Running, 0.95)}, false));
        QCOMPARE(names(filter), before);
        filter.resort();
        QCOMPARE(names(filter).first(), QStringLiteral("speech/2"));
    }

    void twentyThousandRunsAreFilteredAndSortedAtOnce() {
        std::vector<RunRow> rows;
        for (int id = 20'000; id >= 1; --id)
            rows.push_back(makeRow(id, RunState::Completed, id % 1000 / 1000.0));
        RunTableModel model;
        RunFilterModel filter;
        filter.setSourceModel(&model);
        model.apply(*listNews(std::move(rows), true));
        QElapsedTimer clock;
        clock.start();
        filter.setFilter(QStringLiteral("val_wer<0.5 speech"));
        filter.sort(RunTableModel::ValWer, Qt::AscendingOrder);
        QCOMPARE(filter.rowCount(), 10'000);
        QVERIFY2(clock.elapsed() < 3000,
                 qPrintable(QString::number(clock.elapsed()))); // debug build on a loaded machine
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
