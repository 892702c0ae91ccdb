// SPDX-License-Identifier: GPL-3.0-or-later
// The side panel: the current run with its metrics, config and who set each value, environment, artifacts
// and what its validations predicted.
#pragma once

#include "app/pages/runs/run_details.h"

#include <QWidget>

class QStackedWidget;
class QTabWidget;

namespace fathom::app {

class AppContext;
class RunSummary;
class SampleView;
class TablePane;

class RunPanel : public QWidget {
    Q_OBJECT
public:
    explicit RunPanel(AppContext& context, QWidget* parent = nullptr);

    /// Reads it again when it is the same run: its values may have changed.
    void show(const store::Run& run);
    void showNothing(const QString& why);
    [[nodiscard]] RunSummary& summary() const { return *m_summary; }
    [[nodiscard]] QTabWidget& tabs() const { return *m_tabs; }
    [[nodiscard]] bool isLoading() const { return m_isLoading; }

Q_SIGNALS:
    void artifactActivated(const QString& path);

private:
    void fill(const RunDetails& details);
    void fillMetrics(const RunDetails& details);
    void fillConfig(const RunDetails& details);
    void fillOthers(const RunDetails& details);

    AppContext& m_context;
    store::RunId m_run{};
    QStackedWidget* m_stack;
    RunSummary* m_summary;
    QTabWidget* m_tabs;
    TablePane* m_metrics;
    TablePane* m_config;
    TablePane* m_environment;
    TablePane* m_artifacts;
    SampleView* m_samples;
    bool m_isLoading = false;
};

} // namespace fathom::app
