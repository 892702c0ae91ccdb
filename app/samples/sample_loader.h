// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the samples of a run, and what they say, from the store: each step a job, the newest validation
// followed until another is chosen.
#pragma once

#include "app/models/sample_analysis.h"

#include <QObject>
#include <QSet>
#include <QString>

#include <filesystem>
#include <optional>

namespace fathom::app {

class JobRunner;

/// Another validation to compare with.
struct OtherSamples {
    qint64 run = -1;                    ///< −1: none
    std::optional<std::int64_t> step{}; ///< its newest where there is none
    friend bool operator==(const OtherSamples&, const OtherSamples&) = default;
};

/// GUI thread.
class SampleLoader : public QObject {
    Q_OBJECT
public:
    SampleLoader(JobRunner& jobs, std::filesystem::path workspace, QObject* parent = nullptr);

    /// −1 for none. Follows the newest validation; forgets what it was compared with.
    void setRun(qint64 run);
    [[nodiscard]] qint64 run() const { return m_run; }
    /// Another validation of the run; nullopt follows the newest.
    void chooseStep(std::optional<std::int64_t> step);
    void chooseOther(const OtherSamples& other);
    /// Looks whether there is something new.
    void look();
    [[nodiscard]] bool isBusy() const { return !m_busy.isEmpty(); }
    /// Where relative sources are looked for.
    [[nodiscard]] const std::vector<std::filesystem::path>& folders() const { return m_folders; }

Q_SIGNALS:
    void stepsChanged(const std::vector<std::int64_t>& steps);
    /// `isNewer`: the next validation came in; nobody asked for another.
    void loaded(const fathom::app::SampleSetPtr& set, bool isNewer);
    void analysed(const fathom::app::SampleAnalysisPtr& analysis);
    /// Null where there is nothing to compare with any more.
    void compared(const fathom::app::SampleSetPtr& before,
                  const fathom::app::SampleAnalysisPtr& beforeAnalysis,
                  const fathom::app::SampleChangesPtr& changes);
    void failed(const QString& why);

private:
    struct Analysed {
        SampleSetPtr set{};
        SampleAnalysisPtr analysis{};
    };
    void take(const SampleLook& look);
    void analyseSet();
    void loadOther();
    void compareIfReady();
    template <class Work, class Done> void run(const QString& name, Work work, Done done);
    void cancel(const QString& name);
    [[nodiscard]] QString keyOf(const QString& name) const;

    JobRunner& m_jobs;
    std::filesystem::path m_workspace;
    std::vector<std::filesystem::path> m_folders;
    qint64 m_run = -1;
    std::optional<std::int64_t> m_step;
    bool m_wasChosen = false; ///< the next set is not just newer
    std::vector<std::int64_t> m_steps;
    Analysed m_now;
    OtherSamples m_otherChoice;
    Analysed m_other;
    QSet<QString> m_busy; ///< names of jobs whose result is awaited
    bool m_looksAgain = false;
};

} // namespace fathom::app
