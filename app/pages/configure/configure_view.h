// SPDX-License-Identifier: GPL-3.0-or-later
// The widgets of the Configure page around one document.
#pragma once

#include "app/pages/configure/configure_actions.h"

#include <QWidget>

class QPushButton;
class QSettings;
class QSplitter;
class QStackedWidget;

namespace fathom::widgets {
class EmptyState;
} // namespace fathom::widgets

namespace fathom::app {

class CommandBox;
class ConfigClipboard;
class ConfigComparison;
class ConfigDocument;
class ConfigHeader;
class ConfigModel;
class ConfigNavigator;
class ConfigSaver;
class ConfigTreePane;
class ConfigTreeView;
class InspectorPane;

class ConfigureView : public QWidget {
    Q_OBJECT
public:
    ConfigureView(ConfigDocument& document, ConfigComparison& comparison, ConfigSaver& saver,
                  ActionRegistry& actions, QWidget* parent = nullptr);

    void setRecentFiles(const QStringList& files);
    /// One line above the tree that explains the bundled example; empty hides it.
    void setHint(const QString& text);
    /// How many runs of a sweep wait for the one under way.
    void setWaitingRuns(std::size_t runs);
    void focusTrain();
    /// The tree, or what there is instead: so that the keyboard has somewhere to be.
    void focusDefault();
    /// Brings the first problem that prevents training into view; false when there is none.
    bool showBlockingProblem();
    void saveState(QSettings& settings) const;
    void restoreState(QSettings& settings);
    [[nodiscard]] ConfigTreeView* tree() const { return m_tree; }

Q_SIGNALS:
    void openRequested(const QString& file);
    void trainRequested();
    /// The runs that wait are not wanted any more.
    void dropWaitingRequested();
    void statusMessage(const QString& text);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeFooter();
    void connectActions();
    void connectDocument();
    void connectTree();
    void connectInspector();
    void chooseFile();
    void addKey();
    void removeKey();
    void showState();
    void showComposition();
    void showTree();
    void showProblems();
    void showDiskChange();
    void showDifferences();
    void showEmptyState();
    void fix(int problem);
    void updateActions();

    ConfigDocument& m_document;
    ConfigComparison& m_comparison;
    ConfigSaver& m_saver;
    ConfigureActions m_actions;
    ConfigHeader* m_header;
    ConfigTreePane* m_pane;
    ConfigModel& m_model;
    ConfigTreeView* m_tree;
    InspectorPane* m_inspector;
    CommandBox* m_command;
    ConfigNavigator* m_navigator;
    ConfigClipboard* m_clipboard;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    widgets::EmptyState* m_empty = nullptr;
    QPushButton* m_train = nullptr;
    bool m_isFresh = true; ///< nothing of the open file was shown yet
    QString m_shownFile;
    QString m_wantedPath; ///< to be made current once the tree has it
    QStringList m_wantedExpanded;
};

} // namespace fathom::app
