// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/plots/plot_plan.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>
#include <set>

namespace fathom::app {

namespace {

using widgets::CurveDash;

constexpr qint64 kGroupBase = qint64{1} << 48;  // above the ids of runs
constexpr qint64 kMostDashes = qint64{1} << 20; // values of a key
constexpr CurveDash kDashes[] = {CurveDash::Solid, CurveDash::Dash, CurveDash::Dot, CurveDash::DashDot};

QString tr(const char* text) {
    return QCoreApplication::translate("PlotBoard", text);
}

/// Where a value stands among those of its key.
class Values {
public:
    Values(const BoardFacts& facts, const QString& key) : m_key(key) {
        if (!key.isEmpty()) m_values = valuesOf(facts, key);
    }
    [[nodiscard]] bool used() const { return !m_key.isEmpty(); }
    [[nodiscard]] qsizetype of(const RunFacts& run) const { return m_values.indexOf(valueOf(run, m_key)); }
    /// "lr 0.01"
    [[nodiscard]] QString text(const RunFacts& run) const { return namedValue(m_key, valueOf(run, m_key)); }

private:
    QString m_key;
    QStringList m_values;
};

/// Validation comes rarely.
bool isRare(const QString& metric) {
    return metric.startsWith(QLatin1String("val")) || metric.startsWith(QLatin1String("test"));
}

/// Losses first, then what validations bring, then the rest; each by name.
int rankOf(const QString& metric) {
    if (metric.contains(QLatin1String("loss"))) return 0;
    return isRare(metric) ? 1 : 2;
}

bool matches(const PlotPanel& panel, const QString& filter) {
    if (filter.isEmpty()) return true;
    const QStringList texts = QStringList(panel.title) + panel.metrics;
    if (filter.size() > 2 && filter.startsWith(QLatin1Char('/')) && filter.endsWith(QLatin1Char('/'))) {
        const QRegularExpression expression(filter.mid(1, filter.size() - 2),
                                            QRegularExpression::CaseInsensitiveOption);
        return !expression.isValid() || !texts.filter(expression).isEmpty();
    }
    return std::any_of(texts.begin(), texts.end(),
                       [&](const QString& text) { return text.contains(filter, Qt::CaseInsensitive); });
}

/// The plan of one plot as it is made: curve by curve, then the groups.
class Planner {
public:
    Planner(const PlotPanel& panel, const BoardSpec& board, const BoardFacts& facts, const RunColors& colors)
        : m_panel(panel),
          m_board(board),
          m_runColors(colors),
          m_colors(facts, board.grouping.colorKey),
          m_dashes(facts, board.grouping.dashKey) {
        for (const RunFacts& run : facts.runs)
            if (!panel.facet || valueOf(run, board.grouping.facetKey) == *panel.facet) m_runs.push_back(&run);
        m_severalRuns = facts.runs.size() > 1;
    }

    PlotPlan plan() {
        const PlotSpec* spec = specOf(m_board, m_panel);
        m_plan.view = spec != nullptr ? spec->own.over(m_board.view) : m_board.view;
        PlotQuery& query = m_plan.query;
        query.axis = m_plan.view.axis;
        if (query.axis == XAxis::Metric) query.xMetric = m_plan.view.xMetric.toStdString();
        query.smoothing = m_plan.view.smoothing;
        query.joinResumed = m_board.joinResumed;
        query.marks = m_runs.size() == 1 && query.axis != XAxis::Metric && !m_severalRuns;
        for (qsizetype metric = 0; metric < m_panel.metrics.size(); ++metric)
            for (const RunFacts* run : m_runs)
                addCurve(*run, metric);
        if (m_board.grouping.average && m_severalRuns) addGroups();
        return std::move(m_plan);
    }

private:
    void addCurve(const RunFacts& run, qsizetype metric) {
        const QString& name = m_panel.metrics[metric];
        m_plan.query.curves.push_back({run.id, name.toStdString()});
        CurveLook look{.markers = isRare(name)};
        const bool severalMetrics = m_panel.metrics.size() > 1;
        look.name = !m_severalRuns   ? name
                    : severalMetrics ? run.title + QStringLiteral(" · ") + name
                                     : run.title;
        if (m_severalRuns && m_colors.used()) look.name += QStringLiteral(" · ") + m_colors.text(run);
        if (m_severalRuns && m_dashes.used()) look.name += QStringLiteral(" · ") + m_dashes.text(run);
        const auto place = static_cast<int>(m_colors.used() ? m_colors.of(run)
                                            : m_severalRuns ? m_runColors.of(run.id)
                                                            : metric);
        look.color = place % kCurveColors;
        if (m_dashes.used())
            look.dash = curveDash(m_dashes.of(run));
        else if (m_severalRuns && severalMetrics)
            look.dash = curveDash(metric);
        else
            look.dash = curveDash(place / kCurveColors);
        if (m_severalRuns) look.group = static_cast<qint64>(run.id);
        m_plan.curves.push_back(std::move(look));
    }

