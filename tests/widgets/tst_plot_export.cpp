// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_export.h"
#include "widgets/plot_pgf.h"

#include <QImage>
#include <QSvgRenderer>
#include <QXmlStreamReader>
#include <QtTest>

#include <cmath>

using namespace fathom::widgets;

namespace {

struct Drawing {
    explicit Drawing(std::size_t points = 1000, double spikeAt = -1) {
        std::vector<double> x(points);
        std::vector<double> y(points);
        for (std::size_t i = 0; i < points; ++i) {
            x[i] = static_cast<double>(i);
            y[i] = std::sin(static_cast<double>(i) / 100);
        }
        if (spikeAt >= 0) y[static_cast<std::size_t>(spikeAt)] = 3.5;
        const auto shared = std::make_shared<const std::vector<double>>(x);
        data.assign(shared, y);
        for (double& value : y)
            value -= 0.5;
        lower.assign(shared, y);
        for (double& value : y)
            value += 1;
        upper.assign(shared, y);
        figure.title = QStringLiteral("Loss_1 & more");
        figure.x = {.kind = AxisKind::Step,
                    .from = 0,
                    .to = static_cast<double>(points),
                    .label = QStringLiteral("x")};
        figure.y = {.from = -2, .to = 4, .label = QStringLiteral("y")};
        figure.curves = {{.name = QStringLiteral("run, \"1\""),
                          .color = QColor(0, 114, 178),
                          .dash = Qt::DashLine,
                          .data = &data,
                          .lower = &lower,
                          .upper = &upper}};
        figure.marks = {{.x = 10, .y = 1, .text = QStringLiteral("50 %")}};
    }
    [[nodiscard]] QByteArray as(FigureFormat format, FigurePoints points = FigurePoints::Shown) const {
        return exportFigure(FigureCopy(figure, lightColors(), points), format,
                            {.source = QStringLiteral("Runs: a/1 <b>\n{\"x\": 1}")});
    }
    CurveData data;
    CurveData lower;
    CurveData upper;
    Figure figure;
};

} // namespace

class TestPlotExport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void svgIsValid_andSaysWhereItCameFrom() {
        const QByteArray svg = Drawing().as(FigureFormat::Svg);
        QVERIFY(QSvgRenderer(svg).isValid());
        QXmlStreamReader reader(svg);
        QString title;
        QString description;
        QString texts;
        while (!reader.atEnd()) {
            reader.readNext();
            if (!reader.isStartElement()) continue;
            if (reader.name() == QLatin1String("title")) title = reader.readElementText();
            if (reader.name() == QLatin1String("desc")) description = reader.readElementText();
            if (reader.name() == QLatin1String("text")) texts += reader.readElementText();
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QCOMPARE(title, QStringLiteral("Loss_1 & more"));
        QVERIFY(description.contains(QStringLiteral("Runs: a/1 <b>\n{\"x\": 1}")));
        QVERIFY(texts.contains(QStringLiteral("run, \"1\""))); // the legend
    }

    void pngHasItsSizeAndItsSource() {
        const QImage image = QImage::fromData(Drawing().as(FigureFormat::Png));
        QCOMPARE(image.size(), QSize(1750, 1167)); // 420 × 280 points at 300 dpi
        QVERIFY(image.text(QStringLiteral("Description")).contains(QStringLiteral("{\"x\": 1}")));
        QVERIFY(image.pixelColor(2, 2).lightness() > 250);
        bool blue = false;
        for (int x = 0; x < image.width() && !blue; ++x)
            for (int y = 0; y < image.height() && !blue; ++y)
                blue = image.pixelColor(x, y) == QColor(0, 114, 178);
        QVERIFY(blue);
    }

    void pdfCarriesItsSource() {
        const QByteArray pdf = Drawing().as(FigureFormat::Pdf);
        QVERIFY(pdf.startsWith("%PDF-"));
        QVERIFY(pdf.contains("/EmbeddedFile"));
        QVERIFY(pdf.contains("/MediaBox [0 0 420"));
    }

