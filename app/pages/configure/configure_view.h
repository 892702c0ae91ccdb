// SPDX-License-Identifier: GPL-3.0-or-later
// The widgets of the Configure page around one document.
#pragma once

#include <QWidget>

class QButtonGroup;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QSettings;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace fathom {
struct Error;
}

namespace fathom::widgets {
class ElidedLabel;
class EmptyState;
} // namespace fathom::widgets

namespace fathom::app {

class ActionRegistry;
class CommandBox;
class ConfigDocument;
class ConfigFilter;
class ConfigModel;
class ConfigTreeView;
class SourcePane;

class ConfigureView : public QWidget {
    Q_OBJECT
public:
    ConfigureView(ConfigDocument& document, ActionRegistry& actions, QWidget* parent = nullptr);

    void setRecentFiles(const QStringList& files);
    /// One line above the tree that explains the bundled example; empty hides it.
    void setHint(const QString& text);
    void focusTrain();
    /// The tree, or what there is instead: so that the page's shortcuts work.
    void focusDefault();
    /// Brings the first problem that prevents training into view; false when there is none.
    bool showBlockingProblem();
    void saveState(QSettings& settings) const;
    void restoreState(QSettings& settings);
    [[nodiscard]] ConfigTreeView* tree() const { return m_tree; }

Q_SIGNALS:
    void openRequested(const QString& file);
    void trainRequested();
    void statusMessage(const QString& text);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeHeader();
    QWidget* makeTreePane();
    QWidget* makeFooter();
    void addActions(ActionRegistry& actions);
    void addEditActions(ActionRegistry& actions);
    void connectDocument();

    /// What, why, where and the remedy on one line.
    static QString sentence(const Error& error);
    void chooseFile();
    void addKey();
    void copyOverride();
    void copyCommand();
    void showState();
    void showComposition();
    void showProblems();
    void showEmptyState();
    void markSource(const QModelIndex& index);
    void showSource(const QModelIndex& index);
    void updateActions();
    void filterChanged();

    ConfigDocument& m_document;
    ConfigModel* m_model;
    ConfigFilter* m_filter;
    ConfigTreeView* m_tree;
    SourcePane* m_source;
    CommandBox* m_command;
    QToolButton* m_file = nullptr;
    QMenu* m_fileMenu = nullptr;
    QToolButton* m_problems = nullptr;
    QMenu* m_problemMenu = nullptr;
    QLabel* m_hint = nullptr;
    QWidget* m_banner = nullptr;
    widgets::ElidedLabel* m_bannerText = nullptr;
    QLineEdit* m_filterLine = nullptr;
    QButtonGroup* m_show = nullptr;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    widgets::EmptyState* m_empty = nullptr;
    QPushButton* m_train = nullptr;
    QAction* m_open = nullptr;
    QAction* m_undo = nullptr;
    QAction* m_redo = nullptr;
    QAction* m_add = nullptr;
    QAction* m_remove = nullptr;
    QAction* m_reset = nullptr;
    QAction* m_copy = nullptr;
    bool m_isFresh = true; ///< nothing of the open file was shown yet
    QString m_shownFile;
    QString m_wantedPath; ///< to be made current once the tree has it
    QStringList m_wantedExpanded;
    QStringList m_expandedBefore; ///< before the filter was used
};

} // namespace fathom::app
