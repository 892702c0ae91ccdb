// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_edits.h"

#include "app/bridge/job_runner.h"
#include "app/shell/app_context.h"
#include "engine/store/edit.h"

#include <algorithm>

namespace fathom::app {

namespace {

using Ids = std::vector<store::RunId>;
using std::filesystem::path;

/// Those for which it holds.
template <class Test> Ids idsWhere(const RunEdits::Runs& runs, Test test) {
    Ids ids;
    for (const store::Run& run : runs)
        if (test(run)) ids.push_back(run.id);
    return ids;
}

bool hasTag(const store::Run& run, const std::string& tag) {
    return std::find(run.tags.begin(), run.tags.end(), tag) != run.tags.end();
}

QString countText(std::size_t runs) {
    return runs == 1 ? RunEdits::tr("1 run") : RunEdits::tr("%1 runs").arg(runs);
}

} // namespace

RunEdits::RunEdits(AppContext& context, QObject* parent) : QObject(parent), m_context(context) {}

void RunEdits::run(const QString& text, Work work, Work back, bool isTrash) {
    m_context.jobs().run(
        QString(), this,
        [workspace = m_context.workspace(), work = std::move(work)](const std::stop_token&) {
            return work(workspace);
        },
        [this, text, back = std::move(back), isTrash](const Status& status) {
            if (!status) return Q_EMIT failed(status.error());
            if (back) m_steps.push_back({text, back});
            Q_EMIT undoChanged();
            Q_EMIT done(text, isTrash);
        });
}

void RunEdits::setStarred(const Runs& runs, bool on) {
    const Ids ids = idsWhere(runs, [on](const store::Run& run) { return run.starred != on; });
    if (ids.empty()) return;
    run((on ? tr("%1 starred") : tr("star of %1 taken away")).arg(countText(ids.size())),
        [ids, on](const path& workspace) { return store::setStarred(workspace, ids, on); },
        [ids, on](const path& workspace) { return store::setStarred(workspace, ids, !on); });
}

void RunEdits::setArchived(const Runs& runs, bool on) {
    const Ids ids = idsWhere(runs, [on](const store::Run& run) { return run.archived != on; });
    if (ids.empty()) return;
    run((on ? tr("%1 archived") : tr("%1 taken out of the archive")).arg(countText(ids.size())),
        [ids, on](const path& workspace) { return store::setArchived(workspace, ids, on); },
        [ids, on](const path& workspace) { return store::setArchived(workspace, ids, !on); });
}

void RunEdits::addTag(const Runs& runs, const QString& tag) {
    const std::string text = tag.trimmed().toStdString();
    const Ids ids = idsWhere(runs, [&](const store::Run& run) { return !hasTag(run, text); });
    if (ids.empty() || text.empty()) return;
    run(
        tr("%1 tagged %2").arg(countText(ids.size()), tag.trimmed()),
        [ids, text](const path& workspace) { return store::addTag(workspace, ids, text); },
        [ids, text](const path& workspace) { return store::removeTag(workspace, ids, text); });
}

void RunEdits::removeTag(const Runs& runs, const QString& tag) {
    const std::string text = tag.toStdString();
    const Ids ids = idsWhere(runs, [&](const store::Run& run) { return hasTag(run, text); });
    if (ids.empty()) return;
    run(
        tr("tag %2 taken off %1").arg(countText(ids.size()), tag),
        [ids, text](const path& workspace) { return store::removeTag(workspace, ids, text); },
        [ids, text](const path& workspace) { return store::addTag(workspace, ids, text); });
}

void RunEdits::setNote(const store::Run& run, const QString& text) {
    const std::string now = text.toStdString();
    if (now == run.note) return;
    this->run(
        tr("note of %1 changed").arg(QString::fromStdString(run.title())),
        [id = run.id, now](const path& workspace) { return store::setNote(workspace, id, now); },
        [id = run.id, before = run.note](const path& workspace) {
            return store::setNote(workspace, id, before);
        });
}

void RunEdits::trash(const Runs& runs) {
    const Ids over = idsWhere(runs, [](const store::Run& run) { return store::isOver(run.state); });
    if (over.size() < runs.size())
        Q_EMIT m_context.statusMessage(
            tr("%1 still going on: stop it first").arg(countText(runs.size() - over.size())));
    if (over.empty()) return;
    run(
        tr("%1 moved to the trash").arg(countText(over.size())),
        [over](const path& workspace) { return store::trash(workspace, over); },
        [over](const path& workspace) { return store::restore(workspace, over); }, true);
}

void RunEdits::undo() {
    if (m_steps.empty()) return;
    const Step step = m_steps.back();
    m_steps.pop_back();
    Q_EMIT undoChanged();
    run(tr("Undone: %1").arg(step.text), step.back, {});
}

} // namespace fathom::app
