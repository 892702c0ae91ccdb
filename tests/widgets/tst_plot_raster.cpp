// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_raster.h"

#include "widgets/pixel_rows.h"

#include <QPainter>
#include <QtTest>

#include <cmath>
#include <random>

using namespace fathom::widgets;

namespace {

constexpr int kPoints = 10'000'000;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Window {
    QSize size{};
    PlotScale y = PlotScale::Linear;
    double from = 0;
    double to = 1;
    double low = 0;
    double high = 1;
};

RasterView viewOf(const Window& window, double threshold = 1e-3) {
    const ScaleTransform y{window.y, threshold};
    return {.size = window.size,
            .x = {},
            .y = y,
            .xFrom = window.from,
            .xTo = window.to,
            .yFrom = y.to(window.low),
            .yTo = y.to(window.high)};
}

int litIn(const QImage& image, int column, double row) {
    int lit = 0;
    for (int y = static_cast<int>(row) - 1; y <= static_cast<int>(row) + 1; ++y)
        for (int x = column - 1; x <= column + 1; ++x)
            if (image.rect().contains(x, y)) lit = std::max(lit, qAlpha(image.pixel(x, y)));
    return lit;
}

/// Ten million points of noise below 1, and a thousand spikes of one sample, as far above each other.
class Spikes {
public:
    Spikes() {
        std::mt19937 random(11);
        std::uniform_real_distribution<float> noise(0.5F, 1.0F);
        std::uniform_int_distribution<int> place(0, kPoints - 1);
        std::vector<double> values(kPoints);
        for (double& value : values)
            value = noise(random);
        for (int i = 0; i < 1000; ++i)
            places.push_back(place(random));
        std::sort(places.begin(), places.end());
        places.erase(std::unique(places.begin(), places.end()), places.end());
        for (std::size_t i = 0; i < places.size(); ++i)
            values[static_cast<std::size_t>(places[i])] = heightOf(i);
        std::vector<double> steps(kPoints);
        for (std::size_t i = 0; i < steps.size(); ++i)
            steps[i] = static_cast<double>(i);
        data.assign(std::make_shared<const std::vector<double>>(std::move(steps)), values);
    }
    static double heightOf(std::size_t spike) { return 3 + static_cast<double>(spike % 7); }

    CurveData data;
    std::vector<int> places;
};

/// Largest difference of two images' coverage, summed over 3 × 3 pixels: how much ink is elsewhere.
double inkDifference(const QImage& a, const QImage& b) {
    double worst = 0;
    for (int y = 1; y + 1 < a.height(); ++y) {
        for (int x = 1; x + 1 < a.width(); ++x) {
            double difference = 0;
            for (int dy = -1; dy <= 1; ++dy)
                for (int dx = -1; dx <= 1; ++dx)
                    difference += qAlpha(a.pixel(x + dx, y + dy)) - qAlpha(b.pixel(x + dx, y + dy));
            worst = std::max(worst, std::abs(difference) / 255);
        }
    }
    return worst;
}

} // namespace

