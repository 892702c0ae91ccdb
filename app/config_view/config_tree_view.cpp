// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/config_tree_view.h"

#include "app/config_view/config_delegate.h"
#include "app/models/config_filter.h"
#include "app/models/config_model.h"
#include "widgets/theme.h"

#include <QAction>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>

namespace fathom::app {

namespace {

ConfigKind kindOf(const QModelIndex& index) {
    return static_cast<ConfigKind>(index.data(ConfigModel::KindRole).toInt());
}

/// Calls `visit` for every row below `parent` that has rows itself.
template <class Visit>
void eachParent(const QAbstractItemModel& model, const QModelIndex& parent, int depth, const Visit& visit) {
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        if (model.rowCount(index) == 0) continue;
        visit(index, depth);
        eachParent(model, index, depth + 1, visit);
    }
}

} // namespace

ConfigTreeView::ConfigTreeView(ConfigModel& model, ConfigFilter& filter, QWidget* parent)
    : QTreeView(parent), m_model(model), m_filter(filter), m_delegate(new ConfigDelegate(this)) {
    setModel(&filter);
    setItemDelegate(m_delegate);
    setAccessibleName(tr("Configuration"));
    setFrameShape(NoFrame);
    setUniformRowHeights(true);
    setEditTriggers(DoubleClicked | EditKeyPressed | SelectedClicked);
    setSelectionBehavior(SelectRows);
    setAllColumnsShowFocus(true);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    setIndentation(2 * widgets::kGrid);
    setExpandsOnDoubleClick(true);
    setTabKeyNavigation(false);
    const int em = fontMetrics().horizontalAdvance(QLatin1Char('m'));
    // The badge is what this tree is for: the value gives way, so that it is always in sight.
    header()->setStretchLastSection(false);
    header()->setSectionsMovable(false);
    header()->setSectionResizeMode(ConfigModel::ValueColumn, QHeaderView::Stretch);
    header()->resizeSection(ConfigModel::KeyColumn, 20 * em);
    header()->resizeSection(ConfigModel::ResolvedColumn, 9 * em);
    header()->resizeSection(ConfigModel::SourceColumn, 11 * em);
    header()->resizeSection(ConfigModel::TypeColumn, 8 * em);
    header()->setMinimumSectionSize(5 * em);
    header()->setContextMenuPolicy(Qt::ActionsContextMenu);
    for (const int column : {int(ConfigModel::ResolvedColumn), int(ConfigModel::TypeColumn)}) {
        auto* const toggle =
            new QAction(model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(), this);
        toggle->setCheckable(true);
        toggle->setChecked(true);
        connect(toggle, &QAction::toggled, this, [this, column](bool on) { setColumnHidden(column, !on); });
        header()->addAction(toggle);
    }
    connect(this, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (index.column() == ConfigModel::SourceColumn) Q_EMIT sourceRequested(m_filter.mapToSource(index));
    });
}

QModelIndex ConfigTreeView::currentSource() const {
    return m_filter.mapToSource(currentIndex().siblingAtColumn(0));
}

QString ConfigTreeView::currentPath() const {
    return currentIndex().data(ConfigModel::PathRole).toString();
}

bool ConfigTreeView::selectPath(const QString& path) {
    const QModelIndex index = m_model.indexOf(path);
    if (!m_filter.mapFromSource(index).isValid()) return false;
    selectSource(index);
    return true;
}

void ConfigTreeView::selectSource(const QModelIndex& sourceIndex) {
    const QModelIndex index = m_filter.mapFromSource(sourceIndex);
    if (!index.isValid()) return;
    for (QModelIndex above = index.parent(); above.isValid(); above = above.parent())
        expand(above);
    setCurrentIndex(index);
    scrollTo(index);
}

void ConfigTreeView::selectFirst() {
    setCurrentIndex(m_filter.index(0, 0));
}

void ConfigTreeView::editPath(const QString& path) {
    if (!selectPath(path)) return;
    setFocus();
    editValue();
}

void ConfigTreeView::editValue() {
    // Where nothing can be edited, nothing happens; edit(index) alone would complain.
    edit(currentIndex().siblingAtColumn(ConfigModel::ValueColumn), AllEditTriggers, nullptr);
}

void ConfigTreeView::editAsText() {
    m_delegate->setNextAsText(true);
    editValue();
    m_delegate->setNextAsText(false);
}

void ConfigTreeView::expandByDefault() {
    constexpr int kLevels = 2;
    eachParent(m_filter, {}, 0, [this](const QModelIndex& index, int depth) {
        if (depth < kLevels && kindOf(index) == ConfigKind::Map) expand(index);
    });
}

