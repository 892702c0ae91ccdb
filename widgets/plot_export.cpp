// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_export.h"

#include "widgets/plot_pgf.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <array>
#include <cmath>

namespace fathom::widgets {

namespace {

constexpr std::array<const char*, 5> kSuffixes{"svg", "pdf", "png", "csv", "pgf"};
constexpr double kPointsPerInch = 72;

QFont sized(QFont font) {
    if (font.pixelSize() < 0) font.setPixelSize(9); // the painter's unit is a point
    return font;
}

void paint(QPainter& painter, const FigureCopy& copy, const ExportOptions& options) {
    FigureOptions figure = options.figure;
    figure.font = sized(figure.font);
    drawFigure(painter, options.size, copy.figure(), copy.colors(), figure);
}

QByteArray svg(const FigureCopy& copy, const ExportOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(static_cast<int>(kPointsPerInch));
    generator.setSize(options.size.toSize());
    generator.setViewBox(QRectF(QPointF(), options.size));
    generator.setTitle(copy.figure().title.toHtmlEscaped()); // Qt writes both as they are
    generator.setDescription(options.source.toHtmlEscaped());
    QPainter painter;
    if (!painter.begin(&generator)) return {};
    paint(painter, copy, options);
    painter.end();
    return bytes;
}

QByteArray pdf(const FigureCopy& copy, const ExportOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    constexpr int resolution = 720; // ten units a point
    writer.setResolution(resolution);
    writer.setPageSize(QPageSize(options.size, QPageSize::Point, {}, QPageSize::ExactMatch));
    writer.setPageMargins({});
    writer.setTitle(copy.figure().title);
    writer.setCreator(QStringLiteral("Fathom"));
    writer.addFileAttachment(QStringLiteral("source.txt"), options.source.toUtf8(),
                             QStringLiteral("text/plain"));
    QPainter painter;
    if (!painter.begin(&writer)) return {};
    painter.scale(resolution / kPointsPerInch, resolution / kPointsPerInch);
    paint(painter, copy, options);
    painter.end();
    return bytes;
}

QByteArray png(const FigureCopy& copy, const ExportOptions& options) {
    const double scale = options.dotsPerInch / kPointsPerInch;
    QImage image((options.size * scale).toSize(), QImage::Format_ARGB32_Premultiplied);
    if (image.isNull()) return {};
    image.fill(copy.colors().surface);
    image.setDotsPerMeterX(static_cast<int>(std::lround(options.dotsPerInch / 0.0254)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    image.setText(QStringLiteral("Title"), copy.figure().title);
    image.setText(QStringLiteral("Software"), QStringLiteral("Fathom"));
    image.setText(QStringLiteral("Description"), options.source);
    QPainter painter(&image);
    painter.scale(scale, scale);
    paint(painter, copy, options);
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray quoted(const QString& text) {
    QByteArray bytes = text.toUtf8();
    if (!bytes.contains(',') && !bytes.contains('"') && !bytes.contains('\n')) return bytes;
    return '"' + bytes.replace('"', "\"\"") + '"';
}

/// Every digit, whatever the language of the desktop.
QByteArray digits(double value) {
    return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

/// Long format: one line a point. What the file is from stands in front, after '#'.
QByteArray csv(const FigureCopy& copy, const ExportOptions& options) {
    const Figure& figure = copy.figure();
    QByteArray bytes;
    for (const QString& line : options.source.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        bytes += "# " + line.toUtf8() + '\n';
    bool banded = false;
    for (const FigureCurve& curve : figure.curves)
        banded = banded || (curve.lower != nullptr && !curve.lower->empty());
    bytes += banded ? "curve,x,y,low,high\n" : "curve,x,y\n";
    for (const FigureCurve& curve : figure.curves) {
        const QByteArray name = quoted(curve.name) + ',';
        const bool hasBand = curve.lower != nullptr && curve.lower->size() == curve.data->size();
        for (std::size_t i = 0; i < curve.data->size(); ++i) {
            bytes += name + digits(curve.data->x(i)) + ',' + digits(curve.data->y(i));
            if (hasBand)
                bytes += ',' + digits(curve.lower->y(i)) + ',' + digits(curve.upper->y(i));
            else if (banded)
                bytes += ",,";
            bytes += '\n';
        }
    }
    return bytes;
}

const CurveData* copied(const CurveData* data, const Figure& figure, FigurePoints points,
                        std::deque<CurveData>& to) {
    if (data == nullptr || data->empty()) return nullptr;
    std::size_t first = 0;
    std::size_t last = data->size();
    if (points == FigurePoints::Shown) {
        std::tie(first, last) = data->indices(figure.x.from, figure.x.to);
        if (first > 0) --first;
        if (last < data->size()) ++last;
    }
    std::vector<double> x;
    std::vector<double> y;
    x.reserve(last - first);
    y.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) {
        x.push_back(data->x(i));
        y.push_back(data->y(i));
    }
    to.emplace_back().assign(std::make_shared<const std::vector<double>>(std::move(x)), y);
    return &to.back();
}

} // namespace

FigureCopy::FigureCopy(const Figure& figure, const Colors& colors, FigurePoints points)
    : m_figure(figure), m_colors(colors) {
    for (FigureCurve& curve : m_figure.curves) {
        curve.data = copied(curve.data, figure, points, m_data);
        curve.lower = copied(curve.lower, figure, points, m_data);
        curve.upper = copied(curve.upper, figure, points, m_data);
    }
    std::erase_if(m_figure.curves, [](const FigureCurve& curve) { return curve.data == nullptr; });
}

QByteArray exportFigure(const FigureCopy& copy, FigureFormat format, const ExportOptions& options) {
    switch (format) {
    case FigureFormat::Svg:
        return svg(copy, options);
    case FigureFormat::Pdf:
        return pdf(copy, options);
    case FigureFormat::Png:
        return png(copy, options);
    case FigureFormat::Csv:
        return csv(copy, options);
    case FigureFormat::Pgf:
        return pgfFigure(copy.figure(), options.size, options.source);
    }
    return {};
}

QString suffixOf(FigureFormat format) {
    return QString::fromLatin1(kSuffixes[static_cast<std::size_t>(format)]);
}

std::optional<FigureFormat> formatOf(const QString& fileName) {
    const QString suffix = QFileInfo(fileName).suffix().toLower();
    for (std::size_t i = 0; i < kSuffixes.size(); ++i)
        if (suffix == QLatin1String(kSuffixes[i])) return static_cast<FigureFormat>(i);
    return std::nullopt;
}

} // namespace fathom::widgets
