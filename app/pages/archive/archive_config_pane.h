// SPDX-License-Identifier: GPL-3.0-or-later
// The archive's config in the provenance tree, edited as on the Configure page; beside it the YAML, the text
// that saving writes, and the story of the current key.
#pragma once

#include <QWidget>

class QAction;
class QHBoxLayout;
class QTabWidget;

namespace fathom::widgets {
class CodeView;
}

namespace fathom::app {

class ArchiveDocument;
class ConfigTreePane;
class ConfigTreeView;
class OriginPane;

class ArchiveConfigPane : public QWidget {
    Q_OBJECT
public:
    explicit ArchiveConfigPane(ArchiveDocument& document, QWidget* parent = nullptr);

    [[nodiscard]] ConfigTreeView* tree() const;
    void addKey();
    void removeKey();
    void resetKey();
    [[nodiscard]] bool canRemove() const;
    [[nodiscard]] bool canReset() const;
    void focusFilter();
    /// Puts a button of this action below the tree, and the action into its menu.
    void addButton(QAction* action);

Q_SIGNALS:
    /// Another key is current, or another tree shown.
    void currentChanged();

private:
    void connectTree();
    void show();
    void markSource();
    ArchiveDocument& m_document;
    ConfigTreePane* m_pane;
    QTabWidget* m_texts;
    widgets::CodeView* m_source;
    widgets::CodeView* m_result;
    OriginPane* m_origin;
    QHBoxLayout* m_buttons;
    bool m_isFresh = true;
    QString m_wanted; ///< a key that was added, to become the current one
};

} // namespace fathom::app
