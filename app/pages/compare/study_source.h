// SPDX-License-Identifier: GPL-3.0-or-later
// The study that Importance and Relations show: which runs, which metric; read and computed in the
// background.
#pragma once

#include "app/pages/compare/study.h"

#include <QObject>
#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;

namespace fathom::app {

class JobRunner;

class StudySource : public QObject {
    Q_OBJECT
public:
    StudySource(JobRunner& jobs, std::filesystem::path workspace, QObject* parent = nullptr);
    ~StudySource() override;

    /// The runs of the comparison.
    void setRuns(std::vector<store::RunId> runs);
    /// All runs of the workspace instead of those of the comparison.
    void setWholeWorkspace(bool whole);
    void setMetric(const QString& metric);
    void setPart(MetricPart part);
    /// Reads anew where something has changed since the last time.
    void refresh();
    /// The store has changed: what was read is old.
    void forget();

    [[nodiscard]] bool isWholeWorkspace() const { return m_isWhole; }
    [[nodiscard]] QString metric() const { return QString::fromStdString(m_request.metric); }
    [[nodiscard]] MetricPart part() const { return m_request.part; }
    [[nodiscard]] bool isBusy() const { return m_isBusy; }
    /// Null before the first is there.
    [[nodiscard]] const StudyPtr& study() const { return m_study; }
    [[nodiscard]] const analysis::Importance& importance() const { return m_importance; }
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }

Q_SIGNALS:
    /// Another study, or another request.
    void changed();

private:
    struct Outcome {
        StudyPtr study{};
        analysis::Importance importance{};
    };
    void invalidate();
    JobRunner& m_jobs;
    std::filesystem::path m_workspace;
    StudyRequest m_request;
    std::vector<store::RunId> m_runs;
    bool m_isWhole = false;
    bool m_isOld = true;
    bool m_isBusy = false;
    StudyPtr m_study;
    analysis::Importance m_importance;
    std::optional<Error> m_error;
};

/// The choices of a StudySource in a row.
class StudyBar : public QWidget {
    Q_OBJECT
public:
    explicit StudyBar(StudySource& source, QWidget* parent = nullptr);

private:
    void update();
    StudySource& m_source;
    QComboBox* m_scope;
    QComboBox* m_metric;
    QComboBox* m_part;
    QLabel* m_summary;
};

} // namespace fathom::app
