// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot_pgf.h"

#include <QStringList>

#include <cmath>

namespace fathom::widgets {

namespace {

constexpr int kColumns = 600; // more cannot be told apart in print
constexpr int kTicks = 5;

QByteArray number(double value, int digits = 7) {
    return QByteArray::number(value, 'g', digits);
}

/// How values of an axis are written. pgfplots knows linear and log; it counts with about seven digits, so
/// that times are told from the shown beginning on.
class Axis {
public:
    explicit Axis(const FigureAxis& axis) : m_axis(axis) {
        if (axis.kind == AxisKind::WallTime) m_offset = axis.from;
    }
    [[nodiscard]] bool isLog() const { return m_axis.scale.scale == PlotScale::Log; }
    [[nodiscard]] double place(double value) const {
        return m_axis.scale.scale == PlotScale::Symlog ? m_axis.scale.to(value) : value - m_offset;
    }
    /// Ticks with labels of our own, where pgfplots would write other ones.
    [[nodiscard]] QByteArray ticks(char name) const {
        const bool own = m_axis.scale.scale == PlotScale::Symlog || m_axis.kind == AxisKind::WallTime ||
                         m_axis.kind == AxisKind::Duration;
        if (!own) return {};
        QByteArrayList places;
        QByteArrayList labels;
        for (const PlotTick& tick : plotTicks(m_axis.scale, m_axis.from, m_axis.to, kTicks, m_axis.kind)) {
            places.append(number(place(tick.value)));
            labels.append('{' + texText(tick.label) + '}');
        }
        const QByteArray axis(1, name);
        return "  " + axis + "tick={" + places.join(',') + "},\n  " + axis + "ticklabels={" +
               labels.join(',') + "},\n";
    }
    [[nodiscard]] QByteArray range(char name) const {
        const QByteArray axis(1, name);
        return "  " + axis + "min=" + number(place(m_axis.from)) + ", " + axis +
               "max=" + number(place(m_axis.to)) + ",\n";
    }
    /// Edges of columns of equal width on paper.
    [[nodiscard]] std::vector<double> edges() const {
        const double from = m_axis.scale.to(m_axis.from);
        const double to = m_axis.scale.to(m_axis.to);
        std::vector<double> edges(kColumns + 1);
        for (int i = 0; i <= kColumns; ++i)
            edges[static_cast<std::size_t>(i)] = m_axis.scale.from(from + (to - from) * i / kColumns);
        return edges;
    }

private:
    const FigureAxis& m_axis;
    double m_offset = 0;
};

QByteArray colorOf(const QColor& color) {
    return "{rgb,255:red," + QByteArray::number(color.red()) + ";green," + QByteArray::number(color.green()) +
           ";blue," + QByteArray::number(color.blue()) + '}';
}

QByteArray dashOf(Qt::PenStyle dash) {
    switch (dash) {
    case Qt::DashLine:
        return ", dashed";
    case Qt::DotLine:
        return ", densely dotted";
    case Qt::DashDotLine:
        return ", dashdotted";
    default:
        return {};
    }
}

QByteArray coordinates(const std::vector<QPointF>& line, const Axis& x, const Axis& y) {
    QByteArray text;
    for (const QPointF& point : line) {
        const bool drawable = std::isfinite(point.y()) && (!y.isLog() || point.y() > 0);
        text +=
            '(' + number(x.place(point.x())) + ',' + (drawable ? number(y.place(point.y())) : "nan") + ")\n";
    }
    return text;
}

/// The area between two lines, once around.
QByteArray band(const FigureCurve& curve, const std::vector<double>& edges, const Axis& x, const Axis& y) {
    if (curve.lower == nullptr || curve.upper == nullptr || curve.lower->empty()) return {};
    std::vector<QPointF> around;
    for (const QPointF& point : curve.lower->polyline(edges))
        if (std::isfinite(point.y())) around.push_back(point);
    std::vector<QPointF> upper = curve.upper->polyline(edges);
    for (auto point = upper.rbegin(); point != upper.rend(); ++point)
        if (std::isfinite(point->y())) around.push_back(*point);
    return "\\addplot[draw=none, fill=" + colorOf(curve.color) +
           ", fill opacity=0.2, forget plot] coordinates {\n" + coordinates(around, x, y) +
           "} \\closedcycle;\n";
}

QByteArray plotOf(const FigureCurve& curve, const std::vector<double>& edges, const Axis& x, const Axis& y) {
    QByteArray text = "\\addplot[color=" + colorOf(curve.color) + dashOf(curve.dash) +
                      ", line width=" + number(0.8 * curve.width, 3) + "pt";
    if (curve.color.alpha() < 255) text += ", opacity=" + number(curve.color.alphaF(), 3);
    const std::vector<QPointF> line = curve.data->polyline(edges);
    text += curve.markers && line.size() < 100 ? ", mark=*, mark size=1.2pt" : ", no marks";
    if (!curve.inLegend) text += ", forget plot";
    text += "] coordinates {\n" + coordinates(line, x, y) + "};\n";
    if (curve.inLegend) text += "\\addlegendentry{" + texText(curve.name) + "}\n";
    return text;
}

} // namespace

QByteArray texText(const QString& text) {
    QByteArray tex;
    for (const QChar c : text) {
        switch (c.unicode()) {
        case '\\':
            tex += "\\textbackslash{}";
            break;
        case '~':
            tex += "\\textasciitilde{}";
            break;
        case '^':
            tex += "\\textasciicircum{}";
            break;
        case '#':
        case '$':
        case '%':
        case '&':
        case '_':
        case '{':
        case '}':
            tex += '\\';
            tex += static_cast<char>(c.unicode());
            break;
        default:
            tex += QString(c).toUtf8();
        }
    }
    return tex;
}

QByteArray pgfFigure(const Figure& figure, const QSizeF& size, const QString& source) {
    const Axis x(figure.x);
    const Axis y(figure.y);
    QByteArray text;
    for (const QString& line : source.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        text += "% " + line.toUtf8() + '\n';
    text += "\\begin{tikzpicture}\n\\begin{axis}[\n  width=" + number(size.width(), 5) +
            "bp, height=" + number(size.height(), 5) + "bp,\n  title={" + texText(figure.title) +
            "},\n  xlabel={" + texText(figure.x.label) + "}, ylabel={" + texText(figure.y.label) + "},\n";
    if (x.isLog()) text += "  xmode=log,\n";
    if (y.isLog()) text += "  ymode=log,\n";
    text += x.range('x') + y.range('y') + x.ticks('x') + y.ticks('y');
    text += "  grid=major, grid style={line width=0.3pt, draw=gray!30}, unbounded coords=jump,\n"
            "  scaled ticks=false, axis lines=left, legend cell align=left,\n"
            "  legend style={draw=none, at={(0.5,-0.2)}, anchor=north, legend columns=2}]\n";
    const std::vector<double> edges = x.edges();
    for (const FigureCurve& curve : figure.curves)
        text += band(curve, edges, x, y);
    for (const FigureCurve& curve : figure.curves)
        text += plotOf(curve, edges, x, y);
    for (const FigureMark& mark : figure.marks) {
        const double height = mark.y.value_or(figure.y.to);
        text += "\\node[anchor=south west, font=\\footnotesize] at (axis cs:" + number(x.place(mark.x)) +
                ',' + number(y.place(height)) + ") {" + texText(mark.text) + "};\n";
    }
    return text + "\\end{axis}\n\\end{tikzpicture}\n";
}

} // namespace fathom::widgets
