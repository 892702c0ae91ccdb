// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/plot_tile.h"

#include "widgets/line_plot.h"
#include "widgets/plot_link.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QVBoxLayout>

#include <algorithm>

namespace fathom::app {

namespace {

widgets::AxisKind kindOf(XAxis axis) {
    switch (axis) {
    case XAxis::Step:
        return widgets::AxisKind::Step;
    case XAxis::Epoch:
        return widgets::AxisKind::Epoch;
    case XAxis::Wall:
        return widgets::AxisKind::WallTime;
    case XAxis::Relative:
    case XAxis::Process:
        return widgets::AxisKind::Duration;
    case XAxis::Metric:
        break;
    }
    return widgets::AxisKind::Value;
}

QString labelOf(const BoardView& view) {
    switch (view.axis) {
    case XAxis::Epoch:
        return PlotTile::tr("Epoch");
    case XAxis::Relative:
        return PlotTile::tr("Time since the run began");
    case XAxis::Process:
        return PlotTile::tr("Time without pauses");
    case XAxis::Metric:
        return view.xMetric;
    case XAxis::Step:
    case XAxis::Wall:
        break;
    }
    return {}; // the numbers say it
}

widgets::CurveSpec specOf(const CurveLook& look, const QColor& color) {
    return {
        .name = look.name, .markers = look.markers, .color = color, .dash = look.dash, .group = look.group};
}

/// "0.01 (n = 5)", "(n = 3–5)" where not all runs go as far.
QString withCount(const QString& name, const widgets::CurveGroup& group) {
    int least = std::numeric_limits<int>::max();
    int most = 0;
    for (const int count : group.count) {
        if (count == 0) continue;
        least = std::min(least, count);
        most = std::max(most, count);
    }
    if (most == 0) return name;
    const QString count =
        least == most ? QString::number(most) : QStringLiteral("%1–%2").arg(least).arg(most);
    return PlotTile::tr("%1 (n = %2)").arg(name, count);
}

} // namespace

PlotTile::PlotTile(quint64 id, QWidget* parent) : QWidget(parent), m_id(id) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    m_plot = new widgets::LinePlot(this);
    layout->addWidget(m_plot);
    setFocusProxy(m_plot);
    const QList<QWidget*> parts = m_plot->findChildren<QWidget*>();
    for (QWidget* part : parts)
        part->installEventFilter(this);
    connect(m_plot, &widgets::LinePlot::viewChanged, this, &PlotTile::noticeView);
    connect(m_plot, &widgets::LinePlot::annotationRequested, this, &PlotTile::noteRequested);
    connect(m_plot, &widgets::LinePlot::annotationActivated, this,
            [this](qint64 note) { Q_EMIT noteActivated(static_cast<int>(note)); });
    connect(m_plot, &widgets::LinePlot::contextMenuOpened, this, &PlotTile::menuOpened);
    connect(m_plot, &widgets::LinePlot::curveHovered, this,
            [this](int curve) { Q_EMIT runHovered(runOf(curve)); });
    connect(m_plot, &widgets::LinePlot::curveClicked, this, [this](int curve) {
        if (const qint64 run = runOf(curve); run >= 0) Q_EMIT runClicked(run);
    });
}

PlotTile::~PlotTile() = default;

void PlotTile::setPlan(const PlotPanel& panel, PlotPlan plan, const std::vector<PlotNote>& notes,
                       widgets::PlotLink* link) {
    const bool sameQuery = m_query && *m_query == plan.query;
    const bool sameLooks = plan.curves == m_plan.curves && plan.groups == m_plan.groups;
    m_panel = panel;
    m_plan = std::move(plan);
    if (!sameQuery) {
        m_query = std::make_shared<const PlotQuery>(m_plan.query);
        m_complete = m_query->curves.empty();
        if (m_query->curves.empty()) begin(*m_query);
    } else if (!sameLooks) {
        restyle();
    }
    m_settingView = true;
    m_plot->setTitle(panel.facet ? panel.title + QStringLiteral(" · ") + panel.facetName : panel.title);
    m_plot->setLink(link);
    m_plot->setXKind(kindOf(m_plan.view.axis));
    m_plot->setXLabel(labelOf(m_plan.view));
    m_plot->setScale(widgets::PlotAxis::X, m_plan.view.xScale);
    m_plot->setScale(widgets::PlotAxis::Y, m_plan.view.yScale);
    m_plot->setClipOutliers(m_plan.view.clipOutliers);
    m_settingView = false;
    std::vector<widgets::PlotAnnotation> annotations;
    for (std::size_t i = 0; i < notes.size(); ++i) {
        const PlotNote& note = notes[i];
        const BoardView& view = m_plan.view;
        if (note.axis != view.axis || (note.axis == XAxis::Metric && note.xMetric != view.xMetric)) continue;
        annotations.push_back({.id = static_cast<qint64>(i), .x = note.x, .y = note.y, .text = note.text});
    }
    m_plot->setAnnotations(annotations);
}

