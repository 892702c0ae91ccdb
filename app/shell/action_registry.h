// SPDX-License-Identifier: GPL-3.0-or-later
// Every action a user can take, by a stable id. Menus, the command palette and the list of shortcuts are made
// from it.
//
//   QAction* save = context.actions().add({.id = "archive.save", .text = tr("Save"), .icon = "save",
//                                          .shortcut = QKeySequence::Save, .tip = tr("Write the archive"),
//                                          .page = "archive"},
//                                         this, [this] { save(); });
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>

#include <functional>

namespace fathom::app {

struct ActionSpec {
    QString id{};
    QString text{};          ///< translated, without mnemonic
    QString icon{};          ///< name in resources/icons, or empty
    QKeySequence shortcut{}; ///< or none
    QString tip{};           ///< one sentence for status bar, tooltip and palette
    QString page{}; ///< id of the page it belongs to: its shortcut works while that page is shown; empty:
                    ///< everywhere
    bool checkable = false;
};

class ActionRegistry : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Makes the action, owned by the registry. `run` is called with `context` alive only. Ids are unique; a
    /// second add of the same id is a programmer's mistake.
    QAction* add(const ActionSpec& spec, QObject* context, std::function<void()> run);
    [[nodiscard]] QAction* find(const QString& id) const;
    /// In the order they were added.
    [[nodiscard]] QList<QAction*> actions() const { return m_actions; }
    /// Page id of an action, or empty.
    [[nodiscard]] static QString pageOf(const QAction* action);

Q_SIGNALS:
    void added(QAction* action);

private:
    QList<QAction*> m_actions;
};

} // namespace fathom::app
