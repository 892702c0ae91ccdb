// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/line_plot.h"

#include "widgets/icon.h"
#include "widgets/line_plot_items.h"
#include "widgets/number_format.h"
#include "widgets/plot_header.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QResizeEvent>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>

#include <cmath>

namespace fathom::widgets {

namespace {
constexpr int kFrameMs = 33; // at most 30 a second
constexpr double kZoomStep = 0.85;
constexpr double kNearPixels = 5;
} // namespace

struct LinePlot::Impl {
    LinePlot* self = nullptr;
    PlotHeader* header = nullptr;
    QToolButton* logButton = nullptr;
    QCustomPlot* plot = nullptr;
    QCPItemText* emptyItem = nullptr;
    CursorItem* cursor = nullptr;
    MarkersItem* markers = nullptr;
    QSharedPointer<QCPAxisTicker> linearTicker{new ValueTicker};
    QSharedPointer<QCPAxisTicker> logTicker{new LogValueTicker};
    std::vector<std::unique_ptr<PlotCurve>> curves; // addresses stay: the plottables refer to them
    QTimer timer;
    bool dirty = true;
    bool autoX = true;
    MinMax extraX; ///< shown beside the points, see includeX
    bool autoY = true;
    bool hovering = false;
    double hoverX = 0;
    QPoint dragFrom;
    QCPRange dragX;
    QCPRange dragY;
    bool dragging = false;
    int draws = 0;

    void build();
    void applyColors();
    void markDirty();
    void redraw();
    void moveAlong(bool sticking, double before);
    void fitX();
    void fitY();
    [[nodiscard]] QCPRange dataX() const;
    [[nodiscard]] bool empty() const;
    void updateLegend();
    void hover(const QPoint& position);
    void leave();
    void zoom(double factor, double centre, bool vertical);
    void pan(double fraction);
    bool mouse(QMouseEvent* event);
    void wheel(QWheelEvent* event);
};

void LinePlot::Impl::build() {
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(12, kGrid, kGrid, kGrid);
    layout->setSpacing(0);
    auto* top = new QHBoxLayout;
    header = new PlotHeader(self);
    logButton = new QToolButton(self);
    logButton->setIcon(icon(QStringLiteral("log-scale")));
    logButton->setCheckable(true);
    logButton->setAutoRaise(true);
    logButton->setFocusPolicy(Qt::TabFocus);
    logButton->setToolTip(LinePlot::tr("Logarithmic values (L)"));
    logButton->setAccessibleName(LinePlot::tr("Logarithmic values"));
    connect(logButton, &QToolButton::toggled, self, &LinePlot::setLogarithmic);
    top->addWidget(header, 1);
    top->addWidget(logButton);
    layout->addLayout(top);

    plot = new QCustomPlot(self);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->setMouseTracking(true);
    plot->installEventFilter(self);
    plot->setAutoAddPlottableToLegend(false);
    plot->setSelectionTolerance(0);
    plot->axisRect()->setMinimumMargins(QMargins(56, 6, 12, 24));
    plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new StepTicker));
    plot->yAxis->setTicker(linearTicker);
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
        axis->setTickPen(Qt::NoPen);
        axis->setTickLength(0, 0);
        axis->setVisible(false);
        axis->setSubTicks(false);
        axis->setTickLabelPadding(6);
        axis->grid()->setZeroLinePen(Qt::NoPen);
        axis->ticker()->setTickCount(5);
    }
    logTicker->setTickCount(5);
    plot->yAxis->setBasePen(Qt::NoPen);
    emptyItem = new QCPItemText(plot);
    emptyItem->position->setType(QCPItemPosition::ptAxisRectRatio);
    emptyItem->position->setCoords(0.5, 0.5);
    markers = new MarkersItem(plot);
    markers->setLayer(QStringLiteral("grid")); // behind the curves
    plot->addLayer(QStringLiteral("cursor"), plot->layer(QStringLiteral("overlay")));
    plot->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
    cursor = new CursorItem(plot);
    cursor->setLayer(QStringLiteral("cursor"));
    cursor->setVisible(false);
    layout->addWidget(plot, 1);

    timer.setSingleShot(true);
    timer.setInterval(kFrameMs);
    connect(&timer, &QTimer::timeout, self, [this] {
        if (dirty && self->isVisible()) redraw();
    });
    applyColors();
}