    void addGroups() {
        m_plan.query.spread = m_board.grouping.spread;
        std::map<std::tuple<qsizetype, qsizetype, qsizetype>, std::size_t> places;
        std::size_t curve = 0;
        for (qsizetype metric = 0; metric < m_panel.metrics.size(); ++metric) {
            for (const RunFacts* run : m_runs) {
                const std::tuple key(metric, m_colors.used() ? m_colors.of(*run) : 0,
                                     m_dashes.used() ? m_dashes.of(*run) : 0);
                const auto [found, isNew] = places.try_emplace(key, m_plan.query.groups.size());
                if (isNew) {
                    m_plan.query.groups.emplace_back();
                    m_plan.groups.push_back(groupLook(*run, metric, m_plan.curves[curve]));
                    // The same in every plot, so that they are highlighted together.
                    m_plan.groups.back().group =
                        kGroupBase + std::get<1>(key) * kMostDashes + std::get<2>(key);
                }
                m_plan.query.groups[found->second].push_back(curve++);
            }
        }
    }

    [[nodiscard]] CurveLook groupLook(const RunFacts& run, qsizetype metric, const CurveLook& member) const {
        QStringList parts;
        if (m_colors.used()) parts.append(m_colors.text(run));
        if (m_dashes.used()) parts.append(m_dashes.text(run));
        if (parts.isEmpty()) parts.append(tr("mean"));
        if (m_panel.metrics.size() > 1) parts.append(m_panel.metrics[metric]);
        CurveLook look{
            .name = parts.join(QStringLiteral(" · ")), .dash = member.dash, .markers = member.markers};
        look.color = m_colors.used() ? member.color : static_cast<int>(metric) % kCurveColors;
        if (!m_dashes.used() && !m_colors.used() && m_panel.metrics.size() == 1) look.dash = CurveDash::Solid;
        return look;
    }