QStringList ConfigTreeView::expandedPaths() const {
    QStringList paths;
    eachParent(m_filter, {}, 0, [&](const QModelIndex& index, int) {
        if (isExpanded(index)) paths.append(index.data(ConfigModel::PathRole).toString());
    });
    return paths;
}

void ConfigTreeView::expandPaths(const QStringList& paths) {
    for (const QString& path : paths) {
        const QModelIndex index = m_filter.mapFromSource(m_model.indexOf(path));
        if (index.isValid()) expand(index);
    }
}

void ConfigTreeView::spanProblems() {
    const auto span = [this](const QModelIndex& parent) {
        for (int row = 0; row < m_filter.rowCount(parent); ++row) {
            const bool isProblem = kindOf(m_filter.index(row, 0, parent)) == ConfigKind::Problem;
            if (isFirstColumnSpanned(row, parent) != isProblem) setFirstColumnSpanned(row, parent, isProblem);
            if (isProblem && parent.isValid()) expand(parent);
        }
    };
    span({});
    eachParent(m_filter, {}, 0, [&](const QModelIndex& index, int) { span(index); });
}

/// The key that a beaten value or a problem stands below; the index itself where it is a key, or where the
/// problem's key is not in the tree.
QModelIndex ConfigTreeView::keyOf(const QModelIndex& index) {
    const bool isBelow = kindOf(index) == ConfigKind::Beat || kindOf(index) == ConfigKind::Problem;
    const bool isOwn = index.parent().data(ConfigModel::PathRole) == index.data(ConfigModel::PathRole);
    return isBelow && isOwn ? index.parent() : index;
}

// Whatever column is current, F2 and a double click on a key mean its value; on a problem they mend the key.
bool ConfigTreeView::edit(const QModelIndex& index, EditTrigger trigger, QEvent* event) {
    const bool means = trigger == EditKeyPressed || trigger == DoubleClicked;
    // A double click on a section opens it; F2 edits it as text.
    const bool isSection = !index.data(ConfigModel::LeafRole).toBool();
    if (trigger == DoubleClicked && isSection && index.column() != ConfigModel::ValueColumn) return false;
    if (!means) return QTreeView::edit(index, trigger, event);
    const QModelIndex value = keyOf(index.siblingAtColumn(0)).siblingAtColumn(ConfigModel::ValueColumn);
    if (value.siblingAtColumn(0) != index.siblingAtColumn(0)) setCurrentIndex(value);
    return QTreeView::edit(value, trigger, event);
}

void ConfigTreeView::keyPressEvent(QKeyEvent* event) {
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isEnter && state() != EditingState && currentIndex().isValid()) {
        if (event->modifiers() & Qt::AltModifier) {
            Q_EMIT sourceRequested(currentSource());
            return;
        }
        if (!currentIndex().data(ConfigModel::FixRole).toString().isEmpty()) {
            Q_EMIT fixRequested(currentIndex().data(ConfigModel::ProblemRole).toInt());
            return;
        }
        const QModelIndex value =
            keyOf(currentIndex().siblingAtColumn(0)).siblingAtColumn(ConfigModel::ValueColumn);
        const bool isPlainSection =
            !value.data(ConfigModel::LeafRole).toBool() &&
            value.data(ConfigModel::FieldRole).value<ConfigField>().groupKey.isEmpty();
        if (!isPlainSection && value.flags() & Qt::ItemIsEditable)
            edit(value, EditKeyPressed, event);
        else
            setExpanded(currentIndex().siblingAtColumn(0), !isExpanded(currentIndex().siblingAtColumn(0)));
        return;
    }
    QTreeView::keyPressEvent(event);
}

void ConfigTreeView::mouseReleaseEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->position().toPoint()).siblingAtColumn(0);
    const QString fix = index.data(ConfigModel::FixRole).toString();
    if (event->button() == Qt::LeftButton && !fix.isEmpty()) {
        QRect row = visualRect(index);
        row.setRight(std::min(row.right(), viewport()->rect().right() - 2 * widgets::kGrid));
        if (ConfigDelegate::fixRect(row, font(), fix).contains(event->position().toPoint())) {
            Q_EMIT fixRequested(index.data(ConfigModel::ProblemRole).toInt());
            return;
        }
    }
    QTreeView::mouseReleaseEvent(event);
}

void ConfigTreeView::drawRow(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    if (kindOf(index) == ConfigKind::Problem) {
        const widgets::Colors& colors = widgets::colorsFor(this);
        painter->fillRect(option.rect, widgets::blend(colors.surface, colors.error, 0.1));
    }
    QTreeView::drawRow(painter, option, index);
}

void ConfigTreeView::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTreeView::currentChanged(current, previous);
    if (current.isValid()) Q_EMIT pathChosen(current.data(ConfigModel::PathRole).toString());
}

} // namespace fathom::app
