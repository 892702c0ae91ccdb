// SPDX-License-Identifier: GPL-3.0-or-later
// The top line of the Configure page: the open file, its problems, the edit actions.
#pragma once

#include "app/models/config_problem.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QMenu;
class QToolButton;

namespace fathom::app {

class ConfigHeader : public QWidget {
    Q_OBJECT
public:
    explicit ConfigHeader(QWidget* parent = nullptr);

    /// The file's button; `open` heads its menu of recent files.
    void setFile(const QString& file);
    void setRecentFiles(QAction* open, const QStringList& files);
    void setProblems(const std::vector<ConfigProblem>& problems, bool isBlocked);
    /// Nothing is open: there is nothing to say about problems either.
    void setProblemsVisible(bool visible);
    void addButton(QAction* action);
    /// One line about the bundled example; empty hides it.
    void setHint(const QString& text);

Q_SIGNALS:
    void openRequested(const QString& file);
    /// Show this problem: index into the list that was set.
    void problemChosen(int problem);
    void fixAllRequested();

private:
    void fillProblemMenu(const std::vector<ConfigProblem>& problems);
    QToolButton* m_file;
    QMenu* m_fileMenu;
    QToolButton* m_problems;
    QMenu* m_problemMenu;
    QHBoxLayout* m_row;
    QLabel* m_hint;
};

} // namespace fathom::app
