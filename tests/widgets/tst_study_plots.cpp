// SPDX-License-Identifier: GPL-3.0-or-later
// Parallel coordinates, scatter plots and their axes.
#include "widgets/parallel_coordinates.h"
#include "widgets/scatter_plot.h"
#include "widgets/theme.h"

#include <QElapsedTimer>
#include <QPainter>
#include <QSignalSpy>
#include <QtTest>

#include <cmath>
#include <limits>

using namespace fathom::widgets;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

ScatterAxis rates() {
    return ScatterAxis::ofNumbers(QStringLiteral("lr"), {0.001, 0.01, 0.1, kNaN});
}

ScatterAxis errors() {
    return ScatterAxis::ofNumbers(QStringLiteral("wer"), {0.9, 0.5, 0.7, 0.6});
}

ScatterAxis optimizers() {
    return ScatterAxis::ofCategories(QStringLiteral("optim"), {QStringLiteral("adam"), QStringLiteral("sgd")},
                                     {0, 1, 1, 0});
}

} // namespace

class TestStudyPlots : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ramp_hasContrast_inBothThemes() {
        for (const bool dark : {false, true})
            for (int i = 0; i <= 20; ++i) {
                const double contrast =
                    contrastRatio(rampColor(i / 20.0, dark), (dark ? darkColors() : lightColors()).surface);
                QVERIFY2(contrast >= 3.0, qPrintable(QStringLiteral("%1 at %2").arg(contrast).arg(i)));
            }
    }

    void axis_laysValuesOutLinearAndLogarithmic() {
        ScatterAxis axis = rates();
        QCOMPARE(axis.place(0), 0.0);
        QCOMPARE(axis.place(2), 1.0);
        QVERIFY(std::isnan(axis.place(3)) && axis.hasMissing());
        QVERIFY(axis.setLogarithmic(true));
        QVERIFY(std::fabs(axis.place(1) - 0.5) < 1e-12);
        axis.setFlipped(true);
        QCOMPARE(axis.place(0), 1.0);
        QCOMPARE(axis.ticks(5).size(), std::size_t{3});
        QVERIFY(!ScatterAxis::ofNumbers({}, {0, 1}).setLogarithmic(true));
    }

    void axis_ofOneValueOrNone_hasAMiddle() {
        QCOMPARE(ScatterAxis::ofNumbers({}, {3, 3}).place(0), 0.5);
        QVERIFY(std::isnan(ScatterAxis::ofNumbers({}, {kNaN}).place(0)));
        QVERIFY(!ScatterAxis::ofNumbers({}, {0, 0}).ticks(4).empty());
        QCOMPARE(optimizers().place(1), 1.0);
        QCOMPARE(optimizers().valueText(1), QStringLiteral("sgd"));
        QCOMPARE(rates().valueText(3), QStringLiteral("–"));
    }

    void ticks_areFewAndRound() {
        for (const double greatest : {0.07, 1.0, 3.0, 12345.0, 9e9}) {
            const auto ticks = ScatterAxis::ofNumbers({}, {0, greatest}).ticks(6);
            QVERIFY2(ticks.size() >= 2 && ticks.size() <= 7, qPrintable(QString::number(ticks.size())));
            for (const auto& tick : ticks)
                QVERIFY(tick.place >= -1e-9 && tick.place <= 1 + 1e-9);
        }
    }

    void rangeAlongAnAxis_selectsWhatPasses() {
        ParallelCoordinates plot;
        plot.resize(600, 300);
        plot.setAxes({rates(), optimizers(), errors()});
        QVERIFY(plot.selection().empty());
        QSignalSpy changed(&plot, &ParallelCoordinates::selectionChanged);
        plot.setRange(2, std::pair{-0.01, 0.6}); // wer up to 0.74
        QCOMPARE(plot.selection(), (std::vector<int>{1, 2, 3}));
        plot.setRange(0, std::pair{0.5, 1.0});
        QCOMPARE(plot.selection(), (std::vector<int>{2}));
        plot.setLogarithmic(0, true); // the range would mean something else
        QCOMPARE(plot.selection(), (std::vector<int>{1, 2, 3}));
        plot.setRange(2, std::nullopt);
        QVERIFY(plot.selection().empty());
        QCOMPARE(changed.count(), 4);
    }

    void keys_moveRangesAndTurnAxes() {
        ParallelCoordinates plot;
        plot.resize(600, 300);
        plot.setAxes({rates(), optimizers(), errors()});
        QTest::keyClick(&plot, Qt::Key_L);
        QVERIFY(plot.axes()[0].isLogarithmic());
        QTest::keyClick(&plot, Qt::Key_F);
        QVERIFY(plot.axes()[0].isFlipped());
        QTest::keyClick(&plot, Qt::Key_Right);
        QTest::keyClick(&plot, Qt::Key_L);
        QVERIFY2(!plot.axes()[1].isLogarithmic(), "categories have no logarithm");
        QTest::keyClick(&plot, Qt::Key_Right);
        QCOMPARE(plot.currentAxis(), 2);
        QTest::keyClick(&plot, Qt::Key_Up);
        QVERIFY(plot.selection() == std::vector<int>{1}); // the least
        for (int i = 0; i < 40; ++i)
            QTest::keyClick(&plot, Qt::Key_Up);
        QVERIFY(plot.selection() == std::vector<int>{0}); // the greatest
        QTest::keyClick(&plot, Qt::Key_Delete);
        QVERIFY(plot.selection().empty());
    }

    void rangeDrawnWithTheMouse_selects() {
        ParallelCoordinates plot;
        plot.resize(600, 300);
        plot.setAxes({rates(), errors()});
        plot.show();
        QTest::mousePress(&plot, Qt::LeftButton, {}, {70, 290});
        QTest::mouseMove(&plot, {70, 180});
        QMouseEvent move(QEvent::MouseMove, QPointF(70, 180), QPointF(70, 180), Qt::NoButton, Qt::LeftButton,
                         {});
        QCoreApplication::sendEvent(&plot, &move);
        QTest::mouseRelease(&plot, Qt::LeftButton, {}, {70, 180});
        QCOMPARE(plot.selection(), (std::vector<int>{0, 1}));
    }

    void rectangle_selectsPoints() {
        ScatterPlot plot;
        plot.resize(500, 300);
        plot.setAxes({rates(), errors()});
        plot.show();
        QSignalSpy changed(&plot, &ScatterPlot::selectionChanged);
        const QPoint first = plot.positionOf(0).toPoint();
        const QPoint second = plot.positionOf(1).toPoint();
        QVERIFY(first.y() < second.y());
        QVERIFY(plot.positionOf(3).isNull());
        QTest::mousePress(&plot, Qt::LeftButton, {}, first - QPoint(8, 8));
        QMouseEvent move(QEvent::MouseMove, QPointF(second + QPoint(8, 8)), QPointF(), Qt::NoButton,
                         Qt::LeftButton, {});
        QCoreApplication::sendEvent(&plot, &move);
        QTest::mouseRelease(&plot, Qt::LeftButton, {}, second + QPoint(8, 8));
        QCOMPARE(plot.selection(), (std::vector<int>{0, 1}));
        QCOMPARE(changed.count(), 1);
        QTest::keyClick(&plot, Qt::Key_Escape);
        QVERIFY(plot.selection().empty());
    }

    void keys_walkThroughThePoints() {
        ScatterPlot plot;
        plot.resize(500, 300);
        plot.setAxes({rates(), errors()});
        QTest::keyClick(&plot, Qt::Key_Right);
        QTest::keyClick(&plot, Qt::Key_Right);
        QTest::keyClick(&plot, Qt::Key_Space);
        QCOMPARE(plot.selection(), (std::vector<int>{1}));
    }

    void matrix_hasAPanelForEachPair() {
        ScatterPlot plot;
        plot.resize(700, 600);
        plot.setAxes({rates(), optimizers(), errors()});
        plot.setColorAxis(errors());
        QVERIFY(!plot.positionOf(0, 1).isNull());
        QVERIFY(!plot.positionOf(0, 8).isNull());
        QVERIFY(plot.positionOf(0, 9).isNull());
        QImage image(700, 600, QImage::Format_RGB32);
        QPainter painter(&image);
        plot.draw(&painter, QRectF(0, 0, 700, 600), plot.palette());
        const QPoint point = plot.positionOf(1, 2).toPoint();
        QVERIFY(image.pixelColor(point) != image.pixelColor(point + QPoint(12, 0)));
    }

    void aThousandItems_areDrawnQuickly() {
        std::vector<ScatterAxis> axes;
        for (int axis = 0; axis < 10; ++axis) {
            std::vector<double> values;
            for (int item = 0; item < 1000; ++item)
                values.push_back(std::sin(item * (axis + 1.5)));
            axes.push_back(ScatterAxis::ofNumbers(QString::number(axis), std::move(values)));
        }
        ParallelCoordinates plot;
        plot.resize(1200, 600);
        plot.setAxes(axes);
        QImage image(1200, 600, QImage::Format_RGB32);
        qint64 best = std::numeric_limits<qint64>::max();
        for (int round = 0; round < 3; ++round) {
            QPainter painter(&image);
            QElapsedTimer timer;
            timer.start();
            plot.draw(&painter, QRectF(0, 0, 1200, 600), plot.palette());
            best = std::min(best, timer.elapsed());
        }
        qInfo("1,000 lines over 10 axes: %lld ms (best of 3)", static_cast<long long>(best));
        QVERIFY2(best < 1500, qPrintable(QString::number(best)));
    }
};

QTEST_MAIN(TestStudyPlots)
#include "tst_study_plots.moc"
