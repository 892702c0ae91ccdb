// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/sparklines.h"

#include "app/bridge/job_runner.h"
#include "engine/store/reader.h"

#include <QPainter>

#include <algorithm>

namespace fathom::app {

namespace {

constexpr std::size_t kBuckets = 48;        ///< of a curve, at least
constexpr std::size_t kMostWanted = 400;    ///< cells on a screen; what was scrolled past is not read
constexpr std::size_t kMostCurves = 20'000; ///< that are kept
constexpr std::size_t kAtOnce = 64;
constexpr int kDelayMs = 30;

std::vector<widgets::SparkPoint> pointsOf(const std::vector<store::Bucket>& buckets) {
    std::vector<widgets::SparkPoint> points;
    for (const store::Bucket& bucket : buckets) {
        if (bucket.minimum > bucket.maximum) continue; // nothing but NaN
        points.push_back({.x = static_cast<double>(bucket.lastStep),
                          .low = static_cast<float>(bucket.minimum),
                          .high = static_cast<float>(bucket.maximum)});
    }
    return points;
}

} // namespace

Sparklines::Sparklines(JobRunner& jobs, std::filesystem::path workspace, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_workspace(std::move(workspace)) {
    m_later.setSingleShot(true);
    m_later.setInterval(kDelayMs);
    connect(&m_later, &QTimer::timeout, this, &Sparklines::read);
}

Sparklines::~Sparklines() = default;

QPixmap Sparklines::pixmap(const SparkKey& key, const QSize& size, double ratio, const QColor& line,
                           const QColor& dot) {
    const auto found = m_curves.find(key);
    if (found == m_curves.end()) {
        want(key);
        return {};
    }
    Curve& curve = found->second;
    if (curve.isOld) want(key);
    if (curve.points.size() < 2) return {};
    const std::pair colors(line.rgba(), dot.rgba());
    if (curve.drawn.size() == size * ratio && curve.colors == colors) return curve.drawn;
    curve.drawn = QPixmap(size * ratio);
    curve.drawn.setDevicePixelRatio(ratio);
    curve.drawn.fill(Qt::transparent);
    curve.colors = colors;
    QPainter painter(&curve.drawn);
    widgets::drawSparkline(&painter, QRectF(QPointF(), size), curve.points, line, dot);
    return curve.drawn;
}

void Sparklines::want(const SparkKey& key) {
    const auto known = std::find(m_wanted.begin(), m_wanted.end(), key);
    if (known != m_wanted.end()) m_wanted.erase(known);
    m_wanted.push_back(key);
    if (m_wanted.size() > kMostWanted) m_wanted.erase(m_wanted.begin());
    if (!m_later.isActive() && !m_isReading) m_later.start();
}

void Sparklines::noteChanged(const std::vector<store::RunId>& runs) {
    for (const store::RunId run : runs)
        for (auto curve = m_curves.lower_bound({run, {}}); curve != m_curves.end() && curve->first.run == run;
             ++curve)
            curve->second.isOld = true;
}

void Sparklines::read() {
    if (m_wanted.empty() || m_isReading) return;
    const std::size_t count = std::min(kAtOnce, m_wanted.size());
    std::vector<SparkKey> keys(m_wanted.end() - static_cast<std::ptrdiff_t>(count), m_wanted.end());
    m_wanted.resize(m_wanted.size() - count);
    m_isReading = true;
    m_jobs.run(
        {}, this,
        [workspace = m_workspace, keys = std::move(keys)](const std::stop_token& stop) -> Result<Curves> {
            auto reader = store::Reader::open(workspace);
            if (!reader) return fail(reader.error());
            Curves curves;
            for (const SparkKey& key : keys) {
                if (stop.stop_requested()) break;
                const auto series = reader->seriesNamed(key.run, key.metric);
                if (!series) return fail(series.error());
                std::vector<widgets::SparkPoint> points;
                if (*series)
                    if (const auto buckets = reader->envelope(**series, kBuckets); buckets)
                        points = pointsOf(*buckets);
                curves.emplace_back(key, std::move(points));
            }
            return curves;
        },
        [this](Result<Curves> curves) {
            m_isReading = false;
            if (curves) take(std::move(*curves));
            if (!m_wanted.empty()) m_later.start();
        });
}

void Sparklines::take(Curves curves) {
    for (auto& [key, points] : curves) {
        const auto [place, isNew] = m_curves.try_emplace(key);
        if (isNew) m_order.push_back(key);
        place->second = {.points = std::move(points)};
    }
    if (m_order.size() > kMostCurves) {
        const auto end = m_order.begin() + static_cast<std::ptrdiff_t>(m_order.size() / 4);
        for (auto key = m_order.begin(); key != end; ++key)
            m_curves.erase(*key);
        m_order.erase(m_order.begin(), end);
    }
    Q_EMIT changed();
}

} // namespace fathom::app
