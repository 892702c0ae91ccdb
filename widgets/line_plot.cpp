// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/line_plot.h"

#include "widgets/icon.h"
#include "widgets/line_plot_impl.h"
#include "widgets/passing_menu.h"

#include <QHBoxLayout>
#include <QResizeEvent>
#include <QVBoxLayout>

#include <cmath>

namespace fathom::widgets {

namespace {
constexpr int kFrameMs = 33; // at most 30 a second
constexpr double kNearPixels = 5;
constexpr int kHoverMs = 80;   // on a curve, before it stands out: nothing blinks where the mouse passes
constexpr int kTickWidth = 90; // pixels of the plot for each label, at least
constexpr int kTickHeight = 36;
} // namespace

Qt::PenStyle penStyle(CurveDash dash, std::size_t round) {
    static constexpr std::array kStyles{Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    if (dash == CurveDash::Cycle) return kStyles[round % kStyles.size()];
    return kStyles[static_cast<std::size_t>(dash) - 1];
}

void LinePlot::Impl::build() {
    auto* layout = new QVBoxLayout(self);
    layout->setContentsMargins(12, kGrid, kGrid, kGrid);
    layout->setSpacing(0);
    plot = new QCustomPlot(self);
    buildHeader(layout);
    buildAxes();
    emptyItem = new QCPItemText(plot);
    emptyItem->position->setType(QCPItemPosition::ptAxisRectRatio);
    emptyItem->position->setCoords(0.5, 0.5);
    drawn = new CurvesPlottable(plot->xAxis, plot->yAxis, curves, scales); // owned by the plot
    markers = new MarkersItem(plot, scales);
    markers->setLayer(QStringLiteral("grid")); // behind the curves
    edgeMarks = new EdgeMarksItem(plot, curves, scales);
    notes = new AnnotationsItem(plot, scales);
    plot->addLayer(QStringLiteral("cursor"), plot->layer(QStringLiteral("overlay")));
    plot->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
    cursor = new CursorItem(plot);
    panel = new PanelItem(plot);
    for (QCPAbstractItem* item : std::initializer_list<QCPAbstractItem*>{cursor, panel})
        item->setLayer(QStringLiteral("cursor"));
    layout->addWidget(plot, 1);

    timer.setSingleShot(true);
    timer.setInterval(kFrameMs);
    connect(&timer, &QTimer::timeout, self, [this] {
        if (dirty && self->isVisible()) redraw();
    });
    countTimer.setSingleShot(true);
    connect(&countTimer, &QTimer::timeout, self, [this] { countOutside(); });
    hoverTimer.setSingleShot(true);
    hoverTimer.setInterval(kHoverMs);
    connect(&hoverTimer, &QTimer::timeout, self, [this] { highlightHovered(); });
    applyColors();
}

void LinePlot::Impl::buildHeader(QLayout* layout) {
    auto* top = new QHBoxLayout;
    header = new PlotHeader(self);
    scaleButton = new QToolButton(self);
    scaleButton->setIcon(icon(QStringLiteral("log-scale")));
    scaleButton->setCheckable(true);
    scaleButton->setAutoRaise(true);
    scaleButton->setFocusPolicy(Qt::TabFocus);
    scaleButton->setToolTip(LinePlot::tr("Scale of the values: linear, log, symlog (L)"));
    scaleButton->setAccessibleName(LinePlot::tr("Scale of the values"));
    connect(scaleButton, &QToolButton::clicked, self, [this] { // without an own menu, whose arrow has no room
        QMenu* const menu = passingMenu(scaleButton);
        scaleMenu(menu, PlotAxis::Y);
        scaleMenu(menu, PlotAxis::X);
        menu->popup(scaleButton->mapToGlobal(QPoint(0, scaleButton->height())));
        labelAxes(); // the click toggled it
    });
    top->addWidget(header, 1);
    top->addSpacing(kGrid);
    top->addWidget(scaleButton);
    static_cast<QVBoxLayout*>(layout)->addLayout(top);
}

void LinePlot::Impl::buildAxes() {
    plot->setFocusPolicy(Qt::NoFocus);
    plot->setMouseTracking(true);
    plot->installEventFilter(self);
    plot->setAutoAddPlottableToLegend(false);
    plot->setSelectionTolerance(0);
    plot->axisRect()->setMinimumMargins(QMargins(56, 6, 12, 24));
    plot->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new ScaleTicker(scales.x, &scales.kind)));
    plot->yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new ScaleTicker(scales.y, nullptr)));
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
        axis->setTickPen(Qt::NoPen);
        axis->setTickLength(0, 0);
        axis->setVisible(false);
        axis->setSubTicks(false);
        axis->setTickLabelPadding(6);
        axis->grid()->setZeroLinePen(Qt::NoPen);
        axis->ticker()->setTickCount(5);
    }
    plot->yAxis->setBasePen(Qt::NoPen);
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
    notes->setColors(blend(c.surface, c.text, 0.5), c.text, c.raised, small);
    edgeMarks->setInk(c.text);
    panel->setColors(c, small);
    drawn->setSurface(c.surface);
    emptyItem->setColor(c.muted);
    emptyItem->setFont(self->font());
    colorCurves();
    updateLegend();
    markDirty();
}

void LinePlot::Impl::colorCurves() {
    const Colors& c = colorsFor(self);
    std::size_t place = 0; // raw curves take the colour of their smoothed one, and none of the cycle
    for (const auto& curve : curves) {
        if (curve->rawOfAnother) continue;
        curve->color = curve->spec.color.isValid() ? curve->spec.color : c.curves[place % c.curves.size()];
        curve->dash = penStyle(curve->spec.dash, place / c.curves.size());
        ++place;
        if (curve->spec.raw < 0) continue;
        PlotCurve& raw = at(curve->spec.raw);
        raw.color = raw.spec.color.isValid() ? raw.spec.color : curve->color;
        raw.dash = Qt::SolidLine;
    }
}