class TestPlotRaster : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rowsAreRightToAPixelsFiftieth_onEveryScale() {
        std::mt19937 random(2);
        std::uniform_real_distribution<double> exponent(-44, 44);
        std::vector<double> values{0, -0.0, 1, 1e-300, -1e300, kNaN};
        for (int i = 0; i < 4000; ++i)
            values.push_back((i % 2 ? 1 : -1) * std::pow(10.0, exponent(random) / (i % 3 ? 10 : 1)));
        std::vector<float> rows;
        for (const ScaleTransform scale : {ScaleTransform{PlotScale::Linear, 1},
                                           {PlotScale::Log, 1},
                                           {PlotScale::Symlog, 1e-3},
                                           {PlotScale::Symlog, 1e20}}) {
            for (const std::size_t count :
                 {std::size_t{3}, values.size()}) { // without what floats cannot hold
                PixelRows(scale, 4, 90, 600).map(std::span(values).first(count), rows);
                for (std::size_t i = 0; i < count; ++i) {
                    const double exact = (4 - scale.to(values[i])) * 90;
                    if (std::isnan(values[i]))
                        QVERIFY(std::isnan(rows[i]));
                    else if (std::isinf(exact)) // not positive on a logarithmic axis
                        QVERIFY(rows[i] > 600 && rows[i] < 700);
                    else
                        QVERIFY2(std::abs(rows[i] - std::clamp(exact, -1e6, 1e6)) <
                                     0.02 + std::abs(exact) * 1e-6,
                                 qPrintable(QString::number(values[i])));
                }
            }
        }
    }

    void everySpikeLightsItsPixel_atRandomZoomsWidthsAndScales() {
        const Spikes spikes;
        PlotRaster raster;
        std::mt19937 random(3);
        std::uniform_real_distribution<double> unit;
        std::size_t looked = 0;
        for (int trial = 0; trial < 120; ++trial) {
            Window window;
            window.size = {200 + static_cast<int>(unit(random) * 2000),
                           100 + static_cast<int>(unit(random) * 500)};
            window.y = std::array{PlotScale::Linear, PlotScale::Log,
                                  PlotScale::Symlog}[static_cast<std::size_t>(trial % 3)];
            const double width = kPoints * std::pow(10.0, -5 * unit(random));
            window.from = unit(random) * (kPoints - width);
            window.to = window.from + width;
            window.low = window.y == PlotScale::Log ? 0.1 : 0;
            window.high = 10;
            const RasterView view = viewOf(window);
            raster.begin(view);
            raster.draw(spikes.data, {.color = Qt::blue, .width = 1.6, .dash = {}});
            const QImage& image = raster.finish();
            for (std::size_t i = 0; i < spikes.places.size(); ++i) {
                if (spikes.places[i] < window.from || spikes.places[i] > window.to) continue;
                ++looked;
                const int column =
                    std::min(window.size.width() - 1, static_cast<int>((spikes.places[i] - window.from) /
                                                                       width * window.size.width()));
                const double row = (view.yTo - view.y.to(Spikes::heightOf(i))) / (view.yTo - view.yFrom) *
                                   window.size.height();
                const int lit = litIn(image, column, row);
                QVERIFY2(lit > 200, qPrintable(QStringLiteral("trial %1: spike at %2, column %3, row %4: %5")
                                                   .arg(trial)
                                                   .arg(spikes.places[i])
                                                   .arg(column)
                                                   .arg(row)
                                                   .arg(lit)));
            }
        }
        QVERIFY2(looked > 5000, qPrintable(QString::number(looked)));
    }

    void linesLookAsQPainterDrawsThem_whenPointsAreFew_data() {
        QTest::addColumn<double>("width");
        QTest::addColumn<double>("steep");
        QTest::newRow("flat") << 1.6 << 10.0;
        QTest::newRow("slanted") << 1.6 << 120.0;
        QTest::newRow("thick") << 2.4 << 60.0;
        QTest::newRow("thick, two pixels to a point") << 3.2 << 90.0;
    }

    void linesLookAsQPainterDrawsThem_whenPointsAreFew() {
        QFETCH(double, width);
        QFETCH(double, steep);
        const QSize size(400, 200);
        CurveData data;
        QPolygonF polygon;
        std::vector<QPointF> points;
        for (int i = 0; i <= 20; ++i) {
            points.emplace_back(i * 20, 100 + steep * 0.5 * std::sin(i * 0.6));
            polygon.append({points.back().x(), 200 - points.back().y()});
        }
        data.append(points);
        PlotRaster raster;
        raster.begin(viewOf({.size = size, .from = 0, .to = 400, .low = 0, .high = 200}));
        raster.draw(data, {.color = Qt::black, .width = width, .dash = {}});
        QImage painted(size, QImage::Format_ARGB32_Premultiplied);
        painted.fill(Qt::transparent);
        QPainter painter(&painted);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(Qt::black, width));
        painter.drawPolyline(polygon);
        painter.end();
        const double worst = inkDifference(raster.finish(), painted);
        QVERIFY2(worst < 1.3, qPrintable(QString::number(worst))); // of the nine pixels' nine
    }

    void nothingOfTheLastFrameIsLeft_whenTheNextIsDrawn() {
        CurveData data;
        data.append(std::vector<QPointF>{{0, 0}, {100, 100}});
        PlotRaster raster;
        const RasterView view = viewOf({.size = {100, 100}, .from = 0, .to = 100, .low = 0, .high = 100});
        raster.begin(view);
        raster.draw(data, {.color = Qt::red, .width = 2, .dash = {}});
        raster.finish();
        raster.begin(view);
        const QImage& image = raster.finish();
        for (int y = 0; y < 100; ++y)
            for (int x = 0; x < 100; ++x)
                QCOMPARE(image.pixel(x, y), 0U);
    }

    void gapsStayEmpty_whereValuesAreNaN() {
        CurveData data;
        std::vector<QPointF> points;
        for (int i = 0; i < 100'000; ++i)
            points.emplace_back(i, i >= 40'000 && i < 60'000 ? kNaN : 0.5 + 0.1 * (i % 3));
        data.append(points);
        PlotRaster raster;
        raster.begin(viewOf({.size = {100, 100}, .from = 0, .to = 100'000, .low = 0, .high = 1}));
        raster.draw(data, {.color = Qt::black, .width = 1.6, .dash = {}});
        const QImage& image = raster.finish();
        const auto lit = [&](int x) {
            int sum = 0;
            for (int y = 0; y < 100; ++y)
                sum += qAlpha(image.pixel(x, y));
            return sum;
        };
        QVERIFY(lit(30) > 1000);
        QVERIFY(lit(70) > 1000);
        for (int x = 42; x < 58; ++x)
            QCOMPARE(lit(x), 0);
    }

    void frontHidesBack_andDashesShowIt() {
        CurveData data;
        data.append(std::vector<QPointF>{{0, 50}, {200, 50}});
        PlotRaster raster;
        raster.begin(viewOf({.size = {200, 100}, .from = 0, .to = 200, .low = 0, .high = 100}));
        raster.draw(data, {.color = Qt::red, .width = 4, .dash = {20, 20}});
        raster.draw(data, {.color = Qt::blue, .width = 4, .dash = {}});
        const QImage& image = raster.finish();
        int red = 0;
        int blue = 0;
        for (int x = 0; x < 200; ++x) {
            red += image.pixelColor(x, 50) == QColor(Qt::red) ? 1 : 0;
            blue += image.pixelColor(x, 50) == QColor(Qt::blue) ? 1 : 0;
        }
        QVERIFY2(red >= 95 && red <= 105, qPrintable(QString::number(red)));
        QCOMPARE(red + blue, 200);
    }

    void bandsFillBetweenTheirLines() {
        const auto x = std::make_shared<const std::vector<double>>(std::vector<double>{0, 50, 100});
        CurveData lower;
        CurveData upper;
        lower.assign(x, std::vector<double>{20, 20, 20});
        upper.assign(x, std::vector<double>{80, 40, 80});
        PlotRaster raster;
        raster.begin(viewOf({.size = {100, 100}, .from = 0, .to = 100, .low = 0, .high = 100}));
        raster.fill(lower, upper, QColor(0, 0, 255, 51));
        const QImage& image = raster.finish();
        QCOMPARE(qAlpha(image.pixel(50, 70)), 51);
        QCOMPARE(qAlpha(image.pixel(50, 40)), 0); // above the dip
        QCOMPARE(qAlpha(image.pixel(3, 30)), 51); // below the high end
        QCOMPARE(qAlpha(image.pixel(50, 90)), 0); // below the band
    }
};

QTEST_GUILESS_MAIN(TestPlotRaster)
#include "tst_plot_raster.moc"
