// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the edits of the Configure page into the files that they override, in the background, as one step of
// the document's undo stack: undoing it puts the files back, byte for byte.
#pragma once

#include "app/models/config_save.h"

#include <QObject>

#include <deque>

namespace fathom::app {

class ConfigDocument;
class JobRunner;

/// GUI thread only.
class ConfigSaver : public QObject {
    Q_OBJECT
public:
    ConfigSaver(ConfigDocument& document, JobRunner& jobs, QObject* parent);

    /// There is an edit that could be written.
    [[nodiscard]] bool canSave() const;
    [[nodiscard]] bool isBusy() const { return m_isPlanning || !m_writes.empty(); }
    void save();

Q_SIGNALS:
    /// "2 values are in quartznet.yaml now; 1 edit stays an override: …"
    void saved(const QString& text);
    /// Nothing was written, and why.
    void failed(const QString& text);

private:
    class Step;
    void take(const ConfigState& state, ConfigSave save);
    void write(const std::vector<FileChange>& changes);
    void writeNext();

    ConfigDocument& m_document;
    JobRunner& m_jobs;
    std::deque<std::vector<FileChange>> m_writes; ///< undo and redo, one after the other
    bool m_isPlanning = false;
};

} // namespace fathom::app
