// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/run_status_bar.h"

#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/models/run_state_text.h"
#include "app/shell/app_context.h"
#include "app/shell/startup.h"
#include "widgets/elided_label.h"
#include "widgets/number_format.h"
#include "widgets/state_chip.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>

#include <cmath>
#include <fstream>
#include <utility>

namespace fathom::app {

namespace {

constexpr int kMessageMs = 5000;
constexpr int kMachineMs = 2000;

struct MachineSample {
    double busy = 0;     ///< clock ticks all CPUs were busy since boot
    double all = 0;      ///< clock ticks in all
    double resident = 0; ///< bytes of this process
};

/// From /proc; background thread.
MachineSample sampleProc() {
    MachineSample sample;
    std::ifstream stat("/proc/stat");
    std::string name;
    stat >> name;
    double value = 0;
    for (int field = 0; field < 8 && stat >> value;
         ++field) { // user nice system idle iowait irq softirq steal
        sample.all += value;
        if (field != 3 && field != 4) sample.busy += value;
    }
    sample.resident = residentBytes();
    return sample;
}

} // namespace

RunStatusBar::RunStatusBar(AppContext& context, QWidget* parent) : QWidget(parent), m_context(context) {
    m_chip = new widgets::StateChip(this);
    m_chip->hide();
    m_run = new widgets::ElidedLabel(this);
    m_machine = new QLabel(this);
    m_machine->setAccessibleName(tr("Load of the machine and memory of this program"));
    m_machine->setToolTip(tr("Load of all CPUs, and resident memory of this program"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(widgets::kGrid, 3, 2 * widgets::kGrid, 3);
    layout->addWidget(m_chip);
    layout->addWidget(m_run, 1);
    layout->addWidget(m_machine);
    m_messageTimer.setSingleShot(true);
    m_messageTimer.setInterval(kMessageMs);
    connect(&m_messageTimer, &QTimer::timeout, this, [this] {
        m_message.clear();
        refresh();
    });
    m_machineTimer.setInterval(kMachineMs);
    connect(&m_machineTimer, &QTimer::timeout, this, &RunStatusBar::sampleMachine);
    m_machineTimer.start();
    connect(&context.engine(), &EngineBridge::runListChanged, this, &RunStatusBar::apply);
    connect(&context, &AppContext::statusMessage, this, &RunStatusBar::showMessage);
    refresh();
}

void RunStatusBar::showMessage(const QString& text) {
    m_message = text;
    m_messageTimer.start();
    refresh();
}

QString RunStatusBar::text() const {
    return m_run->text();
}

QString RunStatusBar::describe(const RunRow& row) {
    const store::Run& run = row.run;
    const store::Progress& p = run.progress;
    QStringList parts{QString::fromStdString(run.title())};
    parts.append(
        p.totalSteps < 0
            ? tr("step %1").arg(widgets::formatCount(p.step))
            : tr("step %1 / %2").arg(widgets::formatCount(p.step), widgets::formatCount(p.totalSteps)));
    if (!std::isnan(row.metrics.valWer))
        parts.append(tr("val_wer %1").arg(widgets::formatNumber(row.metrics.valWer)));
    if (!store::isOver(run.state)) {
        if (p.stepsPerSecond > 0 && !isPaused(run))
            parts.append(tr("%1 steps/s").arg(widgets::formatNumber(p.stepsPerSecond, 2)));
        const double remaining = remainingSeconds(run);
        if (remaining >= 0) parts.append(tr("ETA %1").arg(widgets::formatDuration(remaining)));
    }
    return parts.join(QStringLiteral("   "));
}

void RunStatusBar::apply(const RunListNewsPtr& news) {
    if (news->complete) {
        m_active.clear();
        m_last.reset();
    }
    for (const RunRow& row : news->rows) {
        const auto id = static_cast<qint64>(row.run.id);
        if (store::isOver(row.run.state))
            m_active.remove(id);
        else
            m_active.insert(id, row);
        // What was trained here comes before what was imported later.
        const auto rank = [](const RunRow& each) {
            return std::pair(each.run.source.empty(), static_cast<qint64>(each.run.id));
        };
        if (!m_last || rank(row) >= rank(*m_last)) m_last = row;
    }
    refresh();
}

void RunStatusBar::refresh() {
    const RunRow* row = m_last ? &*m_last : nullptr;
    qint64 newest = -1;
    for (auto it = m_active.cbegin(); it != m_active.cend(); ++it)
        if (it.key() > newest) {
            newest = it.key();
            row = &it.value();
        }
    m_chip->setVisible(row != nullptr);
    if (row != nullptr) m_chip->set(stateText(row->run), stateIcon(row->run), stateMood(row->run));
    if (!m_message.isEmpty()) return m_run->setText(m_message);
    QString text = row == nullptr ? tr("No runs yet") : describe(*row);
    if (m_active.size() > 1) text += tr("   (+%1 more)").arg(m_active.size() - 1);
    m_run->setText(text);
}

void RunStatusBar::sampleMachine() {
    if (!isVisible()) return;
    m_context.jobs().run(
        QStringLiteral("status.machine"), this, [](std::stop_token) { return sampleProc(); },
        [this](const MachineSample& now) {
            const double all = now.all - m_allBefore;
            const double load = all > 0 ? (now.busy - m_busyBefore) / all : 0;
            if (m_allBefore > 0)
                m_machine->setText(tr("CPU %1 %   RAM %2")
                                       .arg(std::lround(load * 100))
                                       .arg(widgets::formatBytes(now.resident)));
            m_busyBefore = now.busy;
            m_allBefore = now.all;
        });
}

void RunStatusBar::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && m_last) Q_EMIT m_context.pageRequested(QStringLiteral("train"));
}

} // namespace fathom::app
