// SPDX-License-Identifier: GPL-3.0-or-later
// Which run it is, how far it is, and what went wrong if something did.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <QList>
#include <QWidget>

#include <optional>

class QAction;
class QLabel;
class QProgressBar;
class QToolButton;
class QPushButton;

namespace fathom::widgets {
class ElidedLabel;
class StateChip;
} // namespace fathom::widgets

namespace fathom::app {

/// What the header's buttons and its menu do.
struct RunActions {
    QAction* train = nullptr;
    QAction* stop = nullptr;
    QAction* pause = nullptr;
    QList<QAction*> menu{}; ///< the rarer ones
};

class RunHeader : public QWidget {
    Q_OBJECT
public:
    explicit RunHeader(const RunActions& actions, QWidget* parent = nullptr);

    void show(const store::Run& run);
    /// What was asked of the run and is not done yet: "Pausing…"; empty for nothing.
    void setPending(const QString& text);
    [[nodiscard]] QString phaseText() const;
    /// Instead of a run: a config that was refused.
    void showRefused(const Error& error);
    [[nodiscard]] QString progressText() const;
    [[nodiscard]] QString problemText() const;

    /// "step 840 / 1,404 · epoch 3 / 10 · 5.9 steps/s · ETA 1 min 35 s"
    [[nodiscard]] static QString describe(const store::Run& run);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build(const RunActions& actions);
    QPushButton* buildMenu(const QList<QAction*>& actions);
    void showTitle(const QString& text);
    void showPhase();
    void showProblem(const QString& what, const QString& why, const QString& remedy, const QString& details);
    void hideProblem();
    void applyColors();

    widgets::ElidedLabel* m_title = nullptr;
    widgets::StateChip* m_chip = nullptr;
    widgets::ElidedLabel* m_phase = nullptr;
    QProgressBar* m_bar = nullptr;
    widgets::ElidedLabel* m_progress = nullptr;
    QWidget* m_problem = nullptr;
    QLabel* m_problemIcon = nullptr;
    QLabel* m_problemText = nullptr;
    QToolButton* m_copy = nullptr;
    QString m_details;
    QString m_phaseOfRun;
    QString m_pending;
};

} // namespace fathom::app
