// SPDX-License-Identifier: GPL-3.0-or-later
// What LinePlot shows and says: zooming and its undo, links, highlight, read-out, marks at the edges, paper.
#include "widgets/line_plot.h"
#include "widgets/plot_link.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QImage>
#include <QMenu>
#include <QPainter>
#include <QSignalSpy>
#include <QtTest>

#include <cmath>
#include <random>

using namespace fathom::widgets;

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

std::vector<QPointF> line(int from, int to, double slope = 1, double offset = 0) {
    std::vector<QPointF> points;
    for (int i = from; i < to; ++i)
        points.emplace_back(i, offset + i * slope);
    return points;
}

int pixelsOf(const QImage& image, const QColor& color) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += image.pixelColor(x, y) == color ? 1 : 0;
    return count;
}

/// Sends a mouse event to the part of the plot that lies there.
void mouse(LinePlot& plot, QEvent::Type type, const QPointF& at, Qt::KeyboardModifiers keys = {}) {
    QWidget* target = plot.childAt(at.toPoint());
    QVERIFY(target != nullptr);
    const auto button = type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton;
    const auto held = type == QEvent::MouseButtonPress ? Qt::LeftButton : Qt::NoButton;
    QMouseEvent event(type, target->mapFrom(&plot, at), plot.mapToGlobal(at), button, held, keys);
    QApplication::sendEvent(target, &event);
}

void drag(LinePlot& plot, const QPointF& from, const QPointF& to, Qt::KeyboardModifiers keys = {}) {
    mouse(plot, QEvent::MouseButtonPress, from, keys);
    mouse(plot, QEvent::MouseMove, (from + to) / 2, keys);
    mouse(plot, QEvent::MouseMove, to, keys);
    mouse(plot, QEvent::MouseButtonRelease, to, keys);
}

std::unique_ptr<LinePlot> shown(const std::vector<std::vector<QPointF>>& curves) {
    auto plot = std::make_unique<LinePlot>();
    plot->resize(640, 320);
    for (std::size_t i = 0; i < curves.size(); ++i)
        plot->append(
            plot->addCurve({.name = QStringLiteral("run %1").arg(i), .group = static_cast<qint64>(i)}),
            curves[i]);
    plot->show();
    plot->redraw();
    return plot;
}

} // namespace