/// Makes the plot ready for the answer to another query; curves that go on keep their place and the view.
void PlotTile::begin(const PlotQuery& query) {
    const bool regrouped = m_drawn && (m_drawn->groups != query.groups || m_drawn->axis != query.axis);
    const bool goesOn = std::any_of(query.curves.begin(), query.curves.end(),
                                    [this](const CurveId& curve) { return m_slots.contains(curve); });
    m_drawn = m_query;
    if (regrouped || (!goesOn && m_groups.empty())) {
        const std::vector<widgets::PlotAnnotation> notes = m_plot->annotations();
        m_plot->clearCurves();
        m_plot->setAnnotations(notes); // they belong to the plan, not to the curves
        m_slots.clear();
        m_groups.clear();
        return;
    }
    for (auto& [curve, slot] : m_slots)
        if (std::find(query.curves.begin(), query.curves.end(), curve) == query.curves.end())
            hideCurves(slot);
    restyle();
}

void PlotTile::hideCurves(const Slot& slot) {
    for (const int curve : {slot.smoothed, slot.raw, slot.superseded})
        if (curve >= 0) m_plot->setCurveVisible(curve, false);
}

void PlotTile::apply(const PlotNews& news) {
    if (news.query != m_query) return; // an answer to what nobody asks any more
    if (m_drawn != m_query) begin(*m_query);
    for (const CurveNews& curve : news.curves)
        applyCurve(curve);
    for (const GroupNews& group : news.groups)
        applyGroup(group);
    if (news.marks) {
        m_plot->clearMarkers();
        for (const MarkNews& mark : *news.marks) {
            m_plot->addMarker({.x = mark.x,
                               .label = mark.minor ? QString() : markLabel(mark.text),
                               .text = mark.text,
                               .minor = mark.minor});
            m_plot->includeX(mark.x, mark.x); // it may lie behind the last logged point
        }
    }
    m_complete = m_complete || news.complete;
}

void PlotTile::applyCurve(const CurveNews& news) {
    const CurveContent& content = *news.content;
    Slot& slot = m_slots[m_query->curves[news.curve]];
    const CurveLook& look = m_plan.curves[news.curve];
    if (slot.raw < 0 && content.y.empty()) return; // the run has no such series, yet
    if (slot.raw < 0) slot.raw = m_plot->addCurve(specOf(look, color(look)));
    m_plot->setCurveVisible(slot.raw, true);
    if (news.append) {
        std::vector<QPointF> points;
        points.reserve(content.y.size());
        for (std::size_t i = 0; i < content.y.size(); ++i)
            points.emplace_back((*content.x)[i], content.y[i]);
        m_plot->append(slot.raw, points);
        return;
    }
    m_plot->setPoints(slot.raw, content.x, content.y);
    applySmoothed(slot, look, content);
    applySuperseded(slot, look, content);
}

void PlotTile::applySmoothed(Slot& slot, const CurveLook& look, const CurveContent& content) {
    if (content.smoothed.empty()) {
        if (slot.smoothed < 0) return;
        m_plot->setCurve(slot.smoothed, specOf(look, color(look))); // no longer one of the raw curve
        m_plot->setCurveVisible(slot.smoothed, false);
        return;
    }
    widgets::CurveSpec spec = specOf(look, color(look));
    spec.raw = slot.raw;
    if (slot.smoothed < 0)
        slot.smoothed = m_plot->addCurve(spec);
    else
        m_plot->setCurve(slot.smoothed, spec);
    m_plot->setCurveVisible(slot.smoothed, true);
    m_plot->setPoints(slot.smoothed, content.x, content.smoothed);
}

