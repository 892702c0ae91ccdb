// SPDX-License-Identifier: GPL-3.0-or-later
// The actions on the run that the Train page shows, whichever process it is of. A run obeys between two
// batches: until then the action is pending, which the page says.
#pragma once

#include "app/models/run_news.h"
#include "app/pages/train/control_dialog.h"
#include "engine/base/result.h"
#include "engine/run/command.h"

#include <QAction>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QWidget>

#include <optional>

namespace fathom::app {

class AppContext;

class LiveControl : public QObject {
    Q_OBJECT
public:
    /// Adds train.stop, train.pause, train.checkpoint, train.validate, train.rate and train.epochs.
    explicit LiveControl(AppContext& context, QObject* parent = nullptr);

    [[nodiscard]] QAction* stop() const { return m_stop; }
    [[nodiscard]] QAction* pause() const { return m_pause; } ///< or resume
    [[nodiscard]] QList<QAction*> rarer() const { return {m_checkpoint, m_validate, m_rate, m_epochs}; }
    void setWindowOfDialogs(QWidget* widget) { m_parent = widget; }

    /// The actions are about this run from now on; -1: about none.
    void watch(qint64 runId);
    /// News of that run.
    void apply(const RunNews& news);

Q_SIGNALS:
    /// What was asked and is not obeyed yet ("Pausing…"); empty: nothing.
    void pendingChanged(const QString& text);

private:
    void addActions();
    void send(const run::Command& command, const QString& pending);
    void failed(const Error& error);
    void setPending(const QString& text);
    void update();
    void togglePause();
    void askForRate();
    void askForEpochs();
    void ask(const QString& kind, ControlDialog::Spec spec);

    AppContext& m_context;
    QPointer<QWidget> m_parent;
    QAction* m_stop = nullptr;
    QAction* m_pause = nullptr;
    QAction* m_checkpoint = nullptr;
    QAction* m_validate = nullptr;
    QAction* m_rate = nullptr;
    QAction* m_epochs = nullptr;
    qint64 m_runId = -1;
    std::optional<store::Run> m_run;        ///< as the last news had it
    std::optional<double> m_learningRate{}; ///< the last that was logged
    QString m_pending;
    bool m_isPausePending = false;
};

} // namespace fathom::app
