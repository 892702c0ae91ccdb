// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/config_saver.h"

#include "app/bridge/job_runner.h"
#include "app/pages/configure/config_document.h"

#include <QFileInfo>
#include <QUndoCommand>

#include <utility>

namespace fathom::app {

namespace {

QString report(const ConfigSave& save) {
    QStringList files;
    for (const FileChange& change : save.changes)
        files.append(QFileInfo(change.file).fileName());
    QString text = save.written == 1
                       ? ConfigSaver::tr("1 value is in %1 now").arg(files.join(QStringLiteral(", ")))
                       : ConfigSaver::tr("%1 values are in %2 now")
                             .arg(save.written)
                             .arg(files.join(QStringLiteral(", ")));
    if (save.written == 0) text = ConfigSaver::tr("Nothing was written");
    if (save.kept.size() > 1)
        text += ConfigSaver::tr("; %1 edits stay overrides, the first: ").arg(save.kept.size());
    else if (!save.kept.empty())
        text += QStringLiteral(": ");
    if (!save.kept.empty()) text += sentence(save.kept.front());
    return text;
}

Result<ConfigSave> planAndWrite(const ConfigState& state, const SourceTexts& sources) {
    auto save = planSave(state, sources);
    if (!save) return save;
    if (auto written = writeChanges(save->changes); !written) return fail(written.error());
    return save;
}

} // namespace

/// The files' part of a save; the overrides' part is a step of the document.
class ConfigSaver::Step : public QUndoCommand {
public:
    Step(ConfigSaver& saver, std::vector<FileChange> changes) : m_saver(saver), m_after(std::move(changes)) {
        for (const FileChange& change : m_after)
            m_before.push_back({change.file, change.after, change.before});
    }
    void undo() override { m_saver.write(m_before); }
    void redo() override {
        if (std::exchange(m_isWritten, false)) return;
        m_saver.write(m_after);
    }

private:
    ConfigSaver& m_saver;
    std::vector<FileChange> m_after;
    std::vector<FileChange> m_before;
    bool m_isWritten = true; ///< a step is made once the files are written
};

ConfigSaver::ConfigSaver(ConfigDocument& document, JobRunner& jobs, QObject* parent)
    : QObject(parent), m_document(document), m_jobs(jobs) {}

bool ConfigSaver::canSave() const {
    const OverrideList& overrides = m_document.state().overrides;
    return m_document.isOpen() && overrides.items.size() > overrides.editedFrom;
}

void ConfigSaver::save() {
    if (!canSave() || isBusy()) return;
    m_isPlanning = true;
    m_jobs.run(
        QString(), this,
        [state = m_document.state(), sources = m_document.composition().sources](std::stop_token) {
            return planAndWrite(state, sources);
        },
        [this, state = m_document.state()](Result<ConfigSave> save) {
            m_isPlanning = false;
            if (!save) return Q_EMIT failed(sentence(save.error()));
            take(state, std::move(*save));
        });
}

void ConfigSaver::take(const ConfigState& state, ConfigSave save) {
    const QString text = report(save);
    if (!save.changes.empty()) {
        m_document.takeWritten(save.changes);
        // What was edited meanwhile stands on top of what was written: those overrides stay, and change
        // nothing.
        if (m_document.state() == state) {
            QUndoStack& stack = m_document.undoStack();
            stack.beginMacro(tr("saving"));
            m_document.setOverrides(tr("saving"), save.left);
            stack.push(new Step(*this, std::move(save.changes)));
            stack.endMacro();
        }
    }
    Q_EMIT saved(text);
}

void ConfigSaver::write(const std::vector<FileChange>& changes) {
    m_writes.push_back(changes);
    if (m_writes.size() == 1) writeNext();
}

void ConfigSaver::writeNext() {
    m_jobs.run(
        QString(), this, [changes = m_writes.front()](std::stop_token) { return writeChanges(changes); },
        [this](const Status& written) {
            const std::vector<FileChange> changes = std::move(m_writes.front());
            m_writes.pop_front();
            if (!m_writes.empty()) writeNext();
            if (!written) return Q_EMIT failed(sentence(written.error()));
            m_document.takeWritten(changes);
        });
}

} // namespace fathom::app
