// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/line_plot.h"
#include "widgets/plot_header.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QImage>
#include <QtTest>

using namespace fathom::widgets;

namespace {

std::vector<QPointF> line(int from, int to, double slope = 1) {
    std::vector<QPointF> points;
    for (int i = from; i < to; ++i)
        points.emplace_back(i, i * slope);
    return points;
}

int pixelsOf(const QImage& image, const QColor& color) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += image.pixelColor(x, y) == color ? 1 : 0;
    return count;
}

} // namespace

class TestLinePlot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void init() {
        m_plot = std::make_unique<LinePlot>();
        m_plot->setTitle(QStringLiteral("Loss"));
        m_plot->setEmptyText(QStringLiteral("Nothing yet"));
        m_plot->resize(600, 300);
    }

    void curveIsDrawnInItsColour() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("train_loss")});
        m_plot->append(curve, line(0, 1000));
        m_plot->show();
        m_plot->redraw();
        QVERIFY(pixelsOf(m_plot->grab().toImage(), lightColors().curves[0]) > 50);
    }

    void showsAllPoints_andGrowsWithThem() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 100));
        m_plot->show();
        QVERIFY(m_plot->xRange().second >= 99);
        m_plot->append(curve, line(100, 200));
        m_plot->redraw();
        QVERIFY(m_plot->xRange().second >= 199);
        QVERIFY(m_plot->yRange().second >= 199);
        QVERIFY(m_plot->isFollowing());
    }

    void drawsAtMostThirtyTimesASecond_howeverOftenPointsCome() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_plot.get()));
        const int before = m_plot->drawCount();
        QElapsedTimer clock;
        clock.start();
        int step = 0;
        while (clock.elapsed() < 330) {
            m_plot->append(curve, line(step, step + 1));
            ++step;
            QCoreApplication::processEvents();
        }
        const int drawn = m_plot->drawCount() - before;
        QVERIFY2(drawn >= 1 && drawn <= 11, qPrintable(QString::number(drawn)));
    }

    void menu_goesWithThePlot() {
        m_plot->show();
        QContextMenuEvent event(QContextMenuEvent::Keyboard, {10, 10}, m_plot->mapToGlobal(QPoint(10, 10)));
        QCoreApplication::sendEvent(m_plot.get(), &event);
        QVERIFY(QApplication::activePopupWidget() != nullptr);
        m_plot.reset(); // as a run's news may replace it
        QVERIFY(QApplication::activePopupWidget() == nullptr);
    }

    void isNotDrawn_whileHidden() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 10));
        QTest::qWait(80);
        QCOMPARE(m_plot->drawCount(), 0);
        m_plot->show();
        QCOMPARE(m_plot->drawCount(), 1);
    }

    void keepsItsView_whenTheUserZoomedIntoThePast() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 100));
        m_plot->show();
        m_plot->setXRange(10, 20);
        m_plot->append(curve, line(100, 200));
        m_plot->redraw();
        QCOMPARE(m_plot->xRange(), (std::pair<double, double>(10, 20)));
        QVERIFY(!m_plot->isFollowing());
        QTest::keyClick(m_plot.get(), Qt::Key_Home);
        m_plot->redraw();
        QVERIFY(m_plot->xRange().second >= 199);
    }

    void movesAlong_whenTheZoomedViewEndsAtTheNewestPoint() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 100));
        m_plot->show();
        m_plot->setXRange(80, 99);
        m_plot->append(curve, line(100, 150));
        QCOMPARE(m_plot->xRange(), (std::pair<double, double>(130, 149)));
    }

    void yFollowsTheVisiblePart() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 1000));
        m_plot->show();
        m_plot->setXRange(100, 110);
        m_plot->redraw();
        QVERIFY(m_plot->yRange().first > 90 && m_plot->yRange().second < 120);
    }

    void logarithmicLeavesOutWhatIsNotPositive() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, std::vector<QPointF>{{0, 0}, {1, 0.001}, {2, 1000}});
        m_plot->show();
        QTest::keyClick(m_plot.get(), Qt::Key_L);
        QVERIFY(m_plot->isLogarithmic());
        m_plot->redraw();
        QVERIFY(m_plot->yRange().first > 0 && m_plot->yRange().first <= 0.001);
    }

    void keysZoomAndPan() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 1000));
        m_plot->show();
        const auto all = m_plot->xRange();
        QTest::keyClick(m_plot.get(), Qt::Key_Plus);
        QVERIFY(m_plot->xRange().second - m_plot->xRange().first < all.second - all.first);
        const auto zoomed = m_plot->xRange();
        QTest::keyClick(m_plot.get(), Qt::Key_Left);
        QVERIFY(m_plot->xRange().first < zoomed.first);
    }

    void legendSpeaksTheNewestValues() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("train_loss")});
        m_plot->append(curve, std::vector<QPointF>{{0, 3}, {1, 0.41234}});
        m_plot->show();
        QCOMPARE(m_plot->accessibleDescription(), QStringLiteral("train_loss 0.4123"));
        QCOMPARE(m_plot->accessibleName(), QStringLiteral("Plot: Loss"));
    }

    void longTitleIsCut_beforeTheNumberOfCurves() {
        PlotHeader header;
        header.resize(200, 24);
        header.setEntries(
            std::vector<LegendEntry>(3, {.name = QString(40, QLatin1Char('m')), .color = Qt::red}));
        const int number = header.fontMetrics().horizontalAdvance(QStringLiteral("3 curves"));
        const auto right = [&] { return header.grab().toImage().copy(200 - number - 8, 0, number + 8, 24); };
        const QImage alone = right();
        header.setTitle(QString(60, QLatin1Char('W')));
        QCOMPARE(right(), alone);
    }

    void titleIsWhole_besideEntriesThatFit() {
        PlotHeader header;
        header.setTitle(QStringLiteral("test_loss"));
        header.resize(800, 24);
        const QImage alone = header.grab().toImage().copy(0, 0, 60, 24);
        header.setEntries(
            {{.name = QStringLiteral("run 1"), .color = Qt::red, .value = QStringLiteral("1.5")},
             {.name = QStringLiteral("run 2"), .color = Qt::red}});
        for (std::size_t entries : {1, 2}) { // as narrow as they still fit
            int width = 800;
            while (header.resize(--width, 24), header.entriesThatFit() >= entries) {
            }
            header.resize(width + 1, 24);
            QCOMPARE(header.grab().toImage().copy(0, 0, 60, 24), alone);
        }
    }

    void coloursFollowTheTheme() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 100));
        m_plot->show();
        applyTheme(*qApp, ThemeMode::Dark);
        QCoreApplication::processEvents();
        m_plot->redraw();
        QVERIFY(pixelsOf(m_plot->grab().toImage(), darkColors().surface) > 1000);
        applyTheme(*qApp, ThemeMode::Light);
    }

    void aMillionPointsAreDrawnInAFrame() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 1'000'000));
        m_plot->show();
        QElapsedTimer clock;
        clock.start();
        m_plot->redraw();
        QVERIFY2(clock.elapsed() < 200,
                 qPrintable(QString::number(clock.elapsed()))); // 5 ms on a quiet machine
    }

    void markersAreDrawnAndSaid_whereTheyAre() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 1001));
        m_plot->show();
        m_plot->redraw();
        const QImage before = m_plot->grab().toImage();
        const auto range = m_plot->xRange();
        m_plot->addMarker({.x = 500, .label = QStringLiteral("lr 0.01"), .text = QStringLiteral("rate set")});
        m_plot->addMarker(
            {.x = 250, .label = QStringLiteral("paused"), .text = QStringLiteral("paused here")});
        m_plot->addMarker({.x = 750, .text = QStringLiteral("saved"), .minor = true});
        m_plot->redraw();
        const QImage after = m_plot->grab().toImage();
        QCOMPARE(m_plot->xRange(), range);
        // Half a plot height of dashes at each line, a few pixels at the tick.
        const auto changed = [&](double share) {
            const double left = 12 + 56; // layout and axis margins, as in LinePlot
            const int middle = static_cast<int>(left + share * (before.width() - left - kGrid - 12));
            int rows = 0;
            for (int y = 0; y < before.height(); ++y)
                for (int x = middle - 6; x <= middle + 6; ++x)
                    if (before.pixel(x, y) != after.pixel(x, y)) {
                        ++rows;
                        break;
                    }
            return rows;
        };
        QVERIFY2(changed(0.495) > 80, qPrintable(QString::number(changed(0.495))));
        QVERIFY2(changed(0.2475) > 80, qPrintable(QString::number(changed(0.2475))));
        QVERIFY(changed(0.7425) >= 4 && changed(0.7425) < 20);
        QCOMPARE(changed(0.9), 0);
        QCOMPARE(m_plot->markerTextsNear(501), QStringList{QStringLiteral("rate set")});
        QCOMPARE(m_plot->markerTextsNear(750), QStringList{QStringLiteral("saved")});
        QVERIFY(m_plot->markerTextsNear(600).isEmpty());
        m_plot->clearCurves();
        QCOMPARE(m_plot->markerCount(), std::size_t{0});
    }

    void thousandsOfMarkersStayAFewLines() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 10'000));
        for (int i = 0; i < 10'000; ++i)
            m_plot->addMarker({.x = static_cast<double>(i), .label = QStringLiteral("paused")});
        m_plot->show();
        QElapsedTimer clock;
        clock.start();
        m_plot->redraw();
        QVERIFY2(clock.elapsed() < 500, qPrintable(QString::number(clock.elapsed())));
        QVERIFY(pixelsOf(m_plot->grab().toImage(), lightColors().curves[0]) > 50); // the curve is still seen
    }

    void clearedPlotForgetsItsCurves() {
        const int curve = m_plot->addCurve({.name = QStringLiteral("a")});
        m_plot->append(curve, line(0, 10));
        m_plot->show();
        m_plot->clearCurves();
        QCOMPARE(m_plot->curveCount(), 0);
        m_plot->redraw();
    }

private:
    std::unique_ptr<LinePlot> m_plot;
};

QTEST_MAIN(TestLinePlot)
#include "tst_line_plot.moc"
