// SPDX-License-Identifier: GPL-3.0-or-later
// What a user does to runs: stars, tags, notes, the archive, the trash. Written in the background; the table
// sees it as it sees a run's progress. Every step can be taken back.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <QObject>
#include <QString>

#include <functional>
#include <vector>

namespace fathom::app {

class AppContext;

class RunEdits : public QObject {
    Q_OBJECT
public:
    using Runs = std::vector<store::Run>;

    explicit RunEdits(AppContext& context, QObject* parent = nullptr);

    void setStarred(const Runs& runs, bool on);
    void setArchived(const Runs& runs, bool on);
    void addTag(const Runs& runs, const QString& tag);
    void removeTag(const Runs& runs, const QString& tag);
    void setNote(const store::Run& run, const QString& text);
    /// Runs that go on stay where they are, and the user is told.
    void trash(const Runs& runs);
    void undo();
    [[nodiscard]] bool canUndo() const { return !m_steps.empty(); }
    [[nodiscard]] QString undoText() const { return m_steps.empty() ? QString() : m_steps.back().text; }

Q_SIGNALS:
    void undoChanged();
    /// A step was written; `isTrash` when it put runs into the trash.
    void done(const QString& text, bool isTrash);
    void failed(const fathom::Error& error);

private:
    using Work = std::function<Status(const std::filesystem::path& workspace)>;
    struct Step {
        QString text{};
        Work back{};
    };
    void run(const QString& text, Work work, Work back, bool isTrash = false);

    AppContext& m_context;
    std::vector<Step> m_steps;
};

} // namespace fathom::app
