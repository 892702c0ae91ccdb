// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/archive/members_view.h"

#include "app/models/member_model.h"
#include "app/pages/archive/archive_document.h"
#include "widgets/action_button.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

MembersView::MembersView(const ArchiveDocument& document, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_model(new MemberModel(this)),
      m_proxy(new QSortFilterProxyModel(this)),
      m_table(new QTreeView),
      m_buttons(new QHBoxLayout) {
    m_proxy->setSourceModel(m_model);
    m_proxy->setSortRole(MemberModel::SortRole);
    m_table->setModel(m_proxy);
    m_table->setAccessibleName(tr("Members"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setRootIsDecorated(false);
    m_table->setItemDelegate(new widgets::RowDelegate(m_table));
    m_table->setUniformRowHeights(true);
    m_table->setAllColumnsShowFocus(true);
    m_table->setSortingEnabled(true);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_table->header()->setSortIndicator(-1, Qt::AscendingOrder);
    m_proxy->sort(-1);
    const int em = m_table->fontMetrics().horizontalAdvance(QLatin1Char('m'));
    m_table->header()->resizeSection(MemberModel::NameColumn, 40 * em);
    for (const int column : {MemberModel::TypeColumn, MemberModel::BytesColumn})
        m_table->header()->resizeSection(column, 8 * em);
    m_table->header()->resizeSection(MemberModel::TimeColumn, 14 * em);
    m_buttons->addStretch();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_table, 1);
    layout->addLayout(m_buttons);
    setFocusProxy(m_table);
    refresh();
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &MembersView::currentChanged);
}

void MembersView::addButton(QAction* action) {
    m_buttons->addWidget(widgets::actionButton(action));
    m_table->addAction(action);
}

void MembersView::refresh() {
    const std::vector<archive::Member>& stored = m_document.contents().nemo->members();
    std::vector<archive::Member> members;
    if (!m_document.isEditable()) {
        members = stored;
    } else {
        for (const archive::EditedMember& edit : m_document.editor().state().members) {
            archive::Member member = edit.source ? stored[*edit.source] : archive::Member{};
            member.name = edit.name;
            if (edit.content) member.bytes = edit.content->size();
            members.push_back(std::move(member));
        }
    }
    const QString name = current();
    m_model->setMembers(std::move(members));
    const auto found = m_proxy->match(m_proxy->index(0, MemberModel::NameColumn), Qt::DisplayRole, name, 1,
                                      Qt::MatchExactly);
    if (!name.isEmpty() && !found.isEmpty()) m_table->setCurrentIndex(found.front());
}

QString MembersView::current() const {
    return m_table->currentIndex().siblingAtColumn(MemberModel::NameColumn).data().toString();
}

} // namespace fathom::app
