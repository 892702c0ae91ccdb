// SPDX-License-Identifier: GPL-3.0-or-later
// One key of two runs in full: both values with who set them, and of longer texts, patches and manifests what
// changed in them.
#pragma once

#include "app/pages/compare/compared_runs.h"

#include <QTextBrowser>

namespace fathom::app {

class JobRunner;

class DifferencePane : public QTextBrowser {
    Q_OBJECT
public:
    DifferencePane(JobRunner& jobs, std::filesystem::path workspace, QWidget* parent = nullptr);
    ~DifferencePane() override;

    /// The key of this row for the baseline and the run of a column (1: the baseline itself).
    void showKey(const ComparisonPtr& comparison, ComparisonSection::Kind kind,
                 const analysis::ComparedKey& key, int column);
    void showNothing();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Sides {
        QString left{}; ///< titles
        QString right{};
        std::filesystem::path leftFolder{}; ///< where the runs were started
        std::filesystem::path rightFolder{};
        std::string before{};
        std::string after{};
    };
    void showManifests(const QString& heading, const Sides& sides);
    void present(const QString& html);
    [[nodiscard]] QString jobKey() const;
    JobRunner& m_jobs;
    std::filesystem::path m_workspace;
    std::function<void()> m_again; ///< after a change of theme
};

} // namespace fathom::app
