// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat_map.h"

#include <QSignalSpy>
#include <QtTest>

#include <cmath>
#include <limits>

using namespace fathom::widgets;

namespace {

/// Every cell is the first element of its block; element (row, column) is row − column.
HeatCells plain(const HeatRegion& region) {
    HeatCells cells{region, {}};
    for (int row = 0; row < region.gridRows; ++row) {
        for (int column = 0; column < region.gridColumns; ++column) {
            const qint64 r = region.rowsOf(row).first;
            const qint64 c = region.columnsOf(column).first;
            cells.cells.push_back({static_cast<double>(r - c), r, c});
        }
    }
    return cells;
}

} // namespace

class TestHeatMap : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void smallMatrix_isAskedForElementByElement();
    void largeMatrix_isAskedForInBlocksThatCoverIt();
    void pointer_readsTheCellBelowIt();
    void zoom_asksForWhatIsInSight();
    void nan_hasAColourOfItsOwn();
};

void TestHeatMap::smallMatrix_isAskedForElementByElement() {
    HeatMap map;
    map.resize(400, 400);
    std::vector<HeatRegion> asked;
    connect(&map, &HeatMap::cellsWanted, &map, [&](const HeatRegion& region) { asked.push_back(region); });
    map.setExtent(3, 5);
    QCOMPARE(asked.size(), std::size_t{1});
    QCOMPARE(asked[0], (HeatRegion{0, 0, 3, 5, 3, 5}));
    map.setCells(plain(asked[0]));
    QCOMPARE(map.limit(), 4.0);
}

void TestHeatMap::largeMatrix_isAskedForInBlocksThatCoverIt() {
    HeatMap map;
    map.resize(300, 300);
    HeatRegion region;
    connect(&map, &HeatMap::cellsWanted, &map, [&](const HeatRegion& wanted) { region = wanted; });
    map.setExtent(100'000, 7'919);
    QCOMPARE(region.rows, qint64{100'000});
    QVERIFY(region.gridRows <= 150 && region.gridColumns <= 150);
    qint64 next = 0;
    for (int row = 0; row < region.gridRows; ++row) {
        const auto [first, end] = region.rowsOf(row);
        QCOMPARE(first, next);
        QVERIFY(end > first);
        next = end;
    }
    QCOMPARE(next, qint64{100'000});
    QCOMPARE(region.columnsOf(region.gridColumns - 1).second, qint64{7'919});
}

void TestHeatMap::pointer_readsTheCellBelowIt() {
    HeatMap map;
    map.resize(400, 400);
    connect(&map, &HeatMap::cellsWanted, &map,
            [&](const HeatRegion& region) { map.setCells(plain(region)); });
    map.setExtent(4, 4); // 32 pixels an element
    const auto point = map.pointAt(QPointF(2 * 32 + 16, 1 * 32 + 16));
    QVERIFY(point.has_value());
    QCOMPARE(point->cell.row, qint64{1});
    QCOMPARE(point->cell.column, qint64{2});
    QCOMPARE(point->cell.value, -1.0);
    QCOMPARE(point->rows * point->columns, qint64{1});
    QVERIFY(!map.pointAt(QPointF(300, 10)).has_value());
    QSignalSpy pointed(&map, &HeatMap::pointed);
    map.show();
    QTest::mouseMove(&map, QPoint(16, 3 * 32 + 16));
    QTRY_VERIFY(pointed.count() > 0);
}

void TestHeatMap::zoom_asksForWhatIsInSight() {
    HeatMap map;
    map.resize(400, 400);
    HeatRegion region;
    connect(&map, &HeatMap::cellsWanted, &map, [&](const HeatRegion& wanted) {
        region = wanted;
        map.setCells(plain(wanted));
    });
    map.setExtent(10'000, 10'000);
    const double limit = map.limit();
    map.zoom(100, QPointF(0, 0));
    QCOMPARE(region.row, qint64{0});
    QVERIFY(region.rows <= 101 && region.rows >= 100);
    QCOMPARE(region.gridRows, static_cast<int>(region.rows));
    QCOMPARE(map.limit(), limit); // the colours keep their meaning
    QTest::keyClick(&map, Qt::Key_0);
    QCOMPARE(region.rows, qint64{10'000});
}

void TestHeatMap::nan_hasAColourOfItsOwn() {
    HeatMap map;
    map.resize(200, 200);
    connect(&map, &HeatMap::cellsWanted, &map, [&](const HeatRegion& region) {
        HeatCells cells = plain(region);
        cells.cells[0].value = std::numeric_limits<double>::quiet_NaN();
        cells.cells[1].value = std::numeric_limits<double>::infinity();
        map.setCells(cells);
    });
    map.setExtent(2, 2);
    QCOMPARE(map.limit(), 1.0); // of the finite ones
    const QImage image = map.grab().toImage();
    QSet<QRgb> colours;
    for (const QPoint& middle : {QPoint(16, 16), QPoint(48, 16), QPoint(16, 48), QPoint(48, 48)})
        colours.insert(image.pixel(middle * image.devicePixelRatio()));
    QCOMPARE(colours.size(), 4);
}

QTEST_MAIN(TestHeatMap)
#include "tst_heat_map.moc"
