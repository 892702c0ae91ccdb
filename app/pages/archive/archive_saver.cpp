// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_saver.h"

#include "app/bridge/job_runner.h"
#include "app/pages/archive/progress_report.h"

namespace fathom::app {

namespace {

using Reopened = Result<std::shared_ptr<const ArchiveContents>>;

bool isStale(const archive::Nemo& nemo) {
    const auto now = identify(nemo.path());
    return nemo.identity() && (!now || *now != *nemo.identity());
}

} // namespace

ArchiveSaver::ArchiveSaver(ArchiveDocument& document, JobRunner& jobs, QObject* parent)
    : QObject(parent), m_document(document), m_jobs(jobs) {}

QString ArchiveSaver::jobKey(const char* what) const {
    return QStringLiteral("archive.%1.%2").arg(QLatin1String(what)).arg(reinterpret_cast<quintptr>(this));
}

void ArchiveSaver::preview(const QString& target) {
    if (!m_document.isEditable()) return;
    m_jobs.run(
        jobKey("preview"), this,
        [editor = m_document.editor(), target](std::stop_token stop) {
            SavePreview preview{target, editor.changes(), archive::lint(editor.draft()), {}};
            preview.plan = archive::planSave(editor.draft(), target.toStdString(), {.stop = stop});
            return preview;
        },
        [this](const SavePreview& preview) { Q_EMIT previewed(preview); });
}

void ArchiveSaver::save(const QString& target) {
    if (!m_document.isEditable() || m_isSaving) return;
    m_isSaving = true;
    m_stop = {};
    Q_EMIT started();
    Progress report = progressTo(m_jobs, this, [this](double part) {
        if (m_isSaving) Q_EMIT progressed(part);
    });
    struct Outcome {
        Result<archive::SaveReport> report;
        Reopened reopened;
        bool isStale = false;
    };
    m_jobs.run(
        QString(), this,
        [draft = m_document.editor().draft(), target, stop = m_stop,
         report = std::move(report)](std::stop_token runner) mutable {
            const std::stop_callback link(runner, [&stop] { stop.request_stop(); });
            Outcome outcome;
            outcome.report = archive::saveNemo(draft, target.toStdString(),
                                               {.stop = stop.get_token(), .progress = report});
            if (outcome.report)
                outcome.reopened = openArchive(target);
            else
                outcome.isStale = isStale(draft.original);
            return outcome;
        },
        [this, target](Outcome outcome) {
            m_isSaving = false;
            if (!outcome.report) return Q_EMIT failed(sentence(outcome.report.error()), outcome.isStale);
            if (!outcome.reopened) return Q_EMIT failed(sentence(outcome.reopened.error()), false);
            m_document.take(std::move(*outcome.reopened));
            Q_EMIT saved(target, outcome.report->wasInPlace);
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
