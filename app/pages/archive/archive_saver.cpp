// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_saver.h"

#include "app/bridge/job_runner.h"
#include "app/pages/archive/progress_report.h"
#include "engine/run/archive_manifest.h"

#include <algorithm>

namespace fathom::app {

namespace {

using Reopened = Result<std::shared_ptr<const ArchiveContents>>;

bool isStale(const archive::Nemo& nemo) {
    const auto now = identify(nemo.path());
    return nemo.identity() && (!now || *now != *nemo.identity());
}

struct Outcome {
    Result<archive::SaveReport> report;
    Reopened reopened;
    QString note{}; ///< why the manifest could not be kept
    bool isStale = false;
};

Outcome saveAndOpen(const archive::NemoDraft& draft, const QString& target,
                    const std::filesystem::path& workspace, archive::SaveOptions options) {
    Outcome outcome;
    const std::filesystem::path path = target.toStdString();
    const auto store = storeFor(path, workspace);
    options.digests = store.has_value();
    outcome.report = archive::saveNemo(draft, path, options);
    if (!outcome.report) {
        outcome.isStale = isStale(draft.original);
        return outcome;
    }
    if (store) {
        const Status recorded = run::recordManifest(*store, path, *outcome.report);
        if (!recorded) outcome.note = sentence(recorded.error());
    }
    outcome.reopened = openArchive(target);
    return outcome;
}

} // namespace

ArchiveSaver::ArchiveSaver(ArchiveDocument& document, JobRunner& jobs, std::filesystem::path workspace,
                           QObject* parent)
    : QObject(parent), m_document(document), m_jobs(jobs), m_workspace(std::move(workspace)) {}

QString ArchiveSaver::jobKey(const char* what) const {
    return QStringLiteral("archive.%1.%2").arg(QLatin1String(what)).arg(reinterpret_cast<quintptr>(this));
}

void ArchiveSaver::preview(const QString& target) {
    if (!m_document.isEditable()) return;
    m_jobs.run(
        jobKey("preview"), this,
        [editor = m_document.editor(), opened = m_document.contents().editor, target](std::stop_token stop) {
            SavePreview preview{target, editor.changes(), archive::lint(editor.draft()), {}, false};
            const auto before = archive::lint(opened->draft());
            preview.isRefused = std::ranges::any_of(preview.findings, [&](const archive::Finding& finding) {
                const bool isOld = std::ranges::any_of(
                    before, [&](const archive::Finding& old) { return old.text == finding.text; });
                return finding.severity == archive::Severity::Error && !isOld;
            });
            preview.plan = archive::planSave(editor.draft(), target.toStdString(), {.stop = stop});
            return preview;
        },
        [this](const SavePreview& preview) { Q_EMIT previewed(preview); });
}

void ArchiveSaver::save(const QString& target) {
    if (!m_document.isEditable() || m_isSaving) return;
    m_isSaving = true;
    m_document.setLocked(true);
    m_stop = {};
    Q_EMIT started();
    Progress report = progressTo(m_jobs, this, [this](double part) {
        if (m_isSaving) Q_EMIT progressed(part);
    });
    m_jobs.run(
        QString(), this,
        [draft = m_document.editor().draft(), target, workspace = m_workspace, stop = m_stop,
         report = std::move(report)](std::stop_token runner) mutable {
            const std::stop_callback link(runner, [&stop] { stop.request_stop(); });
            return saveAndOpen(draft, target, workspace, {.stop = stop.get_token(), .progress = report});
        },
        [this, target](Outcome outcome) {
            m_isSaving = false;
            m_document.setLocked(false);
            if (!outcome.report) return Q_EMIT failed(sentence(outcome.report.error()), outcome.isStale);
            if (!outcome.reopened) return Q_EMIT failed(sentence(outcome.reopened.error()), false);
            m_document.take(std::move(*outcome.reopened));
            Q_EMIT saved(target, outcome.report->wasInPlace, outcome.note);
        });
}

void ArchiveSaver::cancel() {
    m_stop.request_stop();
}

void ArchiveSaver::reload() {
    m_jobs.run(
        jobKey("reload"), this,
        [path = m_document.contents().path](std::stop_token) { return openArchive(path); },
        [this](Reopened reopened) {
            if (!reopened) return Q_EMIT failed(sentence(reopened.error()), true);
            m_document.take(std::move(*reopened));
        });
}

} // namespace fathom::app