class TestLinePlotView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void backspaceGoesBackOneZoom_andThenToEverything() {
        const auto plot = shown({line(0, 1000)});
        const auto all = plot->xRange();
        drag(*plot, plot->pixelOf(200, 300), plot->pixelOf(600, 700), Qt::ShiftModifier);
        const auto first = plot->xRange();
        drag(*plot, plot->pixelOf(300, 400), plot->pixelOf(400, 500), Qt::ShiftModifier);
        QVERIFY(plot->xRange().first > first.first);
        QTest::keyClick(plot.get(), Qt::Key_Backspace);
        QCOMPARE(plot->xRange(), first);
        QTest::keyClick(plot.get(), Qt::Key_Backspace);
        QCOMPARE(plot->xRange(), all);
        QVERIFY(plot->isFollowing());
        QVERIFY(!plot->undoZoom());
    }

    void shiftDragZoomsIntoTheBox_andAThinBoxIntoOneAxis() {
        const auto plot = shown({line(0, 1000)});
        const auto y = plot->yRange();
        drag(*plot, plot->pixelOf(200, 300), plot->pixelOf(600, 700), Qt::ShiftModifier);
        plot->redraw();
        const auto near = [](double value, double wanted) { return std::abs(value - wanted) < 8; };
        QVERIFY(near(plot->xRange().first, 200) && near(plot->xRange().second, 600));
        QVERIFY(near(plot->yRange().first, 300) && near(plot->yRange().second, 700));
        plot->resetView();
        plot->redraw();
        plot->setBoxZoom(true); // no key is needed
        drag(*plot, plot->pixelOf(200, 500), plot->pixelOf(600, 505));
        QVERIFY(near(plot->xRange().first, 200) && near(plot->xRange().second, 600));
        plot->resetView();
        plot->redraw();
        QCOMPARE(plot->yRange(), y);
    }

    void keysGoThroughTheScales_andLabelsSaySo() {
        const auto plot = shown({line(1, 1000)});
        QTest::keyClick(plot.get(), Qt::Key_L);
        QCOMPARE(plot->scale(PlotAxis::Y), PlotScale::Log);
        QTest::keyClick(plot.get(), Qt::Key_L);
        QCOMPARE(plot->scale(PlotAxis::Y), PlotScale::Symlog);
        QTest::keyClick(plot.get(), Qt::Key_X);
        QCOMPARE(plot->scale(PlotAxis::X), PlotScale::Log);
        plot->redraw();
        QVERIFY(plot->xRange().first > 0.9);
        QTest::keyClick(plot.get(), Qt::Key_L);
        QCOMPARE(plot->scale(PlotAxis::Y), PlotScale::Linear);
    }

    void linkedPlotsZoomTogether_andShowAllOfEachOther() {
        PlotLink link;
        const auto loss = shown({line(0, 1000)});
        const auto rate = shown({line(0, 200)});
        loss->setLink(&link);
        rate->setLink(&link);
        loss->redraw();
        rate->redraw();
        QVERIFY(rate->xRange().second >= 999);
        QTest::keyClick(loss.get(), Qt::Key_Plus);
        QCOMPARE(rate->xRange(), loss->xRange());
        QTest::keyClick(rate.get(), Qt::Key_Home);
        loss->redraw();
        rate->redraw();
        QVERIFY(loss->isFollowing());
        QCOMPARE(rate->xRange(), loss->xRange());
        loss->setXRange(900, 999); // at the newest point: both move along
        loss->append(0, line(1000, 1100));
        QCOMPARE(loss->xRange(), (std::pair<double, double>(1000, 1099)));
        QCOMPARE(rate->xRange(), loss->xRange());
    }

    void linkedPlotsReadOutTheSamePlace() {
        PlotLink link;
        const auto loss = shown({line(0, 1000)});
        const auto rate = shown({line(0, 1000, 2)});
        loss->setLink(&link);
        rate->setLink(&link);
        mouse(*loss, QEvent::MouseMove, loss->pixelOf(500, 500));
        QVERIFY(link.cursor().has_value());
        const double value =
            rate->accessibleDescription().section(QLatin1Char(' '), -1).remove(QLatin1Char(',')).toDouble();
        QVERIFY2(std::abs(value - 1000) < 10, qPrintable(rate->accessibleDescription()));
    }

    void keysMoveTheCursor_fromPointToPoint() {
        const auto plot = shown({line(0, 11, 3)});
        QCOMPARE(plot->accessibleDescription(), QStringLiteral("run 0 30"));
        QTest::keyClick(plot.get(), Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(plot->accessibleDescription(), QStringLiteral("run 0 18"));
        QTest::keyClick(plot.get(), Qt::Key_Left, Qt::ShiftModifier);
        QTest::keyClick(plot.get(), Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(plot->accessibleDescription(), QStringLiteral("run 0 12"));
        QTest::keyClick(plot.get(), Qt::Key_Escape);
        QCOMPARE(plot->accessibleDescription(), QStringLiteral("run 0 30"));
    }

    void highlightFadesTheOthers_inAllLinkedPlots() {
        PlotLink link;
        const auto loss = shown({line(0, 100), line(0, 100, -1)});
        const auto rate = shown({line(0, 100, 2), line(0, 100, -2)});
        loss->setLink(&link);
        rate->setLink(&link);
        const QColor other = lightColors().curves[0];
        QVERIFY(pixelsOf(rate->grab().toImage(), other) > 50);
        loss->setHighlighted(1);
        QCOMPARE(rate->highlighted(), 1);
        rate->redraw();
        const QImage image = rate->grab(QRect(60, 40, 560, 230)).toImage(); // without the legend
        QCOMPARE(pixelsOf(image, other), 0);
        QVERIFY(pixelsOf(image, lightColors().curves[1]) > 50);
        loss->setHighlighted(-1);
        QCOMPARE(rate->highlighted(), -1);
    }

    void mouseFindsTheNearestCurve() {
        const auto plot = shown({line(0, 1000), line(0, 1000, 0, 200)});
        QSignalSpy hovered(plot.get(), &LinePlot::curveHovered);
        QSignalSpy clicked(plot.get(), &LinePlot::curveClicked);
        mouse(*plot, QEvent::MouseMove, plot->pixelOf(700, 702));
        QCOMPARE(hovered.takeLast().at(0).toInt(), 0);
        mouse(*plot, QEvent::MouseMove, plot->pixelOf(700, 203));
        QCOMPARE(hovered.takeLast().at(0).toInt(), 1);
        const QPointF at = plot->pixelOf(700, 203);
        mouse(*plot, QEvent::MouseButtonPress, at);
        mouse(*plot, QEvent::MouseButtonRelease, at);
        QCOMPARE(clicked.takeLast().at(0).toInt(), 1);
        mouse(*plot, QEvent::MouseMove, plot->pixelOf(300, 800));
        QCOMPARE(hovered.takeLast().at(0).toInt(), -1);
    }

    void readOutNamesTheNearestEight_ofManyCurves() {
        std::vector<std::vector<QPointF>> curves;
        for (int i = 0; i < 60; ++i)
            curves.push_back(line(0, 100, 0, i));
        const auto plot = shown(curves);
        QVERIFY(plot->readOut().isEmpty());
        mouse(*plot, QEvent::MouseMove, plot->pixelOf(50, 30.2));
        const QStringList lines = plot->readOut();
        QCOMPARE(lines.size(), 9);
        QCOMPARE(lines[0], QStringLiteral("run 30 30"));
        QCOMPARE(lines[1], QStringLiteral("run 31 31"));
        QCOMPARE(lines[8], QStringLiteral("and 52 more"));
    }

    void readOutLeavesRoom_inASmallPlot_andIsGoneWhileDragging() {
        std::vector<std::vector<QPointF>> curves;
        for (int i = 0; i < 60; ++i)
            curves.push_back(line(0, 100, 0, i));
        const auto plot = shown(curves);
        plot->resize(400, 180);
        plot->redraw();
        const QPointF from = plot->pixelOf(50, 30);
        mouse(*plot, QEvent::MouseMove, from);
        QVERIFY(plot->readOut().size() < 6);
        mouse(*plot, QEvent::MouseButtonPress, from, Qt::ShiftModifier);
        mouse(*plot, QEvent::MouseMove, from + QPointF(60, 40), Qt::ShiftModifier);
        QVERIFY(plot->readOut().isEmpty());
        mouse(*plot, QEvent::MouseButtonRelease, from + QPointF(60, 40), Qt::ShiftModifier);
        QVERIFY(!plot->readOut().isEmpty());
    }

    void rightClickOpensTheMenu() {
        const auto plot = shown({line(0, 100)});
        QStringList texts;
        connect(plot.get(), &LinePlot::contextMenuOpened, plot.get(), [&](QMenu* menu) {
            for (const QAction* action : menu->actions())
                texts.append(action->text());
            QTimer::singleShot(0, menu, &QMenu::close);
        });
        const QPointF at = plot->pixelOf(50, 50);
        QWidget* target = plot->childAt(at.toPoint());
        QContextMenuEvent event(QContextMenuEvent::Mouse, target->mapFrom(plot.get(), at.toPoint()),
                                plot->mapToGlobal(at.toPoint()));
        QApplication::sendEvent(target, &event);
        QVERIFY(texts.contains(QStringLiteral("Annotate here…")));
    }

    void restingMouseHighlights_whatBelongsTogether() {
        const auto plot = shown({line(0, 100), line(0, 100, 0)});
        mouse(*plot, QEvent::MouseMove, plot->pixelOf(70, 70));
        QCOMPARE(plot->highlighted(), -1); // it may only pass
        QTRY_COMPARE(plot->highlighted(), 0);
        mouse(*plot, QEvent::MouseMove, plot->pixelOf(20, 90));
        QTRY_COMPARE(plot->highlighted(), -1);
        plot->setHighlighted(1);
        mouse(*plot, QEvent::MouseMove, plot->pixelOf(21, 90));
        QCOMPARE(plot->highlighted(), 1); // somebody else's
    }

    void readOutLeavesOutRunsThatEndedLongBefore() {
        std::vector<std::vector<QPointF>> curves;
        for (int i = 0; i < 30; ++i)
            curves.push_back(line(0, i < 3 ? 1000 : 100, 0, i));
        const auto plot = shown(curves);
        mouse(*plot, QEvent::MouseMove, plot->pixelOf(800, 1));
        QCOMPARE(plot->readOut().size(), 3);
    }

    void rawValueIsReadBehindTheSmoothedOne() {
        LinePlot plot;
        plot.resize(300, 200);
        for (int i = 0; i < 12; ++i) {
            const int raw = plot.addCurve({.name = QStringLiteral("raw")});
            const int smooth = plot.addCurve({.name = QStringLiteral("loss %1").arg(i), .raw = raw});
            plot.append(raw, line(0, 100, 0, i + 0.25));
            plot.append(smooth, line(0, 100, 0, i));
        }
        plot.show();
        plot.redraw();
        mouse(plot, QEvent::MouseMove, plot.pixelOf(50, 4.1));
        QCOMPARE(plot.readOut().first(), QStringLiteral("loss 4 4 (4.25)"));
        QVERIFY(!plot.accessibleDescription().contains(QStringLiteral("raw")));
    }

    void whatCannotBeDrawnIsMarkedAndCounted() {
        auto points = line(0, 1000, 0, 1);
        points[200].setY(kNaN);
        points[201].setY(kNaN);
        points[500].setY(kInfinity);
        points[800].setY(-kInfinity);
        const auto plot = shown({points});
        const auto texts = [&](int x) {
            QStringList all;
            for (int y = 0; y < plot->height(); ++y)
                for (const QString& text :
                     plot->edgeTextsNear({static_cast<int>(plot->pixelOf(x, 1).x()), y}))
                    if (!all.contains(text)) all.append(text);
            return all;
        };
        QCOMPARE(texts(200), QStringList{QStringLiteral("2 × NaN: run 0")});
        QCOMPARE(texts(500), QStringList{QStringLiteral("1 × +∞: run 0")});
        QCOMPARE(texts(800), QStringList{QStringLiteral("1 × −∞: run 0")});
        QVERIFY(texts(650).isEmpty());
    }

    void marksAndNotesGo_withTheirCurves() {
        auto points = line(0, 100, 0, 1);
        points[50].setY(kNaN);
        const auto plot = shown({points});
        plot->setAnnotations({{.id = 1, .x = 50, .y = 1.0, .text = QStringLiteral("odd")}});
        plot->redraw();
        const QPointF note = plot->pixelOf(50, 1);
        const int x = static_cast<int>(note.x());
        plot->clearCurves(); // before the next frame the mouse may already ask
        for (int y = 0; y < plot->height(); ++y)
            QVERIFY(plot->edgeTextsNear({x, y}).isEmpty());
        QSignalSpy activated(plot.get(), &LinePlot::annotationActivated);
        plot->append(plot->addCurve({.name = QStringLiteral("new")}), line(0, 10));
        mouse(*plot, QEvent::MouseButtonPress, note + QPointF(15, 0));
        mouse(*plot, QEvent::MouseButtonRelease, note + QPointF(15, 0));
        QCOMPARE(activated.size(), 0);
    }

    void zeroIsMarked_onALogarithmicAxis() {
        auto points = line(0, 1000, 0, 1);
        points[500].setY(0);
        const auto plot = shown({points});
        plot->setScale(PlotAxis::Y, PlotScale::Log);
        plot->redraw();
        QVERIFY(plot->yRange().first > 0);
        bool said = false;
        for (int y = 0; y < plot->height(); ++y)
            said = said || plot->edgeTextsNear({static_cast<int>(plot->pixelOf(500, 1).x()), y})
                               .contains(QStringLiteral("1 × not above zero: run 0"));
        QVERIFY(said);
    }

    void clippedAxisFitsMostPoints_andCountsTheOthers() {
        std::mt19937 random(2);
        std::normal_distribution<double> noise(1, 0.1);
        std::vector<QPointF> points;
        for (int i = 0; i < 20'000; ++i)
            points.emplace_back(i, i % 1000 == 7 ? 500.0 : i % 5000 == 9 ? -300.0 : noise(random));
        const auto plot = shown({points});
        QVERIFY(plot->yRange().second > 400);
        plot->setClipOutliers(true);
        plot->redraw();
        QVERIFY2(plot->yRange().second < 3, qPrintable(QString::number(plot->yRange().second)));
        QVERIFY(plot->yRange().first > -3);
        QTRY_VERIFY(plot->outside().has_value());
        QCOMPARE(*plot->outside(), (Outside{.below = 4, .above = 20}));
    }

    void annotationsAreDrawn_andSayWhenTheyAreClicked() {
        const auto plot = shown({line(0, 1000)});
        const QImage before = plot->grab().toImage();
        plot->setAnnotations({{.id = 7, .x = 500, .y = 500.0, .text = QStringLiteral("warm-up ends")}});
        plot->redraw();
        QVERIFY(plot->grab().toImage() != before);
        QSignalSpy activated(plot.get(), &LinePlot::annotationActivated);
        const QPointF at = plot->pixelOf(500, 500) + QPointF(20, 0); // its text stands right of the pin
        mouse(*plot, QEvent::MouseButtonPress, at);
        mouse(*plot, QEvent::MouseButtonRelease, at);
        QCOMPARE(activated.size(), 1);
        QCOMPARE(activated[0][0].toLongLong(), 7);
    }

    void figureIsDrawnAtAnySize_onWhite() {
        applyTheme(*qApp, ThemeMode::Dark);
        const auto plot = shown({line(0, 1000), line(0, 1000, 0.5)});
        QImage paper(800, 500, QImage::Format_ARGB32_Premultiplied);
        paper.fill(Qt::transparent);
        QPainter painter(&paper);
        plot->drawFigure(painter, QSizeF(800, 500), {.font = QApplication::font(), .lineWidth = 3});
        painter.end();
        QCOMPARE(paper.pixelColor(2, 498), QColor(Qt::white));
        QVERIFY(pixelsOf(paper, lightColors().curves[0]) > 100);
        QCOMPARE(plot->figure().curves.size(), std::size_t{2});
        QCOMPARE(plot->figure().curves[0].data->size(), std::size_t{1000});
        applyTheme(*qApp, ThemeMode::Light);
    }

    void twentyRunsAreDrawnInAFrame() {
        LinePlot plot;
        plot.resize(2000, 680);
        std::mt19937 random(4);
        std::normal_distribution<float> noise;
        for (int run = 0; run < 20; ++run) {
            std::vector<QPointF> points;
            for (int i = 0; i < 200'000; ++i)
                points.emplace_back(i, static_cast<float>(run) + noise(random));
            plot.append(plot.addCurve({.name = QString::number(run)}), points);
        }
        plot.show();
        std::vector<qint64> ms;
        for (int i = 0; i < 15; ++i) {
            plot.setXRange(i * 1000, 200'000 - i * 10'000);
            QElapsedTimer clock;
            clock.start();
            plot.redraw();
            ms.push_back(clock.elapsed());
        }
        std::sort(ms.begin(), ms.end());
        QVERIFY2(ms[7] < 150, qPrintable(QString::number(ms[7]))); // 12 ms on a quiet machine
    }
};

QTEST_MAIN(TestLinePlotView)
#include "tst_line_plot_view.moc"
