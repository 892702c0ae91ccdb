// SPDX-License-Identifier: GPL-3.0-or-later
// The line at the bottom: what runs, how far it is, and what the machine has left.
#pragma once

#include "app/models/run_news.h"

#include <QHash>
#include <QTimer>
#include <QWidget>

class QLabel;

namespace fathom::widgets {
class ElidedLabel;
class StateChip;
} // namespace fathom::widgets

namespace fathom::app {

class AppContext;

class RunStatusBar : public QWidget {
    Q_OBJECT
public:
    explicit RunStatusBar(AppContext& context, QWidget* parent = nullptr);
    /// For a few seconds, in place of the run.
    void showMessage(const QString& text);
    /// "speech/7  step 840 / 1,404  val_wer 0.41  5.9 steps/s  ETA 1 min 35 s"
    [[nodiscard]] static QString describe(const RunRow& row);
    [[nodiscard]] QString text() const;

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    void apply(const RunListNewsPtr& news);
    void refresh();
    void sampleMachine();

    AppContext& m_context;
    widgets::StateChip* m_chip = nullptr;
    widgets::ElidedLabel* m_run = nullptr;
    QLabel* m_machine = nullptr;
    QTimer m_messageTimer;
    QTimer m_machineTimer;
    QHash<qint64, RunRow> m_active;
    std::optional<RunRow> m_last; ///< the newest run, shown when none is active
    QString m_message;
    double m_busyBefore = 0;
    double m_allBefore = 0;
};

} // namespace fathom::app
