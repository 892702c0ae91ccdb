// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/thin_lines.h"

#include <QColor>

#include <algorithm>
#include <cmath>
#include <utility>

namespace fathom::widgets {

namespace {

/// An opaque colour and how much of it a wholly covered pixel takes.
struct Ink {
    uint red = 0;
    uint green = 0;
    uint blue = 0;
    double alpha = 0;
};

void cover(QRgb& pixel, const Ink& ink, double part) {
    const auto a = static_cast<uint>(255 * ink.alpha * part + 0.5);
    const uint rest = 255 - a;
    const auto mix = [&](uint own, uint old) { // divided by 255, rounded
        const uint sum = own * a + old * rest + 128;
        return (sum + (sum >> 8)) >> 8;
    };
    pixel = qRgba(static_cast<int>(mix(ink.red, static_cast<uint>(qRed(pixel)))),
                  static_cast<int>(mix(ink.green, static_cast<uint>(qGreen(pixel)))),
                  static_cast<int>(mix(ink.blue, static_cast<uint>(qBlue(pixel)))),
                  static_cast<int>(mix(255, static_cast<uint>(qAlpha(pixel)))));
}

/// Steps along the longer side; across it the ink is shared by the pixels that the line touches.
void drawSegment(QImage& image, QPointF a, QPointF b, const Ink& ink, int thickness) {
    const bool steep = std::fabs(b.y() - a.y()) > std::fabs(b.x() - a.x());
    if (steep) {
        a = a.transposed();
        b = b.transposed();
    }
    if (a.x() > b.x()) std::swap(a, b);
    const int along = steep ? image.height() : image.width();
    const int across = steep ? image.width() : image.height();
    const double slope = b.x() > a.x() ? (b.y() - a.y()) / (b.x() - a.x()) : 0;
    auto* const pixels = reinterpret_cast<QRgb*>(image.bits());
    const auto stride = image.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
    const auto put = [&](int x, int y, double part) {
        if (y < 0 || y >= across) return;
        cover(steep ? pixels[x * stride + y] : pixels[y * stride + x], ink, part);
    };
    const int first = std::max(0, static_cast<int>(std::lround(a.x())));
    const int last = std::min(along, static_cast<int>(std::lround(b.x()))); // the next segment has its pixel
    for (int x = first; x < last; ++x) {
        const double edge = a.y() + slope * (x - a.x()) - (thickness - 1) / 2.0;
        const int y = static_cast<int>(std::floor(edge));
        const double rest = edge - y;
        put(x, y, 1 - rest);
        for (int i = 1; i < thickness; ++i)
            put(x, y + i, 1);
        put(x, y + thickness, rest);
    }
}

} // namespace

void drawThinLine(QImage& image, const QPolygonF& line, const QColor& color, int thickness) {
    const Ink ink{static_cast<uint>(color.red()), static_cast<uint>(color.green()),
                  static_cast<uint>(color.blue()), color.alphaF()};
    for (qsizetype i = 1; i < line.size(); ++i)
        drawSegment(image, line[i - 1], line[i], ink, thickness);
}

} // namespace fathom::widgets
