// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with an archive, and that nothing of it was executed. All bytes are read for it, in the
// background; of very large files only when asked.
#pragma once

#include "app/pages/archive/archive_contents.h"

#include <QWidget>

#include <filesystem>

class QListWidget;
class QPushButton;

namespace fathom::app {

class JobRunner;

class SafetyView : public QWidget {
    Q_OBJECT
public:
    /// The run store of `workspace`, or one nearer to the archive, says what Fathom wrote.
    SafetyView(JobRunner& jobs, std::filesystem::path workspace, QWidget* parent = nullptr);
    void setContents(std::shared_ptr<const ArchiveContents> contents);
    [[nodiscard]] const std::optional<std::vector<archive::Finding>>& findings() const { return m_findings; }
    [[nodiscard]] bool isChecking() const { return m_isChecking; }

Q_SIGNALS:
    void findingsChanged();

private:
    void check();
    void refresh();
    JobRunner& m_jobs;
    std::filesystem::path m_workspace;
    std::shared_ptr<const ArchiveContents> m_contents;
    std::optional<std::vector<archive::Finding>> m_findings;
    bool m_isOwn = false; ///< Fathom wrote it and remembers its checksums
    bool m_isChecking = false;
    QListWidget* m_list;
    QPushButton* m_check;
};

} // namespace fathom::app