void LinePlot::Impl::applyColors() {
    const Colors& c = colorsFor(self);
    plot->setBackground(QBrush(c.surface));
    const QFont small = captionFont(self->font());
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
        axis->setTickLabelColor(c.muted);
        axis->setLabelColor(c.muted);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
        axis->grid()->setPen(QPen(blend(c.surface, c.text, 0.10), 1));
    }
    plot->xAxis->setBasePen(QPen(c.border, 1));
    markers->setColors(blend(c.surface, c.text, 0.35), c.muted, c.surface, small);
    emptyItem->setColor(c.muted);
    emptyItem->setFont(self->font());
    for (std::size_t i = 0; i < curves.size(); ++i) {
        curves[i]->color = c.curves[i % c.curves.size()];
        curves[i]->dashed = i >= c.curves.size();
    }
    updateLegend();
    markDirty();
}

void LinePlot::Impl::markDirty() {
    dirty = true;
    if (self->isVisible() && !timer.isActive()) timer.start();
}

void LinePlot::Impl::redraw() {
    if (plot->size().isEmpty()) return; // not laid out yet: its first resize draws it
    dirty = false;
    ++draws;
    const bool nothing = empty();
    emptyItem->setVisible(nothing);
    plot->xAxis->setVisible(!nothing);
    plot->yAxis->setVisible(!nothing);
    if (!nothing) {
        if (autoX) fitX();
        if (autoY) fitY();
    }
    updateLegend();
    plot->replot(QCustomPlot::rpImmediateRefresh);
}

bool LinePlot::Impl::empty() const {
    return std::all_of(curves.begin(), curves.end(), [](const auto& curve) { return curve->data.empty(); });
}

QCPRange LinePlot::Impl::dataX() const {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const auto& curve : curves) {
        if (curve->data.empty()) continue;
        low = std::min(low, curve->data.x(0));
        high = std::max(high, curve->data.x(curve->data.size() - 1));
    }
    return {std::min(low, extraX.minimum), std::max(high, extraX.maximum)};
}

/// A zoomed view whose right edge was at the newest point stays there.
void LinePlot::Impl::moveAlong(bool sticking, double before) {
    const double after = dataX().upper;
    if (sticking && after > before && std::isfinite(before)) plot->xAxis->moveRange(after - before);
    markDirty();
}

void LinePlot::Impl::fitX() {
    const QCPRange data = dataX();
    if (data.size() > 0)
        plot->xAxis->setRange(data.lower, data.upper + data.size() * 0.01);
    else
        plot->xAxis->setRange(data.lower - 1, data.lower + 1);
}

void LinePlot::Impl::fitY() {
    const QCPRange keys = plot->xAxis->range();
    const bool logarithmic = plot->yAxis->scaleType() == QCPAxis::stLogarithmic;
    MinMax extremes;
    double positive = std::numeric_limits<double>::infinity();
    for (const auto& curve : curves) {
        extremes.include(curve->data.yRange(keys.lower, keys.upper));
        if (logarithmic) positive = std::min(positive, curve->data.smallestPositive(keys.lower, keys.upper));
    }
    if (logarithmic) {
        if (!std::isfinite(positive) || extremes.maximum <= 0) return plot->yAxis->setRange(0.1, 1);
        const double pad = std::max(1.05, std::pow(extremes.maximum / positive, 0.05));
        return plot->yAxis->setRange(positive / pad, extremes.maximum * pad);
    }
    if (!extremes.valid()) return plot->yAxis->setRange(0, 1);
    double pad = (extremes.maximum - extremes.minimum) * 0.06;
    if (pad <= std::abs(extremes.maximum) * 1e-9)
        pad = extremes.maximum != 0 ? std::abs(extremes.maximum) * 0.1 : 1;
    const double floor =
        extremes.minimum >= 0 ? std::max(0.0, extremes.minimum - pad) : extremes.minimum - pad;
    plot->yAxis->setRange(floor, extremes.maximum + pad);
}

