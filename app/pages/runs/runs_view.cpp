// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/runs_view.h"

#include "app/pages/runs/compare_bar.h"
#include "app/pages/runs/filter_line.h"
#include "app/pages/runs/run_panel.h"
#include "app/pages/runs/sparklines.h"
#include "app/shell/app_context.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/notice_bar.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"
#include "widgets/wrap_layout.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QTimer>
#include <QToolButton>

namespace fathom::app {

namespace {

constexpr int kNoticeMs = 20'000;

QToolButton* toolButton(QAction* action, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setAccessibleName(action->text());
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    return button;
}

} // namespace

RunsView::RunsView(RunTableModel& model, const RunActions& actions, AppContext& context, QWidget* parent)
    : QStackedWidget(parent),
      m_model(model),
      m_filter(new FilterLine),
      m_sparklines(new Sparklines(context.jobs(), context.workspace(), this)),
      m_table(new RunTableView(model, *m_sparklines)),
      m_panel(new RunPanel(context)),
      m_marks(new CompareBar(actions.compare, actions.clearMarks)),
      m_notice(new widgets::NoticeBar),
      m_splitter(new QSplitter),
      m_caption(new QLabel),
      m_nothing(new QLabel(m_table)),
      m_groupMenu(new QMenu(this)) {
    buildEmpty(context);
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(widgets::kGrid);
    column->addWidget(buildBar(actions));
    column->addWidget(m_notice);
    column->addWidget(m_table, 1);
    column->addWidget(m_marks);
    m_splitter->addWidget(left);
    m_splitter->addWidget(m_panel);
    m_splitter->setStretchFactor(0, 2);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setCollapsible(0, false);
    m_splitter->setSizes({900, 480});
    m_splitter->setHandleWidth(2 * widgets::kGrid);
    m_notice->hide();
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setForegroundRole(QPalette::PlaceholderText);
    m_nothing->hide();
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(2 * widgets::kGrid, 2 * widgets::kGrid, 2 * widgets::kGrid,
                               2 * widgets::kGrid);
    layout->addWidget(m_splitter);
    addWidget(page);
    connect(m_notice, &widgets::NoticeBar::firstClicked, this, &RunsView::undoClicked);
    connect(m_notice, &widgets::NoticeBar::secondClicked, this, &RunsView::trashClicked);
    updateCaption();
}

void RunsView::buildEmpty(AppContext& context) {
    auto* empty = new widgets::EmptyState(this);
    empty->set(
        QStringLiteral("runs"), tr("No runs in this workspace"),
        tr("Press Train on Configure, or start fathom-cli train with this workspace: it appears here live. "
           "Ctrl+Shift+I imports runs of TensorBoard, MLflow, W&B or Lightning."));
    empty->setButton(tr("Train"), QStringLiteral("play"));
    connect(empty, &widgets::EmptyState::buttonClicked, &context, &AppContext::trainCurrentRequested);
    addWidget(empty);
}

QWidget* RunsView::buildBar(const RunActions& actions) {
    auto* bar = new QWidget;
    auto* group = new QPushButton(widgets::icon(QStringLiteral("group")), tr("Group"), bar);
    group->setToolTip(tr("Put runs with equal values together"));
    group->setAutoDefault(false);
    group->setMenu(m_groupMenu);
    m_filter->line().setMinimumHeight(group->sizeHint().height());
    m_caption->setContentsMargins(widgets::kGrid, 0, widgets::kGrid, 0);
    auto* right = new QWidget(bar);
    auto* buttons = new widgets::WrapLayout(right);
    buttons->setSpacing(widgets::kGrid / 2);
    buttons->addWidget(m_caption);
    buttons->addWidget(group);
    buttons->addWidget(toolButton(actions.columns, bar));
    buttons->addWidget(toolButton(actions.panel, bar));
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_filter, 1, Qt::AlignTop);
    layout->addWidget(right, 0, Qt::AlignTop);
    return bar;
}

void RunsView::updateCaption() {
    const int all = m_model.runCount(), shown = m_model.shownCount(), hidden = m_model.hiddenCount();
    setCurrentIndex(all == 0 ? 0 : 1);
    QString text = shown == all
                       ? (all == 1 ? tr("1 run") : tr("%1 runs").arg(widgets::formatCount(all)))
                       : tr("%1 of %2 runs").arg(widgets::formatCount(shown), widgets::formatCount(all));
    m_caption->setText(text);
    m_caption->setToolTip(
        hidden > 0 ? tr("%1 archived: filter for `archived` to see them").arg(widgets::formatCount(hidden))
                   : QString());
    m_nothing->setVisible(all > 0 && shown == 0);
    if (shown > 0) return;
    m_nothing->setText(hidden > 0 ? tr("No run passes the filter.\nArchived ones are not shown: add "
                                       "`archived` to the filter to see them.")
                                  : tr("No run passes the filter."));
    m_nothing->setGeometry(
        m_table->rect().adjusted(0, m_table->rect().height() / 4, 0, -m_table->rect().height() / 2));
}

void RunsView::offerUndo(const QString& text) {
    m_notice->present(widgets::NoticeBar::Kind::Information, text, tr("Undo"), tr("Open trash"));
    QTimer::singleShot(kNoticeMs, m_notice, [this, text] {
        if (m_notice->text() == text) m_notice->hide();
    });
}

void RunsView::tell(const QString& error) {
    m_notice->present(widgets::NoticeBar::Kind::Error, error, {}, {});
}

void RunsView::hideNotice() {
    m_notice->hide();
}

} // namespace fathom::app
