// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/configure/diff_pane.h"

#include "app/models/config_diff.h"
#include "app/pages/configure/config_comparison.h"
#include "app/config_view/layer_badge.h"
#include "widgets/icon.h"
#include "widgets/row_delegate.h"
#include "widgets/theme.h"

#include <QAction>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

using widgets::kGrid;

/// Each side with the badge of the layer that won there; what is absent is muted.
class SideDelegate : public widgets::RowDelegate {
public:
    using RowDelegate::RowDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        RowDelegate::initStyleOption(option, index);
        const widgets::Colors& colors = widgets::colorsFor(option->palette);
        option->font = widgets::monospace(option->font);
        if (!index.data(ConfigDiffModel::HasRole).toBool())
            option->palette.setColor(QPalette::Text, colors.muted);
        const LayerBadge badge = badgeOfLayer(index.data(ConfigDiffModel::LayerRole).toInt(), colors);
        if (badge.icon.isEmpty()) return;
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->icon = widgets::icon(badge.icon, badge.color);
        option->decorationSize = QSize(2 * kGrid, 2 * kGrid);
    }
};

} // namespace

DiffPane::DiffPane(ConfigComparison& comparison, QWidget* parent)
    : QWidget(parent),
      m_comparison(comparison),
      m_model(new ConfigDiffModel(this)),
      m_table(new QTreeView),
      m_other(new QToolButton),
      m_summary(new QLabel) {
    m_other->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_other->setIcon(widgets::icon(QStringLiteral("diff")));
    m_other->setPopupMode(QToolButton::InstantPopup);
    m_other->setAutoRaise(true);
    m_menu = new QMenu(m_other);
    m_other->setMenu(m_menu);
    m_table->setModel(m_model);
    m_table->setItemDelegate(new SideDelegate(m_table));
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setAccessibleName(tr("Keys that differ"));
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_table->header()->setSectionResizeMode(QHeaderView::Stretch);
    auto* const take =
        new QAction(widgets::icon(QStringLiteral("edit")), tr("Take the value from the right"), this);
    m_table->addAction(take);
    connect(take, &QAction::triggered, this, &DiffPane::takeRight);
    connect(m_table, &QTreeView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT keyChosen(index.data(ConfigDiffModel::PathRole).toString());
    });
    m_summary->setFont(widgets::captionFont(font()));
    m_summary->setWordWrap(true);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(m_other);
    layout->addWidget(m_summary);
    layout->addWidget(m_table, 1);
    connect(&comparison, &ConfigComparison::changed, this, &DiffPane::showDifferences);
    setRecentFiles({});
    showDifferences();
}

void DiffPane::setRecentFiles(const QStringList& files) {
    m_menu->clear();
    connect(m_menu->addAction(tr("This config without its overrides")), &QAction::triggered, &m_comparison,
            &ConfigComparison::compareWithFiles);
    connect(m_menu->addAction(widgets::icon(QStringLiteral("open")), tr("Another config…")),
            &QAction::triggered, this, &DiffPane::choose);
    if (!files.isEmpty()) m_menu->addSeparator();
    for (const QString& file : files) {
        connect(m_menu->addAction(widgets::icon(QStringLiteral("yaml")), displayPath(file)),
                &QAction::triggered, &m_comparison, [this, file] { m_comparison.compareWith(file); });
    }
    m_menu->addSeparator();
    connect(m_menu->addAction(tr("Nothing")), &QAction::triggered, &m_comparison, &ConfigComparison::stop);
}

void DiffPane::setLeftTitle(const QString& title) {
    m_leftTitle = title;
    showDifferences();
}

void DiffPane::choose() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Compare with"), {},
                                                      tr("YAML configs (*.yaml *.yml);;All files (*)"));
    if (!file.isEmpty()) m_comparison.compareWith(file);
}

void DiffPane::showDifferences() {
    const bool isActive = m_comparison.isActive();
    m_other->setText(isActive ? tr("Compared with: %1").arg(m_comparison.title()) : tr("Compare with…"));
    m_model->setDifferences(m_comparison.differences(), m_leftTitle, m_comparison.title());
    const auto count = m_comparison.differences().size();
    m_table->setVisible(count > 0);
    m_summary->setText(!isActive              ? tr("Choose another config to see the keys that differ.")
                       : m_comparison.error() ? sentence(*m_comparison.error())
                       : count == 0           ? tr("No key differs.")
                       : count == 1           ? tr("1 key differs.")
                                              : tr("%1 keys differ.").arg(count));
    auto* const layout = static_cast<QVBoxLayout*>(this->layout());
    layout->setAlignment(m_summary, count > 0 ? Qt::Alignment() : Qt::AlignTop);
}

void DiffPane::takeRight() {
    const int row = m_table->currentIndex().row();
    if (row < 0) return;
    const ConfigDifference& difference = m_model->differences()[static_cast<std::size_t>(row)];
    if (difference.right.has)
        Q_EMIT takeRequested(difference.path, difference.right.value, !difference.left.has);
    else
        Q_EMIT removeRequested(difference.path);
}

} // namespace fathom::app