void LinePlot::Impl::updateLegend() {
    std::vector<LegendEntry> entries;
    std::vector<CursorItem::Dot> dots;
    QStringList spoken;
    double place = hoverX;
    double best = std::numeric_limits<double>::infinity();
    for (const auto& curve : curves) { // the cursor stands on the nearest real point
        if (!hovering || curve->data.empty()) continue;
        const double x = curve->data.x(curve->data.nearest(hoverX));
        if (std::abs(x - hoverX) >= best) continue;
        best = std::abs(x - hoverX);
        place = x;
    }
    for (const auto& curve : curves) {
        LegendEntry entry{.name = curve->name, .color = curve->color, .dashed = curve->dashed};
        if (!curve->data.empty()) {
            const std::size_t i = hovering ? curve->data.nearest(place) : curve->data.size() - 1;
            entry.value = formatNumber(curve->data.y(i));
            if (hovering) dots.push_back({{curve->data.x(i), curve->data.y(i)}, curve->color});
        }
        spoken.append(entry.name + QLatin1Char(' ') + entry.value);
        entries.push_back(std::move(entry));
    }
    header->setEntries(entries);
    header->setPlace(hovering && !empty() ? LinePlot::tr("step %1").arg(formatCount(std::llround(place)))
                                          : QString());
    self->setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    cursor->set(place, std::move(dots), blend(colorsFor(self).surface, colorsFor(self).text, 0.45));
}

void LinePlot::Impl::hover(const QPoint& position) {
    hovering = plot->axisRect()->rect().contains(position) && !empty();
    hoverX = plot->xAxis->pixelToCoord(position.x());
    updateLegend();
    cursor->setVisible(hovering);
    plot->layer(QStringLiteral("cursor"))->replot();
    const QStringList texts = hovering ? self->markerTextsNear(hoverX) : QStringList();
    if (texts.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(plot->mapToGlobal(position), texts.join(QLatin1Char('\n')), plot);
}

void LinePlot::Impl::leave() {
    hovering = false;
    updateLegend();
    cursor->setVisible(false);
    plot->layer(QStringLiteral("cursor"))->replot();
}

void LinePlot::Impl::zoom(double factor, double centre, bool vertical) {
    if (empty()) return;
    if (vertical) {
        autoY = false;
        plot->yAxis->scaleRange(factor, centre);
    } else {
        autoX = false;
        plot->xAxis->scaleRange(factor, centre);
        const QCPRange data = dataX();
        const QCPRange range = plot->xAxis->range();
        if (range.lower <= data.lower && range.upper >= data.upper)
            autoX = true; // all in sight: follow again
    }
    markDirty();
    Q_EMIT self->viewChanged();
}

void LinePlot::Impl::pan(double fraction) {
    if (empty()) return;
    autoX = false;
    plot->xAxis->moveRange(plot->xAxis->range().size() * fraction);
    markDirty();
    Q_EMIT self->viewChanged();
}

bool LinePlot::Impl::mouse(QMouseEvent* event) {
    const QPoint position = event->position().toPoint();
    if (event->type() == QEvent::MouseButtonPress && event->button() == Qt::LeftButton) {
        self->setFocus(Qt::MouseFocusReason);
        dragging = !empty();
        dragFrom = position;
        dragX = plot->xAxis->range();
        dragY = plot->yAxis->range();
    } else if (event->type() == QEvent::MouseMove && dragging) {
        if ((position - dragFrom).manhattanLength() < 3 && autoX) return true;
        autoX = false;
        const double dx = plot->xAxis->pixelToCoord(dragFrom.x()) - plot->xAxis->pixelToCoord(position.x());
        plot->xAxis->setRange(dragX.lower + dx, dragX.upper + dx);
        if (!autoY && plot->yAxis->scaleType() == QCPAxis::stLinear) {
            const double dy =
                plot->yAxis->pixelToCoord(dragFrom.y()) - plot->yAxis->pixelToCoord(position.y());
            plot->yAxis->setRange(dragY.lower + dy, dragY.upper + dy);
        }
        markDirty();
        Q_EMIT self->viewChanged();
    } else if (event->type() == QEvent::MouseButtonRelease) {
        dragging = false;
    }
    if (event->type() == QEvent::MouseMove && !dragging) hover(position);
    return true;
}

void LinePlot::Impl::wheel(QWheelEvent* event) {
    const double notches = event->angleDelta().y() / 120.0;
    const bool vertical = event->modifiers().testFlag(Qt::ControlModifier);
    const double centre = vertical ? plot->yAxis->pixelToCoord(event->position().y())
                                   : plot->xAxis->pixelToCoord(event->position().x());
    zoom(std::pow(kZoomStep, notches), centre, vertical);
    event->accept();
}

LinePlot::LinePlot(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>()) {
    m_impl->self = this;
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_impl->build();
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base); // sends a PaletteChange, which needs the plot
}

