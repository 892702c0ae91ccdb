// SPDX-License-Identifier: GPL-3.0-or-later
// The members of an archive as saving would leave them.
#pragma once

#include <QWidget>

class QAction;
class QHBoxLayout;
class QSortFilterProxyModel;
class QTreeView;

namespace fathom::app {

class ArchiveDocument;
class MemberModel;

class MembersView : public QWidget {
    Q_OBJECT
public:
    explicit MembersView(const ArchiveDocument& document, QWidget* parent = nullptr);
    void refresh();
    /// Stored name of the current member, or empty.
    [[nodiscard]] QString current() const;
    /// Puts a button of this action below the table, and the action into its menu.
    void addButton(QAction* action);

Q_SIGNALS:
    void currentChanged();

private:
    const ArchiveDocument& m_document;
    MemberModel* m_model;
    QSortFilterProxyModel* m_proxy;
    QTreeView* m_table;
    QHBoxLayout* m_buttons;
};

} // namespace fathom::app
