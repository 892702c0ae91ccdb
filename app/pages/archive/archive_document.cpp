// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/archive_document.h"

#include "app/bridge/job_runner.h"
#include "app/models/artifact_preview.h"
#include "app/models/config_edits.h"
#include "engine/base/file.h"
#include "engine/config/override.h"

#include <QFileInfo>

namespace fathom::app {

namespace {

using Part = archive::PlannedChange::Part;

QStringList unsavedNames(const std::vector<archive::PlannedChange>& changes) {
    QStringList names;
    qint64 tensors = 0;
    for (const archive::PlannedChange& change : changes) {
        const QString name = QString::fromStdString(change.name);
        switch (change.part) {
        case Part::Config:
            // A key that names an artifact is told by the artifact.
            if (!change.after.starts_with("\"nemo:") && !change.before.starts_with("\"nemo:"))
                names.append(name);
            break;
        case Part::Member:
            names.append(artifactName(name));
            break;
        case Part::Tensor:
            ++tensors;
        }
    }
    names.removeDuplicates();
    if (tensors > 0)
        names.append(tensors == 1 ? ArchiveDocument::tr("1 tensor")
                                  : ArchiveDocument::tr("%L1 tensors").arg(tensors));
    return names;
}

/// The tensors of `contents` as the edits leave them.
std::shared_ptr<const StateDict> edited(const ArchiveContents& contents,
                                        const std::vector<archive::EditedTensor>& edits) {
    auto tensors = std::make_shared<StateDict>();
    tensors->reserve(edits.size());
    for (const archive::EditedTensor& edit : edits) {
        archive::StateDictEntry entry = (*contents.tensors)[edit.source];
        entry.tensor.name = edit.name;
        entry.dtype = edit.dtype;
        tensors->push_back(std::move(entry));
    }
    return tensors;
}

} // namespace

ArchiveDocument::ArchiveDocument(std::shared_ptr<const ArchiveContents> contents, JobRunner& jobs,
                                 QObject* parent)
    : QObject(parent),
      m_jobs(jobs),
      m_contents(std::move(contents)),
      m_editor(m_contents->editor),
      m_composition(m_contents->config),
      m_tensors(m_contents->tensors) {}

void ArchiveDocument::take(std::shared_ptr<const ArchiveContents> contents) {
    ++m_generation;
    m_contents = std::move(contents);
    m_editor = m_contents->editor;
    m_composition = m_contents->config;
    m_jobs.cancel(QStringLiteral("archive.compose.%1").arg(reinterpret_cast<quintptr>(this)));
    m_isComposing = false;
    m_tensorEdits.reset();
    m_tensors = m_contents->tensors;
    m_unsaved.clear();
    Q_EMIT changed();
    Q_EMIT composed();
}

MemberSource ArchiveDocument::source(const QString& member) const {
    const std::string name = member.toStdString();
    if (m_editor) {
        for (const archive::EditedMember& edit : m_editor->state().members) {
            if (edit.name != name) continue;
            if (edit.content)
                return [content = edit.content]() -> Result<MemberBytes> {
                    return MemberBytes{std::as_bytes(std::span(content->data(), content->size())), content};
                };
            return [nemo = *m_contents->nemo, index = *edit.source]() -> Result<MemberBytes> {
                const auto bytes = nemo.bytes(nemo.members()[index].name);
                if (!bytes) return fail(bytes.error());
                return MemberBytes{*bytes, std::make_shared<archive::Nemo>(nemo)};
            };
        }
    }
    return [nemo = *m_contents->nemo, name]() -> Result<MemberBytes> {
        const auto bytes = nemo.bytes(name);
        if (!bytes) return fail(bytes.error());
        return MemberBytes{*bytes, std::make_shared<archive::Nemo>(nemo)};
    };
}

QString ArchiveDocument::keyOf(const QString& member) const {
    if (!m_editor) return {};
    const std::string name(archive::plainMemberName(member.toStdString()));
    for (const auto& artifact : m_editor->artifacts()) {
        if (artifact.member == name) return QString::fromStdString(artifact.key);
    }
    return {};
}

void ArchiveDocument::stateChanged() {
    ++m_generation;
    m_unsaved = unsavedNames(m_editor->changes());
    const auto& edits = m_editor->state().tensors;
    if (edits != m_tensorEdits) {
        m_tensorEdits = edits;
        m_tensors = edits && m_contents->tensors ? edited(*m_contents, *edits) : m_contents->tensors;
    }
    compose();
    Q_EMIT changed();
}

void ArchiveDocument::compose() {
    m_isComposing = true;
    m_jobs.run(
        QStringLiteral("archive.compose.%1").arg(reinterpret_cast<quintptr>(this)), this,
        [yaml = m_contents->configYaml, edits = m_editor->configEdits()](std::stop_token) {
            return composeConfig(yaml, edits);
        },
        [this](Composition composition) {
            m_isComposing = false;
            m_composition = std::move(composition);
            Q_EMIT composed();
        });
}

/// Of what an edit returned: the state is another one, or the reason why it is not.
template <class T> void ArchiveDocument::finish(const Result<T>& done) {
    if (!done) return Q_EMIT refused(sentence(done.error()));
    stateChanged();
}

bool ArchiveDocument::mayEdit() {
    if (m_editor && m_isLocked) Q_EMIT refused(tr("The archive is being saved. Edit it when that is done."));
    return m_editor && !m_isLocked;
}

template <class Change> void ArchiveDocument::editConfig(const QString& label, const Change& change) {
    if (!mayEdit()) return;
    OverrideList edits{m_editor->configEdits(), 0};
    change(edits);
    if (edits.items == m_editor->configEdits()) return;
    finish(m_editor->setConfigEdits(edits.items, label.toStdString()));
}

void ArchiveDocument::editKey(const QString& path, const QString& typed) {
    editConfig(tr("set %1").arg(path), [&](OverrideList& edits) {
        setKey(edits, {m_composition.config, m_composition.tree.root}, path.toStdString(),
               config::overrideTextFromInput(typed.trimmed().toStdString()));
    });
}

void ArchiveDocument::editSection(const QString& path, const QString& typed) {
    editConfig(tr("set %1").arg(path), [&](OverrideList& edits) {
        setSection(edits, {m_composition.config, m_composition.tree.root}, path.toStdString(),
                   typed.trimmed().toStdString());
    });
}

void ArchiveDocument::switchSection(const QString& path, const QString& name) {
    editConfig(tr("choose %1").arg(name), [&](OverrideList& edits) {
        app::switchSection(edits, {m_composition.config, m_composition.tree.root}, path.toStdString(),
                           name.toStdString());
    });
}

void ArchiveDocument::addKey(const QString& path, const QString& typed) {
    editConfig(tr("add %1").arg(path), [&](OverrideList& edits) {
        edits.add(path.toStdString(), config::overrideTextFromInput(typed.toStdString()));
    });
}

void ArchiveDocument::removeKey(const QString& path) {
    editConfig(tr("remove %1").arg(path), [&](OverrideList& edits) { edits.remove(path.toStdString()); });
}

void ArchiveDocument::resetKey(const QString& path) {
    editConfig(tr("reset %1").arg(path), [&](OverrideList& edits) { edits.reset(path.toStdString()); });
}

/// Reads the file and makes the edit `use(editor, file) → Status` on a copy, both in the background: a
/// checksum of a large file takes its time. What was edited meanwhile is kept by doing it again.
template <class Use> void ArchiveDocument::withFile(const QString& file, Use use) {
    if (!mayEdit()) return;
    m_jobs.run(
        QString(), this,
        [file, use, editor = *m_editor](std::stop_token) mutable -> Result<archive::NemoEditor> {
            auto content = readFile(file.toStdString());
            if (!content) return fail(content.error());
            const archive::NamedFile read{.name = QFileInfo(file).fileName().toStdString(),
                                          .content = std::move(*content)};
            if (const Status done = use(editor, read); !done) return fail(done.error());
            return std::move(editor);
        },
        [this, file, use, generation = m_generation](const Result<archive::NemoEditor>& edited) {
            if (!edited) return Q_EMIT refused(sentence(edited.error()));
            if (generation != m_generation) return withFile(file, use);
            if (!mayEdit()) return;
            m_editor = *edited;
            stateChanged();
        });
}

void ArchiveDocument::putArtifact(const QString& key, const QString& file) {
    withFile(file, [key](archive::NemoEditor& editor, const archive::NamedFile& read) {
        return editor.putArtifact(key.toStdString(), read);
    });
}

void ArchiveDocument::replaceMember(const QString& member, const QString& file) {
    const QString key = keyOf(member);
    if (!key.isEmpty()) return putArtifact(key, file);
    withFile(file, [member](archive::NemoEditor& editor, const archive::NamedFile& read) {
        return editor.replaceMember(member.toStdString(), read.content);
    });
}

void ArchiveDocument::renameMember(const QString& member, const QString& name) {
    if (mayEdit()) finish(m_editor->renameMember(member.toStdString(), name.toStdString()));
}

void ArchiveDocument::removeMember(const QString& member) {
    if (!mayEdit()) return;
    const QString key = keyOf(member);
    finish(key.isEmpty() ? m_editor->removeMember(member.toStdString())
                         : m_editor->removeArtifact(key.toStdString()));
}

void ArchiveDocument::mergeArtifact(const QString& key, const archive::Nemo& other, const QString& otherKey) {
    if (mayEdit()) finish(m_editor->mergeArtifact(key.toStdString(), other, otherKey.toStdString()));
}

void ArchiveDocument::convertTensors(const QString& pattern, archive::DType dtype) {
    if (mayEdit()) finish(m_editor->convertTensors(pattern.toStdString(), dtype));
}

void ArchiveDocument::dropTensors(const QString& pattern) {
    if (mayEdit()) finish(m_editor->dropTensors(pattern.toStdString()));
}

void ArchiveDocument::renameTensors(const QString& pattern, const QString& name) {
    if (mayEdit()) finish(m_editor->renameTensors(pattern.toStdString(), name.toStdString()));
}

void ArchiveDocument::undo() {
    if (!mayEdit() || !m_editor->canUndo()) return;
    m_editor->undo();
    stateChanged();
}

void ArchiveDocument::redo() {
    if (!mayEdit() || !m_editor->canRedo()) return;
    m_editor->redo();
    stateChanged();
}

void ArchiveDocument::revert() {
    if (!mayEdit() || !m_editor->canUndo()) return;
    while (m_editor->canUndo())
        m_editor->undo();
    stateChanged();
}

} // namespace fathom::app
