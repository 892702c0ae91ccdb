// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/train/train_page.h"

#include "app/bridge/engine_bridge.h"
#include "app/pages/train/live_control.h"
#include "app/pages/train/run_header.h"
#include "app/pages/train/run_view.h"
#include "app/plots/plot_board.h"
#include "app/samples/sample_view.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "widgets/empty_state.h"
#include "widgets/scroll_page.h"

#include <QSettings>
#include <QStackedWidget>

namespace fathom::app {

TrainPage::TrainPage(AppContext& context, QObject* parent) : Page(parent), m_context(context) {
    addActions();
    EngineBridge& engine = context.engine();
    connect(&engine, &EngineBridge::runListChanged, this, &TrainPage::applyList);
    connect(&engine, &EngineBridge::runChanged, this, &TrainPage::applyNews);
    connect(&engine, &EngineBridge::storeFailed, this, [this] { m_settled = true; });
    connect(&context, &AppContext::runStarted, this, [this](qint64 id) {
        m_picked = false;
        show(id);
        Q_EMIT m_context.pageRequested(this->id());
    });
    connect(&context, &AppContext::showRunRequested, this, [this](qint64 id) {
        m_picked = true;
        show(id);
        Q_EMIT m_context.pageRequested(this->id());
    });
    connect(&context, &AppContext::trainRefused, this, &TrainPage::refuse);
}

void TrainPage::addActions() {
    m_train = m_context.actions().add({.id = QStringLiteral("train.start"),
                                       .text = tr("Train"),
                                       .icon = QStringLiteral("play"),
                                       .shortcut = Qt::Key_F5,
                                       .tip = tr("Start a run of the config that is open on Configure")},
                                      this, [this] { Q_EMIT m_context.trainCurrentRequested(); });
    m_control = new LiveControl(m_context, this);
}

QWidget* TrainPage::widget() {
    if (m_stack) return m_stack;
    m_stack = new QStackedWidget;
    auto* empty = new widgets::EmptyState(m_stack);
    empty->set(QStringLiteral("train"), tr("No run yet"),
               tr("A run shows here while it goes: losses, learning rate, word error rate, predictions and "
                  "its log."));
    empty->setButton(tr("Train"), QStringLiteral("play"));
    connect(empty, &widgets::EmptyState::buttonClicked, m_train, &QAction::trigger);
    m_view = new RunView(m_context,
                         {.train = m_train,
                          .stop = m_control->stop(),
                          .pause = m_control->pause(),
                          .menu = m_control->rarer()},
                         m_stack);
    m_control->setWindowOfDialogs(m_stack);
    connect(m_control, &LiveControl::pendingChanged, m_view,
            [this](const QString& text) { m_view->header().setPending(text); });
    connect(m_view, &RunView::fileActivated, &m_context, &AppContext::openFileRequested);
    m_stack->addWidget(empty);
    m_stack->addWidget(new widgets::ScrollPage(m_view));
    if (m_shown >= 0) show(m_shown); // asked for before there was a widget
    return m_stack;
}

QString TrainPage::badge() const {
    return m_active > 0 ? QStringLiteral("●") : QString();
}

void TrainPage::show(qint64 runId) {
    m_shown = runId;
    m_settled = false;
    m_shownState = store::RunState::Created;
    m_context.engine().watch(runId);
    if (m_stack) m_stack->setCurrentIndex(1);
    m_control->watch(runId);
}

void TrainPage::applyList(const RunListNewsPtr& news) {
    const bool first = news->complete;
    if (first) {
        m_active = 0;
        m_over.clear();
    }
    for (const RunRow& row : news->rows) {
        const auto id = static_cast<qint64>(row.run.id);
        const bool over = store::isOver(row.run.state);
        const auto known = m_over.constFind(id);
        const bool wasActive = known != m_over.cend() && !*known;
        m_active += (over ? 0 : 1) - (wasActive ? 1 : 0);
        if (!over || wasActive) m_over.insert(id, over);
        if (over || id <= m_shown) continue;
        // A newer run goes on, started here or by another process: show it unless the user looks at one of
        // his choice.
        if (!m_picked && (m_shown < 0 || store::isOver(m_shownState))) show(id);
    }
    if (first && m_shown < 0 && !news->rows.empty()) show(static_cast<qint64>(news->rows.front().run.id));
    if (first && news->rows.empty()) m_settled = true;
    Q_EMIT badgeChanged();
}

void TrainPage::applyNews(const RunNewsPtr& news) {
    if (static_cast<qint64>(news->run) != m_shown || !m_view) return;
    if (news->info) m_shownState = news->info->state;
    m_view->apply(*news);
    m_control->apply(*news);
    m_settled = true;
}

void TrainPage::refuse(const Error& error) {
    widget();
    m_context.engine().watch(-1);
    m_shown = -1;
    m_picked = true;
    m_view->showRefused(error);
    m_stack->setCurrentIndex(1);
    m_control->watch(-1);
    Q_EMIT m_context.pageRequested(id());
}

bool TrainPage::isSettled() const {
    const bool drawn = m_shown < 0 || !m_view || m_view->plots().isSettled();
    return m_settled && drawn && (!m_view || m_view->samples().isSettled());
}

void TrainPage::saveState(QSettings& settings) const {
    if (m_view) m_view->saveState(settings);
}

void TrainPage::restoreState(QSettings& settings) {
    if (m_view) m_view->restoreState(settings);
}

} // namespace fathom::app
