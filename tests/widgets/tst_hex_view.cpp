// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/hex_view.h"

#include <QElapsedTimer>
#include <QScrollBar>
#include <QSignalSpy>
#include <QtTest>

using namespace fathom::widgets;

namespace {

/// What stands at each offset of an imagined file.
QByteArray contentAt(qint64 offset, qint64 bytes) {
    QByteArray block(bytes, Qt::Uninitialized);
    for (qint64 i = 0; i < bytes; ++i)
        block[i] = static_cast<char>((offset + i) % 251);
    return block;
}

} // namespace

class TestHexView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void visibleBlocks_areAskedForOnceAndShown();
    void goTo_scrollsAndStopsAtTheEnd();
    void keys_moveAndSelect();
    void moreRowsThanAnInt_canBeReached();
    void oneGigabyte_paintsInMilliseconds();
};

void TestHexView::visibleBlocks_areAskedForOnceAndShown() {
    HexView view;
    QSignalSpy wanted(&view, &HexView::blockWanted);
    view.resize(800, 400);
    view.setSize(100'000);
    view.show();
    QTRY_COMPARE(wanted.count(), 1);
    QCOMPARE(wanted[0][0].toLongLong(), qint64{0});
    QCOMPARE(wanted[0][1].toLongLong(), HexView::kBlockBytes);
    view.grab();
    QCoreApplication::processEvents();
    QCOMPARE(wanted.count(), 1);
    const QImage before = view.grab().toImage();
    view.setBlock(0, contentAt(0, HexView::kBlockBytes));
    QVERIFY(view.grab().toImage() != before);
    view.goTo(99'999);
    QTRY_COMPARE(wanted.count(), 2);
    QCOMPARE(wanted[1][1].toLongLong(), 100'000 - HexView::kBlockBytes);
}

void TestHexView::goTo_scrollsAndStopsAtTheEnd() {
    HexView view;
    view.resize(800, 400);
    view.show();
    view.setSize(1'000'000);
    view.goTo(500'000);
    QCOMPARE(view.current(), qint64{500'000});
    QVERIFY(view.firstVisible() <= 500'000);
    QVERIFY(view.firstVisible() + 100 * HexView::kRowBytes > 500'000);
    view.goTo(5'000'000);
    QCOMPARE(view.current(), qint64{999'999});
    view.setSize(0);
    view.goTo(7); // nothing to go to
    QCOMPARE(view.current(), qint64{0});
}

void TestHexView::keys_moveAndSelect() {
    HexView view;
    connect(&view, &HexView::blockWanted, &view,
            [&view](qint64 offset, qint64 bytes) { view.setBlock(offset, contentAt(offset, bytes)); });
    view.resize(800, 400);
    view.setSize(1000);
    view.show();
    QTRY_COMPARE(view.selectedText(), QStringLiteral("00"));
    QTest::keyClick(&view, Qt::Key_Down);
    QCOMPARE(view.current(), qint64{16});
    QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(view.selectedText(), QStringLiteral("10 11"));
    QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
    QCOMPARE(view.current(), qint64{999});
    QTest::keyClick(&view, Qt::Key_Home);
    QCOMPARE(view.current(), qint64{992});
}

void TestHexView::moreRowsThanAnInt_canBeReached() {
    HexView view;
    view.resize(800, 400);
    view.show();
    constexpr qint64 kSize = qint64{1} << 40; // 2^36 rows
    view.setSize(kSize);
    view.goTo(kSize - 1);
    QCOMPARE(view.current(), kSize - 1);
    QVERIFY(view.firstVisible() > kSize - (qint64{1} << 20));
    QVERIFY(view.firstVisible() < kSize);
}

void TestHexView::oneGigabyte_paintsInMilliseconds() {
    HexView view;
    connect(&view, &HexView::blockWanted, &view,
            [&view](qint64 offset, qint64 bytes) { view.setBlock(offset, contentAt(offset, bytes)); });
    view.resize(1000, 800);
    view.setSize(qint64{1} << 30);
    view.show();
    view.grab();
    std::vector<qint64> times;
    for (int i = 1; i <= 9; ++i) {
        view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum() / 10 * i);
        QCoreApplication::processEvents(); // the block arrives
        QElapsedTimer timer;
        timer.start();
        view.grab();
        times.push_back(timer.elapsed());
    }
    std::sort(times.begin(), times.end());
    qInfo("a screen of 1 GiB painted in %lld ms (median)", static_cast<long long>(times[4]));
    QVERIFY2(times[4] < 100, qPrintable(QString::number(times[4])));
}

QTEST_MAIN(TestHexView)
#include "tst_hex_view.moc"
