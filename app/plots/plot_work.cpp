// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/plot_work.h"

#include <algorithm>

namespace fathom::app {

namespace {

constexpr std::size_t kCoarseStretches = 2'000; // about a plot's width in pixels
constexpr std::int64_t kLongSeries = 50'000;    // shorter ones are read at once
constexpr int kRestShare = 10;                  // a live curve may take a tenth of the time

std::size_t pointsOf(std::span<const Attempt> attempts) {
    std::size_t points = 0;
    for (const Attempt& attempt : attempts)
        if (attempt.series != nullptr) points += attempt.series->size();
    return points;
}

CurveContentPtr contentOf(XAxis axis, const widgets::Smoothing& smoothing,
                          std::span<const Attempt> attempts) {
    auto content = std::make_shared<CurveContent>();
    CurvePoints points = curveOf(axis, attempts);
    if (smoothing.method != widgets::SmoothingMethod::None)
        content->smoothed = widgets::smooth(points.y, smoothing);
    content->x = std::make_shared<const std::vector<double>>(std::move(points.x));
    content->y = std::move(points.y);
    if (!points.voidX.empty()) {
        content->voidX = std::make_shared<const std::vector<double>>(std::move(points.voidX));
        content->voidY = std::move(points.voidY);
    }
    return content;
}

} // namespace

PlotWork::PlotWork(quint64 plot, PlotQueryPtr query)
    : m_plot(plot),
      m_query(std::move(query)),
      m_curves(m_query->curves.size()),
      m_groupDue(m_query->groups.size(), true),
      m_marksDue(m_query->marks),
      m_news(std::make_shared<PlotNews>()) {}

void PlotWork::wake(const CurveStore& store) {
    for (std::size_t i = 0; i < m_curves.size(); ++i)
        if (store.mayHaveGrown(m_query->curves[i])) m_curves[i].due = true;
    m_marksDue = m_query->marks;
}

bool PlotWork::glance(CurveStore& store, Clock::time_point now) {
    const auto found = std::find_if(m_curves.begin(), m_curves.end(),
                                    [](const Curve& curve) { return curve.state == State::Untouched; });
    if (found == m_curves.end()) return false;
    const auto index = static_cast<std::size_t>(found - m_curves.begin());
    const std::vector<Attempt> coarse =
        store.coarse(*m_query, m_query->curves[index], kCoarseStretches, kLongSeries);
    if (coarse.empty()) {
        deliver(store, index, now);
    } else {
        found->state = State::Coarse;
        // Smoothing needs all points.
        send(index, {.curve = index, .coarse = true, .content = contentOf(m_query->axis, {}, coarse)});
    }
    return true;
}

/// True when only what is new had to be looked at.
bool PlotWork::deliverNew(std::size_t index, std::span<const Attempt> attempts, std::size_t points) {
    Curve& curve = m_curves[index];
    const bool placedAlone =
        m_query->axis == XAxis::Step || m_query->axis == XAxis::Wall || m_query->axis == XAxis::Relative;
    if (!curve.isPlain || !placedAlone || attempts.size() != 1 || curve.points == 0 ||
        !m_query->groups.empty())
        return false;
    if (m_query->smoothing.method != widgets::SmoothingMethod::None) return false;
    const SeriesColumns& series = *attempts.front().series;
    SeriesColumns tail;
    for (std::size_t i = curve.points; i < points; ++i) {
        if (series.steps[i] < series.steps[i - 1]) return false; // it began again
        tail.append(series.steps[i], series.walls[i], series.values[i]);
    }
    Attempt attempt = attempts.front();
    attempt.series = &tail;
    const CurveContentPtr content = contentOf(m_query->axis, {}, {&attempt, 1});
    if (content->x->empty() || content->x->front() < curve.lastX) return false;
    curve.lastX = content->x->back();
    curve.points = points;
    send(index, {.curve = index, .append = true, .content = content});
    return true;
}

void PlotWork::deliver(CurveStore& store, std::size_t index, Clock::time_point now) {
    Curve& curve = m_curves[index];
    const bool first = curve.state != State::Whole;
    curve.state = State::Whole;
    curve.due = false;
    const std::vector<Attempt> attempts = store.attempts(*m_query, m_query->curves[index]);
    const std::size_t points = pointsOf(attempts);
    if (points == curve.points && !first) return;
    if (!first && deliverNew(index, attempts, points)) return;
    const CurveContentPtr content = contentOf(m_query->axis, m_query->smoothing, attempts);
    curve.points = points;
    curve.isPlain = content->voidY.empty() && content->y.size() == points;
    curve.lastX = content->x->empty() ? 0 : content->x->back();
    curve.notBefore = now + kRestShare * (Clock::now() - now);
    send(index, {.curve = index, .content = content});
}

/// Averaged curves are not sent, only what comes of them.
void PlotWork::send(std::size_t index, CurveNews news) {
    if (m_query->groups.empty()) return m_news->curves.push_back(std::move(news));
    for (std::size_t group = 0; group < m_query->groups.size(); ++group) {
        const auto& members = m_query->groups[group];
        if (std::find(members.begin(), members.end(), index) == members.end()) continue;
        m_curves[index].content = news.content;
        m_groupDue[group] = true;
    }
}

bool PlotWork::averageOne() {
    const auto due = std::find(m_groupDue.begin(), m_groupDue.end(), true);
    if (due == m_groupDue.end()) return false;
    *due = false;
    const auto group = static_cast<std::size_t>(due - m_groupDue.begin());
    std::vector<widgets::CurveView> views;
    for (const std::size_t member : m_query->groups[group]) {
        const CurveContentPtr& content = m_curves[member].content;
        if (content)
            views.push_back({*content->x, content->smoothed.empty() ? content->y : content->smoothed});
    }
    m_news->groups.push_back(
        {.group = group,
         .curve = std::make_shared<const widgets::CurveGroup>(widgets::groupCurves(views, m_query->spread))});
    return true;
}

bool PlotWork::advance(CurveStore& store, Clock::time_point now) {
    const auto found = std::find_if(m_curves.begin(), m_curves.end(), [now](const Curve& curve) {
        return curve.state == State::Coarse || (curve.due && curve.notBefore <= now);
    });
    if (found != m_curves.end()) {
        deliver(store, static_cast<std::size_t>(found - m_curves.begin()), now);
        return true;
    }
    if (averageOne()) return true;
    if (m_marksDue && !m_query->curves.empty()) {
        m_marksDue = false;
        std::vector<MarkNews> marks = store.marks(*m_query, m_query->curves.front().run);
        if (marks.size() != m_marks.size()) m_news->marks = marks;
        m_marks = std::move(marks);
        return true;
    }
    if (m_told) return false;
    m_told = true;
    m_news->complete = true;
    return true;
}

std::optional<PlotWork::Clock::time_point> PlotWork::nextDue() const {
    std::optional<Clock::time_point> next;
    for (const Curve& curve : m_curves)
        if (curve.due) next = next ? std::min(*next, curve.notBefore) : curve.notBefore;
    return next;
}

PlotNewsPtr PlotWork::takeNews() {
    if (m_news->curves.empty() && m_news->groups.empty() && !m_news->marks && !m_news->complete)
        return nullptr;
    m_news->plot = m_plot;
    m_news->query = m_query;
    auto next = std::make_shared<PlotNews>();
    m_news.swap(next);
    return next;
}

} // namespace fathom::app
