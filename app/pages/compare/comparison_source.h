// SPDX-License-Identifier: GPL-3.0-or-later
// What the Compare page compares: which runs against which baseline; read and compared in the background, and
// read anew when one of them has gone on.
#pragma once

#include "app/models/run_news.h"
#include "app/pages/compare/compared_runs.h"

#include <QList>
#include <QObject>
#include <QTimer>

#include <optional>

namespace fathom::app {

struct FigureSource;
class JobRunner;

class ComparisonSource : public QObject {
    Q_OBJECT
public:
    ComparisonSource(JobRunner& jobs, std::filesystem::path workspace, QObject* parent = nullptr);
    ~ComparisonSource() override;

    /// The first is the baseline unless the one before is among them.
    void setRuns(const QList<qint64>& runs);
    void removeRun(qint64 run);
    [[nodiscard]] const QList<qint64>& runs() const { return m_ids; }
    /// Before runs are set; ignored afterwards unless the run is one of them.
    void setBaseline(qint64 run);
    void setNextBaseline();
    [[nodiscard]] qint64 baseline() const { return m_baseline; }

    /// What is new in the workspace.
    void take(const RunListNews& news);
    /// Every run there is, newest first.
    [[nodiscard]] const std::vector<RunRow>& known() const { return m_known; }
    /// Those of a figure. Its ids are of the workspace that it was drawn in: the titles tell whether they
    /// mean these runs.
    [[nodiscard]] QList<qint64> runsOf(const FigureSource& figure) const;

    /// Reads anew where a run has gone on: at once, or a while after the last time.
    void refresh();
    void refreshSoon();
    [[nodiscard]] bool isBusy() const { return m_isBusy; }
    /// Null where there is nothing to compare, and until it is.
    [[nodiscard]] const ComparisonPtr& comparison() const { return m_comparison; }
    /// Why the runs cannot be read.
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }

Q_SIGNALS:
    /// Other runs, another baseline, or isBusy().
    void changed();
    /// Another comparison.
    void compared();
    /// What was read of the runs is old.
    void forgotten();

private:
    void reload();
    void compare();
    void finish(const ComparisonPtr& comparison);

    JobRunner& m_jobs;
    std::filesystem::path m_workspace;
    std::vector<RunRow> m_known;
    QList<qint64> m_ids;
    qint64 m_baseline = -1;
    ComparedRunsPtr m_runs;
    ComparisonPtr m_comparison;
    std::optional<Error> m_error;
    bool m_isBusy = false;
    bool m_isOld = false; ///< a compared run has gone on since it was read
    QTimer m_again;
};

} // namespace fathom::app
