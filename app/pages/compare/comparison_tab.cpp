// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/comparison_tab.h"

#include "app/pages/compare/comparison_delegate.h"
#include "app/pages/compare/difference_pane.h"
#include "app/pages/compare/pinned_table.h"
#include "app/shell/app_context.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/passing_menu.h"
#include "widgets/theme.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;

ComparisonTab::ComparisonTab(AppContext& context, const ComparisonModel::Kinds& kinds, const QString& name,
                             QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_model(new ComparisonModel(kinds, this)),
      m_table(new PinnedTable(m_model, new ComparisonDelegate(this), 2)),
      m_pane(new DifferencePane(context.jobs(), context.workspace())),
      m_search(new QLineEdit),
      m_all(new QToolButton),
      m_summary(new QLabel),
      m_stack(new QStackedWidget),
      m_message(new widgets::EmptyState) {
    build(name);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setSearch(text);
        updateSummary();
    });
    connect(m_all, &QToolButton::toggled, this, [this](bool all) { setOnlyDifferences(!all); });
    connect(m_table, &PinnedTable::currentChanged, this, &ComparisonTab::showCurrent);
    connect(m_table, &PinnedTable::headerMenuRequested, this, &ComparisonTab::showMenu);
    connect(m_message, &widgets::EmptyState::buttonClicked, this, [this] {
        m_search->clear();
        m_all->setChecked(true);
    });
}

void ComparisonTab::build(const QString& name) {
    m_search->setPlaceholderText(tr("Search keys and values"));
    m_search->setAccessibleName(tr("Search keys and values"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(widgets::icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_all->setText(tr("Show what is the same"));
    m_all->setCheckable(true);
    m_all->setToolTip(tr("Show the keys too that have the same value in every run"));
    m_table->setAccessibleNames(name);
    const int letter = fontMetrics().averageCharWidth();
    m_table->setColumnWidths({38 * letter, 30 * letter}, 30 * letter);
    auto* const copy = new QAction(widgets::icon(QStringLiteral("copy")), tr("Copy the whole value"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &ComparisonTab::copyCell);
    m_table->addTableAction(copy);
    m_summary->setFont(widgets::captionFont(font()));

    auto* const bar = new QHBoxLayout;
    bar->addWidget(m_search, 1);
    bar->addWidget(m_summary);
    bar->addWidget(m_all);
    auto* const split = new QSplitter(Qt::Vertical);
    split->addWidget(m_table);
    split->addWidget(m_pane);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    m_stack->addWidget(split);
    m_stack->addWidget(m_message);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(bar);
    layout->addWidget(m_stack, 1);
    setFocusProxy(m_table);
}

void ComparisonTab::setComparison(const ComparisonPtr& comparison) {
    const QString key = m_table->currentIndex().data(ComparisonModel::KeyRole).toString();
    const int column = key.isEmpty() ? 2 : m_table->currentIndex().column();
    m_pane->showNothing();
    m_model->setComparison(comparison);
    updateSummary();
    // Once the table has its size: it would scroll to a row that is in sight then.
    QTimer::singleShot(0, this, [this, key, column] {
        const int row = key.isEmpty() ? firstConfigRow() : m_model->rowOf(key);
        if (row >= 0)
            m_table->setCurrentIndex(m_model->index(row, std::min(column, m_model->columnCount() - 1)));
    });
}

/// Something to begin with; -1 where no config key differs.
int ComparisonTab::firstConfigRow() const {
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const int kind = m_model->index(row, 0).data(ComparisonModel::SectionRole).toInt();
        if (m_model->keyAt(row) != nullptr && kind == static_cast<int>(ComparisonSection::Kind::Config))
            return row;
    }
    return -1;
}

void ComparisonTab::setOnlyDifferences(bool only) {
    m_all->setChecked(!only);
    m_model->setOnlyDifferences(only);
    updateSummary();
}

void ComparisonTab::focusSearch() {
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void ComparisonTab::updateSummary() {
    const int shown = m_model->keyCount();
    m_summary->setText(shown == 1 ? tr("1 key") : tr("%1 keys").arg(widgets::formatCount(shown)));
    const bool isAlone = m_model->comparison() && m_model->comparison()->order.size() < 2;
    const bool isAloneWithNothing = isAlone && m_model->onlyDifferences();
    if (!m_model->comparison() || (m_model->rowCount() > 0 && !isAloneWithNothing)) {
        m_stack->setCurrentIndex(0);
        return;
    }
    if (!m_search->text().isEmpty())
        m_message->set(QStringLiteral("search"), tr("Nothing found"),
                       tr("No key or value that is shown has these words."));
    else if (isAlone)
        m_message->set(QStringLiteral("compare"), tr("One run alone differs from nothing"),
                       tr("Choose another run to compare it with."));
    else
        m_message->set(QStringLiteral("check"), tr("No difference"),
                       tr("Every key has the same value in all of these runs."));
    m_message->setButton(tr("Show everything"));
    m_stack->setCurrentIndex(1);
}

void ComparisonTab::showCurrent() {
    const QModelIndex index = m_table->currentIndex();
    const analysis::ComparedKey* key = index.isValid() ? m_model->keyAt(index.row()) : nullptr;
    if (key == nullptr) return m_pane->showNothing();
    const auto kind = static_cast<ComparisonSection::Kind>(index.data(ComparisonModel::SectionRole).toInt());
    m_pane->showKey(m_model->comparison(), kind, *key, index.column());
}

void ComparisonTab::showMenu(int column, const QPoint& position) {
    if (column < 1 || !m_model->comparison()) return;
    const ComparedRun& run = m_model->comparison()->run(static_cast<std::size_t>(column - 1));
    const auto id = static_cast<qint64>(run.run.id);
    QMenu* const menu = widgets::passingMenu(this);
    QAction* const baseline = menu->addAction(tr("Make %1 the baseline").arg(run.title));
    baseline->setEnabled(column > 1);
    connect(baseline, &QAction::triggered, this, [this, id] { Q_EMIT baselineRequested(id); });
    connect(menu->addAction(tr("Show %1 on Train").arg(run.title)), &QAction::triggered, this,
            [this, id] { Q_EMIT showRunRequested(id); });
    connect(menu->addAction(tr("Take %1 out of the comparison").arg(run.title)), &QAction::triggered, this,
            [this, id] { Q_EMIT removeRequested(id); });
    menu->popup(position);
}

void ComparisonTab::copyCell() {
    const QString text = m_table->currentIndex().data(ComparisonModel::WholeRole).toString();
    if (!text.isEmpty()) QGuiApplication::clipboard()->setText(text);
}

void ComparisonTab::copyAll() {
    QGuiApplication::clipboard()->setText(m_model->asText());
    const int keys = m_model->keyCount();
    Q_EMIT m_context.statusMessage(keys == 1
                                       ? tr("1 key copied as a table")
                                       : tr("%1 keys copied as a table").arg(widgets::formatCount(keys)));
}

} // namespace fathom::app
