// SPDX-License-Identifier: GPL-3.0-or-later
// The page of the run that goes on, or of one that was picked.
#pragma once

#include "app/models/run_news.h"
#include "app/shell/page.h"
#include "engine/base/result.h"

#include <QHash>
#include <QPointer>

#include <optional>

class QAction;
class QStackedWidget;

namespace fathom::widgets {
class EmptyState;
}

namespace fathom::app {

class AppContext;
class LiveControl;
class RunView;

class TrainPage : public Page {
    Q_OBJECT
public:
    explicit TrainPage(AppContext& context, QObject* parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("train"); }
    [[nodiscard]] QString title() const override { return tr("Train"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("train"); }
    [[nodiscard]] QWidget* widget() override;
    [[nodiscard]] QString badge() const override;
    void saveState(QSettings& settings) const override;
    void restoreState(QSettings& settings) override;
    [[nodiscard]] bool isSettled() const override;

private:
    void addActions();
    void show(qint64 runId);
    void applyList(const RunListNewsPtr& news);
    void applyNews(const RunNewsPtr& news);
    void refuse(const Error& error);

    AppContext& m_context;
    QAction* m_train = nullptr;
    LiveControl* m_control = nullptr;
    QPointer<QStackedWidget> m_stack;
    QPointer<RunView> m_view;
    qint64 m_shown = -1;
    store::RunState m_shownState = store::RunState::Created;
    bool m_picked = false; ///< the user chose this run: newer ones do not push it away
    bool m_settled = false;
    int m_active = 0;
    QHash<qint64, bool> m_over; ///< of every run that was ever active while the window was open
};

} // namespace fathom::app