LinePlot::~LinePlot() = default;

void LinePlot::setTitle(const QString& title) {
    m_impl->header->setTitle(title);
    setAccessibleName(tr("Plot: %1").arg(title));
}

QString LinePlot::title() const {
    return m_impl->header->title();
}

void LinePlot::setUnit(const QString& unit) {
    m_impl->header->setUnit(unit);
}

void LinePlot::setXLabel(const QString& label) {
    m_impl->plot->xAxis->setLabel(label);
}

void LinePlot::setEmptyText(const QString& text) {
    m_impl->emptyItem->setText(text);
    m_impl->markDirty();
}

int LinePlot::addCurve(const CurveSpec& spec) {
    auto& curves = m_impl->curves;
    curves.push_back(std::make_unique<PlotCurve>());
    PlotCurve& curve = *curves.back();
    curve.name = spec.name;
    curve.markers = spec.markers;
    curve.faint = spec.faint;
    new CurvePlottable(m_impl->plot->xAxis, m_impl->plot->yAxis, curve); // owned by the plot
    m_impl->applyColors();
    return static_cast<int>(curves.size()) - 1;
}

int LinePlot::curveCount() const {
    return static_cast<int>(m_impl->curves.size());
}

void LinePlot::append(int curve, std::span<const QPointF> points) {
    if (points.empty()) return;
    const bool sticking = !m_impl->autoX && isFollowing();
    const double before = m_impl->dataX().upper;
    m_impl->curves[static_cast<std::size_t>(curve)]->data.append(points);
    m_impl->moveAlong(sticking, before);
}

std::size_t LinePlot::pointCount(int curve) const {
    return m_impl->curves[static_cast<std::size_t>(curve)]->data.size();
}

void LinePlot::addMarker(const PlotMarker& marker) {
    m_impl->markers->add(marker);
    m_impl->markDirty();
}

std::size_t LinePlot::markerCount() const {
    return m_impl->markers->markers().size();
}

QStringList LinePlot::markerTextsNear(double x) const {
    const QCPAxis* axis = m_impl->plot->xAxis;
    const double pixel = axis->coordToPixel(x);
    QStringList texts;
    for (const PlotMarker& marker : m_impl->markers->markers())
        if (std::abs(axis->coordToPixel(marker.x) - pixel) <= kNearPixels) texts.append(marker.text);
    return texts;
}

void LinePlot::clearCurves() {
    m_impl->markers->clear();
    m_impl->plot->clearPlottables(); // they refer to the curves
    m_impl->curves.clear();
    m_impl->extraX = {};
    m_impl->hovering = false;
    m_impl->cursor->setVisible(false);
    m_impl->updateLegend();
    resetView();
}