    void csvHasEveryPointOfWhatIsAskedFor() {
        Drawing drawing;
        drawing.figure.x.from = 100.5;
        drawing.figure.x.to = 103.5;
        const QByteArray shown = drawing.as(FigureFormat::Csv);
        QVERIFY(shown.startsWith("# Runs: a/1 <b>\n# {\"x\": 1}\ncurve,x,y,low,high\n"));
        QCOMPARE(shown.count("\"run, \"\"1\"\"\","), 5); // 101, 102, 103 and one beyond each end
        QCOMPARE(drawing.as(FigureFormat::Csv, FigurePoints::All).count("\"run, \"\"1\"\"\","), 1000);
        const QList<QByteArray> last = shown.trimmed().split('\n').last().split(',');
        QCOMPARE(last[2].toDouble(), 104.0);
        QCOMPARE(last[3].toDouble(), drawing.data.y(104)); // every digit
    }

    void pgfIsWhatPgfplotsReads() {
        const QByteArray pgf = Drawing().as(FigureFormat::Pgf);
        QVERIFY(pgf.startsWith("% Runs: a/1 <b>\n% {\"x\": 1}\n\\begin{tikzpicture}"));
        QVERIFY(pgf.contains("title={Loss\\_1 \\& more}"));
        QVERIFY(pgf.contains("\\addlegendentry{run, \"1\"}"));
        QVERIFY(pgf.contains("50 \\%"));
        QVERIFY(pgf.contains("dashed"));
        QVERIFY(pgf.contains("\\closedcycle")); // the band
        QCOMPARE(pgf.count('{'), pgf.count('}'));
        QVERIFY(pgf.trimmed().endsWith("\\end{tikzpicture}"));
    }

    void scalesOfPgf_areThoseItKnows() {
        Drawing drawing;
        drawing.figure.y = {.scale = {.scale = PlotScale::Log}, .from = 0.01, .to = 10};
        const QByteArray log = drawing.as(FigureFormat::Pgf);
        QVERIFY(log.contains("ymode=log"));
        QVERIFY(log.contains(",nan)")); // what is not positive is a gap
        drawing.figure.y = {.scale = {.scale = PlotScale::Symlog, .threshold = 0.1}, .from = -2, .to = 4};
        drawing.figure.x.kind = AxisKind::WallTime;
        drawing.figure.x.from = 1.7e9;
        drawing.figure.x.to = 1.7e9 + 1000;
        const QByteArray symlog = drawing.as(FigureFormat::Pgf);
        QVERIFY(!symlog.contains("ymode"));
        QVERIFY(symlog.contains("yticklabels={"));
        QVERIFY(symlog.contains("xmin=0, xmax=1000")); // TeX counts with seven digits
    }

    void millionsOfPointsMakeSmallFiles_withEverySpike() {
        const Drawing drawing(3'000'000, 1'234'567);
        const QByteArray pgf = drawing.as(FigureFormat::Pgf);
        QVERIFY2(pgf.size() < 300'000, qPrintable(QString::number(pgf.size())));
        QVERIFY(pgf.contains(",3.5)"));
        for (const FigureFormat format : {FigureFormat::Svg, FigureFormat::Pdf}) {
            const qsizetype size = drawing.as(format).size();
            QVERIFY2(size < 300'000, qPrintable(QString::number(size)));
        }
    }

    void nothingToDrawIsAFigureToo() {
        Figure empty;
        for (const FigureFormat format :
             {FigureFormat::Svg, FigureFormat::Pdf, FigureFormat::Png, FigureFormat::Csv, FigureFormat::Pgf})
            QVERIFY(!exportFigure(FigureCopy(empty, lightColors(), FigurePoints::All), format, {}).isEmpty());
    }

    void formatsAreKnownByTheirEndings() {
        QCOMPARE(formatOf(QStringLiteral("a.b/c.PDF")), std::optional(FigureFormat::Pdf));
        QCOMPARE(formatOf(QStringLiteral("a.svg.txt")), std::nullopt);
        QCOMPARE(formatOf(suffixOf(FigureFormat::Pgf).prepend(QStringLiteral("x."))),
                 std::optional(FigureFormat::Pgf));
    }

    void texIsHarmless() {
        QCOMPARE(texText(QStringLiteral("a_b\\c{d}^~$#")),
                 QByteArray("a\\_b\\textbackslash{}c\\{d\\}\\textasciicircum{}\\textasciitilde{}\\$\\#"));
    }
};

QTEST_MAIN(TestPlotExport)
#include "tst_plot_export.moc"