void PlotTile::applySuperseded(Slot& slot, const CurveLook& look, const CurveContent& content) {
    if (slot.superseded < 0 && content.voidY.empty()) return;
    if (slot.superseded < 0) {
        widgets::CurveSpec spec = specOf(look, color(look));
        spec.dimmed = true;
        slot.superseded = m_plot->addCurve(spec);
    }
    m_plot->setCurveVisible(slot.superseded, !content.voidY.empty());
    if (content.voidX) m_plot->setPoints(slot.superseded, content.voidX, content.voidY);
}

void PlotTile::applyGroup(const GroupNews& news) {
    const widgets::CurveGroup& group = *news.curve;
    const CurveLook& look = m_plan.groups[news.group];
    widgets::CurveSpec spec = specOf(look, color(look));
    spec.name = withCount(look.name, group);
    const auto [found, isNew] = m_groups.try_emplace(news.group, -1);
    if (isNew)
        found->second = m_plot->addCurve(spec);
    else
        m_plot->setCurve(found->second, spec);
    const auto x = std::make_shared<const std::vector<double>>(group.x);
    m_plot->setPoints(found->second, x, group.mean);
    m_plot->setBand(found->second, x, group.low, group.high);
}

/// Names, colours and dashes of the plan, for the curves that are there.
void PlotTile::restyle() {
    for (std::size_t i = 0; i < m_plan.query.curves.size(); ++i) {
        const auto found = m_slots.find(m_plan.query.curves[i]);
        if (found == m_slots.end()) continue;
        widgets::CurveSpec spec = specOf(m_plan.curves[i], color(m_plan.curves[i]));
        const Slot& slot = found->second;
        if (slot.raw >= 0) m_plot->setCurve(slot.raw, spec);
        if (slot.smoothed >= 0 && m_plot->isCurveVisible(slot.smoothed)) {
            spec.raw = slot.raw;
            m_plot->setCurve(slot.smoothed, spec);
        }
        spec.raw = -1;
        spec.dimmed = true;
        if (slot.superseded >= 0) m_plot->setCurve(slot.superseded, spec);
    }
    for (const auto& [group, curve] : m_groups) {
        if (group >= m_plan.groups.size()) continue;
        widgets::CurveSpec spec = m_plot->curve(curve); // its name has the count
        spec.color = color(m_plan.groups[group]);
        spec.dash = m_plan.groups[group].dash;
        m_plot->setCurve(curve, spec);
    }
}

QColor PlotTile::color(const CurveLook& look) const {
    if (look.color < 0) return widgets::colorsFor(this).text;
    const auto& cycle = widgets::colorsFor(this).curves;
    return cycle[static_cast<std::size_t>(look.color) % cycle.size()];
}

qint64 PlotTile::runOf(int curve) const {
    if (curve < 0) return -1;
    for (const auto& [id, slot] : m_slots)
        if (slot.raw == curve || slot.smoothed == curve || slot.superseded == curve)
            return static_cast<qint64>(id.run);
    return -1;
}

void PlotTile::noticeView() {
    if (m_settingView) return;
    PlotOverrides own;
    if (m_plot->scale(widgets::PlotAxis::X) != m_plan.view.xScale)
        own.xScale = m_plan.view.xScale = m_plot->scale(widgets::PlotAxis::X);
    if (m_plot->scale(widgets::PlotAxis::Y) != m_plan.view.yScale)
        own.yScale = m_plan.view.yScale = m_plot->scale(widgets::PlotAxis::Y);
    if (m_plot->clipsOutliers() != m_plan.view.clipOutliers)
        own.clipOutliers = m_plan.view.clipOutliers = m_plot->clipsOutliers();
    if (!(own == PlotOverrides{})) Q_EMIT viewEdited(own);
}

bool PlotTile::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Wheel && m_wheelScrolls && !m_plot->hasFocus()) {
        event->ignore(); // goes to the scroll area
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void PlotTile::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) restyle(); // colours of the other theme
}

} // namespace fathom::app
