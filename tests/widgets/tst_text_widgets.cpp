// SPDX-License-Identifier: GPL-3.0-or-later
// Widgets that show what a model makes of speech and text: labels over time, shares, chips.
#include "widgets/chip_flow.h"
#include "widgets/label_lane.h"
#include "widgets/share_bars.h"

#include <QElapsedTimer>
#include <QScrollBar>
#include <QSignalSpy>
#include <QtTest>

using namespace fathom::widgets;

class TestTextWidgets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void label_isChosenByClickAndKeyboard();
    void crowdedLabels_keepTheirStretches();
    void shares_areNamedAndTheGreatestIsTold();
    void chips_wrapAndAreFoundWhereTheyAre();
    void manyChips_areLaidOutQuickly();
};

void TestTextWidgets::label_isChosenByClickAndKeyboard() {
    LabelLane lane;
    lane.resize(800, lane.sizeHint().height());
    QSignalSpy chosen(&lane, &LabelLane::labelChosen);
    lane.setLabels({{QStringLiteral("one"), {1, 2}}, {QStringLiteral("two"), {3, 4}}}, 8);
    QCOMPARE(lane.labelAt({150, 2}), 0);
    QCOMPARE(lane.labelAt({350, 2}), 1);
    QCOMPARE(lane.labelAt({700, 2}), -1);
    QTest::mouseClick(&lane, Qt::LeftButton, {}, {350, 2});
    QCOMPARE(chosen.takeFirst().first().toInt(), 1);
    QSignalSpy time(&lane, &LabelLane::timeChosen);
    QTest::mouseClick(&lane, Qt::LeftButton, {}, {700, 2}); // beside: a time, as in the other views
    QVERIFY(chosen.isEmpty());
    QCOMPARE(time.takeFirst().first().toDouble(), 7.0);
    lane.setCursorTime(1.5);
    QCOMPARE(lane.current(), 0);
    QTest::keyClick(&lane, Qt::Key_Right);
    QCOMPARE(chosen.takeFirst().first().toInt(), 1);
    QTest::keyClick(&lane, Qt::Key_Return);
    QCOMPARE(chosen.takeFirst().first().toInt(), 0);
    lane.setCursorTime(-1);
    QTest::keyClick(&lane, Qt::Key_Right);
    QCOMPARE(chosen.takeFirst().first().toInt(), 0);
    QVERIFY(!lane.grab().isNull());
    lane.setLabels({}, 0);
    QTest::keyClick(&lane, Qt::Key_Right);
    QVERIFY(chosen.isEmpty());
}

void TestTextWidgets::crowdedLabels_keepTheirStretches() {
    LabelLane lane;
    lane.resize(200, lane.sizeHint().height());
    std::vector<TimeLabel> labels;
    for (int i = 0; i < 500; ++i)
        labels.push_back({QStringLiteral("word%1").arg(i), {i * 0.2, i * 0.2 + 0.15}});
    lane.setLabels(labels, 100);
    QVERIFY(!lane.grab().isNull());
    QVERIFY(lane.labelAt({100, 1}) > 200); // though its text is not drawn
    lane.setView({50, 51});
    QVERIFY(lane.labelAt({10, 10}) >= 249); // zoomed: its text is
}

void TestTextWidgets::shares_areNamedAndTheGreatestIsTold() {
    ShareBars bars;
    bars.setShares({{QStringLiteral("negative"), 0.25}, {QStringLiteral("positive"), 0.75}});
    QCOMPARE(bars.accessibleDescription(), QStringLiteral("positive: 75.0 %"));
    QVERIFY(bars.sizeHint().height() > 2 * bars.fontMetrics().height());
    bars.resize(bars.sizeHint());
    bars.setStale(true);
    QVERIFY(bars.isStale());
    QVERIFY(!bars.grab().isNull());
    bars.setShares({{QStringLiteral("x"), std::nan("")}}); // a model that has diverged
    QVERIFY(!bars.isStale());
    QVERIFY(!bars.grab().isNull());
    bars.setShares({});
    QVERIFY(!bars.grab().isNull());
}

void TestTextWidgets::chips_wrapAndAreFoundWhereTheyAre() {
    ChipFlow flow;
    flow.resize(200, 100);
    flow.show();
    std::vector<Chip> chips;
    for (int i = 0; i < 60; ++i)
        chips.push_back({.text = QStringLiteral("piece"),
                         .caption = QString::number(i),
                         .color = i,
                         .isMarked = i == 5,
                         .breaksLine = i == 7});
    flow.setChips(chips);
    QVERIFY(flow.chipRect(7).right() < 200);
    QVERIFY(flow.chipRect(8).top() > flow.chipRect(7).top());
    QCOMPARE(flow.chipRect(8).left(), 0);
    for (const int chip : {0, 3, 8})
        QCOMPARE(flow.chipAt(flow.chipRect(chip).center()), chip);
    QVERIFY(flow.verticalScrollBar()->maximum() > 0);
    QSignalSpy current(&flow, &ChipFlow::currentChanged);
    QTest::mouseClick(flow.viewport(), Qt::LeftButton, {}, flow.chipRect(1).center());
    QCOMPARE(flow.current(), 1);
    QTest::keyClick(&flow, Qt::Key_Right);
    QCOMPARE(flow.current(), 2);
    QTest::keyClick(&flow, Qt::Key_End);
    QCOMPARE(flow.current(), 59);
    QVERIFY(flow.viewport()->rect().contains(flow.chipRect(59).center())); // brought into sight
    QTest::keyClick(&flow, Qt::Key_Up);
    QVERIFY(flow.current() < 59);
    QCOMPARE(current.size(), qsizetype{4});
    QVERIFY(!flow.grab().isNull());
    flow.setChips({});
    QCOMPARE(flow.current(), -1);
    QTest::keyClick(&flow, Qt::Key_Down);
    QVERIFY(!flow.grab().isNull());
}

void TestTextWidgets::manyChips_areLaidOutQuickly() {
    ChipFlow flow;
    flow.resize(800, 600);
    flow.show();
    std::vector<Chip> chips(50'000, {.text = QStringLiteral("piece"), .caption = QStringLiteral("1234")});
    QElapsedTimer timer;
    timer.start();
    flow.setChips(std::move(chips));
    QVERIFY2(timer.elapsed() < 3000, qPrintable(QString::number(timer.elapsed())));
    timer.restart();
    QVERIFY(!flow.grab().isNull()); // what is in sight only
    QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_MAIN(TestTextWidgets)
#include "tst_text_widgets.moc"