void LinePlot::includeX(double from, double to) {
    MinMax wider = m_impl->extraX;
    wider.include(from);
    wider.include(to);
    if (wider.minimum == m_impl->extraX.minimum && wider.maximum == m_impl->extraX.maximum) return;
    const bool sticking = !m_impl->autoX && isFollowing();
    const double before = m_impl->dataX().upper;
    m_impl->extraX = wider;
    m_impl->moveAlong(sticking, before);
}

void LinePlot::setLogarithmic(bool on) {
    QCPAxis* axis = m_impl->plot->yAxis;
    if (isLogarithmic() == on) return;
    axis->setScaleType(on ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis->setTicker(on ? m_impl->logTicker : m_impl->linearTicker);
    m_impl->autoY = true;
    m_impl->logButton->setChecked(on);
    m_impl->markDirty();
    Q_EMIT viewChanged();
}

bool LinePlot::isLogarithmic() const {
    return m_impl->plot->yAxis->scaleType() == QCPAxis::stLogarithmic;
}

void LinePlot::resetView() {
    m_impl->autoX = true;
    m_impl->autoY = true;
    m_impl->markDirty();
    Q_EMIT viewChanged();
}

bool LinePlot::isFollowing() const {
    if (m_impl->autoX || m_impl->empty()) return true;
    return m_impl->plot->xAxis->range().upper >= m_impl->dataX().upper;
}

std::pair<double, double> LinePlot::xRange() const {
    return {m_impl->plot->xAxis->range().lower, m_impl->plot->xAxis->range().upper};
}

std::pair<double, double> LinePlot::yRange() const {
    return {m_impl->plot->yAxis->range().lower, m_impl->plot->yAxis->range().upper};
}

void LinePlot::setXRange(double from, double to) {
    m_impl->autoX = false;
    m_impl->plot->xAxis->setRange(from, to);
    m_impl->markDirty();
    Q_EMIT viewChanged();
}

void LinePlot::redraw() {
    m_impl->redraw();
}

int LinePlot::drawCount() const {
    return m_impl->draws;
}

void LinePlot::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_impl->dirty) m_impl->redraw(); // before the first frame: nothing blinks
}

void LinePlot::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void LinePlot::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

void LinePlot::paintEvent(QPaintEvent* event) {
    QWidget::paintEvent(event);
    if (!hasFocus()) return;
    QPainter painter(this);
    painter.setPen(colorsFor(this).accent);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void LinePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) m_impl->applyColors();
}

void LinePlot::keyPressEvent(QKeyEvent* event) {
    const double centre = m_impl->plot->xAxis->range().center();
    switch (event->key()) {
    case Qt::Key_Left:
        return m_impl->pan(-0.1);
    case Qt::Key_Right:
        return m_impl->pan(0.1);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return m_impl->zoom(kZoomStep, centre, false);
    case Qt::Key_Minus:
        return m_impl->zoom(1 / kZoomStep, centre, false);
    case Qt::Key_Home:
    case Qt::Key_0:
        return resetView();
    case Qt::Key_L:
        return setLogarithmic(!isLogarithmic());
    default:
        QWidget::keyPressEvent(event);
    }
}

bool LinePlot::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseMove:
        return m_impl->mouse(static_cast<QMouseEvent*>(event));
    case QEvent::MouseButtonDblClick:
        resetView();
        return true;
    case QEvent::Wheel:
        m_impl->wheel(static_cast<QWheelEvent*>(event));
        return true;
    case QEvent::Leave:
        m_impl->leave();
        return false;
    case QEvent::Resize:
        if (m_impl->dirty) m_impl->markDirty();
        // QCustomPlot replots at each resize, and QPainter complains where there is no pixel.
        return static_cast<QResizeEvent*>(event)->size().isEmpty();
    default:
        return QWidget::eventFilter(watched, event);
    }
}

} // namespace fathom::widgets