    const PlotPanel& m_panel;
    const BoardSpec& m_board;
    const RunColors& m_runColors;
    Values m_colors;
    Values m_dashes;
    std::vector<const RunFacts*> m_runs;
    bool m_severalRuns = false;
    PlotPlan m_plan;
};

} // namespace

void RunColors::setRuns(const std::vector<store::RunId>& runs) {
    const std::set<store::RunId> wanted(runs.begin(), runs.end());
    std::erase_if(m_places, [&](const auto& place) { return !wanted.contains(place.first); });
    std::set<int> taken;
    for (const auto& [run, place] : m_places)
        taken.insert(place);
    int next = 0;
    for (const store::RunId run : runs) {
        if (m_places.contains(run)) continue;
        while (taken.contains(next))
            ++next;
        m_places[run] = next++;
    }
}

int RunColors::of(store::RunId run) const {
    const auto found = m_places.find(run);
    return found == m_places.end() ? 0 : found->second;
}

void markBaseline(PlotPlan& plan, store::RunId baseline) {
    for (std::size_t i = 0; i < plan.curves.size(); ++i) {
        if (plan.query.curves[i].run != baseline) continue;
        plan.curves[i].name = tr("%1 (baseline)").arg(plan.curves[i].name);
        plan.curves[i].color = -1;
    }
}

const PlotSpec* specOf(const BoardSpec& board, const PlotPanel& panel) {
    if (panel.spec >= 0) return &board.plots[static_cast<std::size_t>(panel.spec)];
    const auto found = board.rest.find(panel.metrics.value(0));
    return found == board.rest.end() ? nullptr : &found->second;
}

CurveDash curveDash(qsizetype index) {
    return kDashes[static_cast<std::size_t>(index) % std::size(kDashes)];
}

QString namedValue(const QString& key, const QString& value) {
    return key.section(QLatin1Char('.'), -1) + QLatin1Char(' ') + value;
}

QString valueOf(const RunFacts& run, const QString& key) {
    const auto found = run.config.find(key);
    return found == run.config.end() ? tr("(missing)") : found->second;
}

QStringList valuesOf(const BoardFacts& facts, const QString& key) {
    QStringList values;
    for (const RunFacts& run : facts.runs)
        values.append(valueOf(run, key));
    values.sort();
    values.removeDuplicates();
    std::stable_sort(values.begin(), values.end(), [](const QString& a, const QString& b) {
        bool isNumberA = false;
        bool isNumberB = false;
        const double numberA = a.toDouble(&isNumberA);
        const double numberB = b.toDouble(&isNumberB);
        return isNumberA && isNumberB ? numberA < numberB : isNumberA && !isNumberB;
    });
    return values;
}

std::vector<PlotPanel> panelsOf(const BoardSpec& board, const BoardFacts& facts, const QString& filter) {
    std::vector<PlotPanel> plain;
    std::set<QString> shown{QStringLiteral("epoch"), QStringLiteral("global_step")}; // no curves of interest
    for (std::size_t i = 0; i < board.plots.size(); ++i) {
        const PlotSpec& plot = board.plots[i];
        PlotPanel panel{
            .spec = static_cast<int>(i), .title = plot.title, .metrics = plot.select(facts.metrics)};
        if (panel.title.isEmpty()) panel.title = panel.metrics.join(QStringLiteral(", "));
        shown.insert(panel.metrics.begin(), panel.metrics.end());
        plain.push_back(std::move(panel));
    }
    QStringList metrics = facts.metrics;
    std::stable_sort(metrics.begin(), metrics.end(),
                     [](const QString& a, const QString& b) { return rankOf(a) < rankOf(b); });
    if (board.showRest)
        for (const QString& metric : std::as_const(metrics)) {
            const auto own = board.rest.find(metric);
            if (shown.contains(metric) || (own != board.rest.end() && own->second.hidden)) continue;
            const bool titled = own != board.rest.end() && !own->second.title.isEmpty();
            plain.push_back({.title = titled ? own->second.title : metric, .metrics = {metric}});
        }
    std::erase_if(plain, [&](const PlotPanel& panel) { return !matches(panel, filter); });
    if (board.grouping.facetKey.isEmpty()) return plain;
    std::vector<PlotPanel> panels;
    const QStringList values = valuesOf(facts, board.grouping.facetKey);
    for (const PlotPanel& panel : plain)
        for (const QString& value : values) {
            panels.push_back(panel);
            panels.back().facet = value;
            panels.back().facetName = namedValue(board.grouping.facetKey, value);
        }
    return panels;
}

PlotPlan planOf(const PlotPanel& panel, const BoardSpec& board, const BoardFacts& facts,
                const RunColors& colors) {
    return Planner(panel, board, facts, colors).plan();
}

QString markLabel(const QString& event) {
    const QString text = event.section(QStringLiteral(": "), 1); // after "step 840: "
    const QString last = text.section(QLatin1Char(' '), -1);
    if (text.startsWith(QLatin1String("learning rate set"))) return tr("lr %1").arg(last);
    if (text.startsWith(QLatin1String("learning rate unchanged"))) return tr("lr unchanged");
    if (text.startsWith(QLatin1String("max_epochs"))) return tr("epochs %1").arg(last);
    if (text.startsWith(QLatin1String("not obeyed"))) return tr("not obeyed");
    return text.section(QLatin1Char(' '), 0, 0); // "paused", "checkpoint", "stop"
}

} // namespace fathom::app
