// SPDX-License-Identifier: GPL-3.0-or-later
// From a row to the text that set it, and from a problem to where it is.
#pragma once

#include <QModelIndex>
#include <QObject>

namespace fathom::app {

class CommandBox;
class ConfigDocument;
class ConfigTreePane;
class InspectorPane;

/// Over the widgets of one ConfigureView.
class ConfigNavigator : public QObject {
    Q_OBJECT
public:
    struct Places {
        ConfigDocument& document;
        ConfigTreePane& pane;
        InspectorPane& inspector;
        CommandBox& command;
    };
    explicit ConfigNavigator(const Places& places, QObject* parent);

    /// Marks the line of the row in the source, or of the nearest row that has one.
    void markSource(const QModelIndex& index);
    /// Marks what does not compose, where there is no tree to choose a row from.
    void markError();
    /// Goes to where the row's value was written: the line, or the override in the command line.
    void showSource(const QModelIndex& index);
    /// Goes to a problem of the document: index into its list.
    void showProblem(int problem);
    void nextProblem();

Q_SIGNALS:
    void statusMessage(const QString& text);

private:
    ConfigDocument& m_document;
    ConfigTreePane& m_pane;
    InspectorPane& m_inspector;
    CommandBox& m_command;
    int m_problem = -1;         ///< that was shown last
    std::string m_problemKey{}; ///< its key
};

} // namespace fathom::app
