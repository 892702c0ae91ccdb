// SPDX-License-Identifier: GPL-3.0-or-later
// Saves an edited archive in the background and opens it again.
#pragma once

#include "app/pages/archive/archive_document.h"
#include "engine/archive/nemo_save.h"

#include <QObject>

#include <filesystem>

namespace fathom::app {

/// What saving to `target` would do, for the preview.
struct SavePreview {
    QString target{};
    std::vector<archive::PlannedChange> changes{};
    std::vector<archive::Finding> findings{};
    Result<archive::SavePlan> plan{};
    bool isRefused = false; ///< an edit made one of the findings that are errors
};

/// GUI thread only. One save at a time.
class ArchiveSaver : public QObject {
    Q_OBJECT
public:
    /// What was written is recorded, member by member, in the run store near the archive or else in that of
    /// `workspace`.
    ArchiveSaver(ArchiveDocument& document, JobRunner& jobs, std::filesystem::path workspace,
                 QObject* parent);
    /// A save under way is given up.
    ~ArchiveSaver() override { m_stop.request_stop(); }

    [[nodiscard]] bool isSaving() const { return m_isSaving; }
    /// Computes what saving would do; previewed() follows.
    void preview(const QString& target);
    /// saved() or failed() follows.
    void save(const QString& target);
    /// The save under way is given up; the archive stays what it was.
    void cancel();
    /// Opens the file again and gives up the edits.
    void reload();

Q_SIGNALS:
    void previewed(const fathom::app::SavePreview& preview);
    void started();
    /// 0…1
    void progressed(double part);
    /// `note` is what went wrong besides, or empty.
    void saved(const QString& target, bool wasInPlace, const QString& note);
    /// `isStale`: the file on disk is not the one that was opened.
    void failed(const QString& why, bool isStale);

private:
    [[nodiscard]] QString jobKey(const char* what) const;
    ArchiveDocument& m_document;
    JobRunner& m_jobs;
    std::filesystem::path m_workspace;
    std::stop_source m_stop;
    bool m_isSaving = false;
};

} // namespace fathom::app