void LinePlot::Impl::noteRaw() {
    for (const auto& curve : curves)
        curve->rawOfAnother = false;
    for (const auto& curve : curves)
        if (curve->spec.raw >= 0) at(curve->spec.raw).rawOfAnother = true;
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
    const QRect area = plot->axisRect()->rect();
    plot->xAxis->ticker()->setTickCount(std::clamp(area.width() / kTickWidth, 2, 14));
    plot->yAxis->ticker()->setTickCount(std::clamp(area.height() / kTickHeight, 2, 12));
    edgeMarks->setClipped(clipOutliers && autoY);
    startCounting();
    updateLegend();
    plot->replot(QCustomPlot::rpImmediateRefresh);
}

bool LinePlot::Impl::empty() const {
    return std::all_of(curves.begin(), curves.end(), [](const auto& curve) { return curve->data.empty(); });
}

LinePlot::LinePlot(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>()) {
    m_impl->self = this;
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_impl->build();
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base); // sends a PaletteChange, which needs the plot
}

LinePlot::~LinePlot() {
    setLink(nullptr);
}

void LinePlot::setTitle(const QString& title) {
    m_impl->header->setTitle(title);
    setAccessibleName(tr("Plot: %1").arg(title));
}

QString LinePlot::title() const {
    return m_impl->header->title();
}

void LinePlot::setUnit(const QString& unit) {
    m_impl->unit = unit;
    m_impl->labelAxes();
}

void LinePlot::setXLabel(const QString& label) {
    m_impl->xLabel = label;
    m_impl->labelAxes();
}

void LinePlot::setEmptyText(const QString& text) {
    m_impl->emptyItem->setText(text);
    m_impl->markDirty();
}

void LinePlot::setXKind(AxisKind kind) {
    m_impl->scales.kind = kind;
    m_impl->markDirty();
}

AxisKind LinePlot::xKind() const {
    return m_impl->scales.kind;
}

int LinePlot::addCurve(const CurveSpec& spec) {
    m_impl->curves.push_back(std::make_unique<PlotCurve>());
    const int curve = curveCount() - 1;
    setCurve(curve, spec);
    return curve;
}

void LinePlot::setCurve(int curve, const CurveSpec& spec) {
    m_impl->at(curve).spec = spec;
    m_impl->noteRaw();
    m_impl->colorCurves();
    m_impl->markDirty();
}

const CurveSpec& LinePlot::curve(int curve) const {
    return m_impl->at(curve).spec;
}

QColor LinePlot::curveColor(int curve) const {
    return m_impl->at(curve).color;
}

int LinePlot::curveCount() const {
    return static_cast<int>(m_impl->curves.size());
}

void LinePlot::setCurveVisible(int curve, bool visible) {
    if (m_impl->at(curve).visible == visible) return;
    m_impl->at(curve).visible = visible;
    m_impl->pointsChanged(false, 0);
}

bool LinePlot::isCurveVisible(int curve) const {
    return m_impl->at(curve).visible;
}

void LinePlot::append(int curve, std::span<const QPointF> points) {
    if (points.empty()) return;
    const bool sticking = !m_impl->autoX && isFollowing();
    const double before = m_impl->drawnEnd();
    m_impl->at(curve).data.append(points);
    m_impl->pointsChanged(sticking, before);
}

void LinePlot::setPoints(int curve, SharedX x, std::span<const double> y) {
    const bool sticking = !m_impl->autoX && isFollowing();
    const double before = m_impl->drawnEnd();
    m_impl->at(curve).data.assign(std::move(x), y);
    m_impl->pointsChanged(sticking, before);
}

std::size_t LinePlot::pointCount(int curve) const {
    return m_impl->at(curve).data.size();
}

const CurveData& LinePlot::points(int curve) const {
    return m_impl->at(curve).data;
}

void LinePlot::setBand(int curve, SharedX x, std::span<const double> lower, std::span<const double> upper) {
    PlotCurve& target = m_impl->at(curve);
    target.lower.clear();
    target.upper.clear();
    if (x && !lower.empty()) {
        target.lower.assign(x, lower);
        target.upper.assign(x, upper);
    }
    m_impl->markDirty();
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
    const ScaleTransform& scale = m_impl->scales.x;
    const double pixel = axis->coordToPixel(scale.to(x));
    QStringList texts;
    for (const PlotMarker& marker : m_impl->markers->markers())
        if (std::abs(axis->coordToPixel(scale.to(marker.x)) - pixel) <= kNearPixels)
            texts.append(marker.text);
    return texts;
}

void LinePlot::setAnnotations(const std::vector<PlotAnnotation>& annotations) {
    m_impl->notes->set(annotations);
    m_impl->markDirty();
}

const std::vector<PlotAnnotation>& LinePlot::annotations() const {
    return m_impl->notes->annotations();
}

void LinePlot::clearMarkers() {
    m_impl->markers->clear();
    m_impl->markDirty();
}

void LinePlot::addHeaderWidget(QWidget* widget) {
    layout()->itemAt(0)->layout()->addWidget(widget);
}

void LinePlot::clearCurves() {
    m_impl->markers->clear();
    m_impl->notes->set({});
    m_impl->edgeMarks->forget(); // they refer to the curves
    m_impl->curves.clear();
    m_impl->extraX = {};
    m_impl->undo.clear();
    m_impl->leave();
    m_impl->group = m_impl->single = -1;
    m_impl->applyHighlight();
    m_impl->pointsChanged(false, 0);
    resetView();
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

} // namespace fathom::widgets
