// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/comparison_source.h"

#include "app/bridge/job_runner.h"
#include "app/plots/figure_source.h"

#include <algorithm>

namespace fathom::app {

namespace {

constexpr int kReloadMs = 2000; ///< a run that goes on is read anew at most this often
const QString kLoadJob = QStringLiteral("compare.load");

} // namespace

ComparisonSource::ComparisonSource(JobRunner& jobs, std::filesystem::path workspace, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_workspace(std::move(workspace)) {
    m_again.setSingleShot(true);
    m_again.setInterval(kReloadMs);
    connect(&m_again, &QTimer::timeout, this, &ComparisonSource::reload);
}

ComparisonSource::~ComparisonSource() {
    m_jobs.cancel(kLoadJob);
}

void ComparisonSource::setRuns(const QList<qint64>& runs) {
    m_ids.clear();
    for (const qint64 run : runs)
        if (!m_ids.contains(run)) m_ids.append(run);
    if (!m_ids.contains(m_baseline)) m_baseline = m_ids.value(0, -1);
    reload();
}

void ComparisonSource::removeRun(qint64 run) {
    QList<qint64> rest = m_ids;
    rest.removeOne(run);
    setRuns(rest);
}

void ComparisonSource::setBaseline(qint64 run) {
    if (run == m_baseline || (!m_ids.isEmpty() && !m_ids.contains(run))) return;
    m_baseline = run;
    compare();
}

void ComparisonSource::setNextBaseline() {
    if (!m_ids.isEmpty()) setBaseline(m_ids[(m_ids.indexOf(m_baseline) + 1) % m_ids.size()]);
}

void ComparisonSource::take(const RunListNews& news) {
    bool isCompared = news.complete && !m_runs;
    if (news.complete) {
        m_known = news.rows;
    } else {
        for (const RunRow& row : news.rows) {
            const auto known = std::find_if(m_known.begin(), m_known.end(),
                                            [&](const RunRow& one) { return one.run.id == row.run.id; });
            if (known != m_known.end())
                *known = row;
            else
                m_known.insert(m_known.begin(), row);
        }
    }
    for (const RunRow& row : news.rows)
        isCompared = isCompared || (!news.complete && m_ids.contains(static_cast<qint64>(row.run.id)));
    m_isOld = m_isOld || (isCompared && !m_ids.isEmpty());
}

QList<qint64> ComparisonSource::runsOf(const FigureSource& figure) const {
    QList<qint64> ids;
    for (const FigureRun& wanted : figure.runs) {
        qint64 id = m_known.empty() ? wanted.id : -1; // the list of runs is not read yet
        for (const RunRow& row : m_known) {
            const bool isIt = QString::fromStdString(row.run.title()) == wanted.title;
            if (isIt && (id < 0 || static_cast<qint64>(row.run.id) == wanted.id))
                id = static_cast<qint64>(row.run.id);
        }
        if (id >= 0) ids.append(id);
    }
    return ids;
}

void ComparisonSource::refresh() {
    if (m_isOld) reload();
}

void ComparisonSource::refreshSoon() {
    if (m_isOld && !m_again.isActive()) m_again.start();
}

void ComparisonSource::reload() {
    m_isOld = false;
    m_again.stop();
    m_error.reset();
    Q_EMIT forgotten();
    if (m_ids.isEmpty()) {
        m_jobs.cancel(kLoadJob);
        m_runs.reset();
        return finish(nullptr);
    }
    m_isBusy = true;
    Q_EMIT changed();
    std::vector<store::RunId> ids;
    for (const qint64 id : m_ids)
        ids.push_back(store::RunId{id});
    m_jobs.run(
        kLoadJob, this,
        [workspace = m_workspace, ids](std::stop_token stop) {
            return readComparedRuns(workspace, ids, stop);
        },
        [this](Result<ComparedRunsPtr> runs) {
            if (!runs) {
                m_error = runs.error();
                return finish(nullptr);
            }
            m_runs = std::move(*runs);
            m_isBusy = false;
            compare();
        });
}

void ComparisonSource::compare() {
    if (!m_runs) return;
    if (m_runs->empty()) return finish(nullptr);
    const auto found = std::find_if(m_runs->begin(), m_runs->end(), [&](const ComparedRun& run) {
        return static_cast<qint64>(run.run.id) == m_baseline;
    });
    const std::size_t baseline =
        found == m_runs->end() ? 0 : static_cast<std::size_t>(found - m_runs->begin());
    m_baseline = static_cast<qint64>((*m_runs)[baseline].run.id);
    m_isBusy = true;
    m_jobs.run(
        kLoadJob, this, [runs = m_runs, baseline](std::stop_token) { return compareRuns(runs, baseline); },
        [this](const ComparisonPtr& comparison) { finish(comparison); });
}

void ComparisonSource::finish(const ComparisonPtr& comparison) {
    m_isBusy = false;
    m_comparison = comparison;
    if (comparison) {
        m_ids.clear(); // those that are gone are no longer compared
        for (const ComparedRun& run : *comparison->runs)
            m_ids.append(static_cast<qint64>(run.run.id));
    }
    Q_EMIT compared();
    Q_EMIT changed();
}

} // namespace fathom::app
