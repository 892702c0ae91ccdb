// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_panel.h"

#include "app/bridge/job_runner.h"
#include "app/config_view/layer_badge.h"
#include "app/pages/runs/run_summary.h"
#include "app/pages/runs/table_pane.h"
#include "app/samples/sample_view.h"
#include "app/shell/app_context.h"
#include "engine/config/provenance.h"
#include "engine/query/column.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QFileInfo>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStandardItem>
#include <QTabWidget>
#include <QVBoxLayout>

namespace fathom::app {

namespace {

QStandardItem* item(const QString& text, const QString& toolTip = {}) {
    auto* made = new QStandardItem(text);
    made->setToolTip(toolTip.isEmpty() ? text : toolTip);
    return made;
}

QStandardItem* number(double value) {
    QStandardItem* made = item(widgets::formatNumber(value), widgets::formatExact(value));
    made->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    return made;
}

QStandardItem* extreme(const store::StoredPoint& point) {
    QStandardItem* made = number(point.value);
    made->setToolTip(RunPanel::tr("%1 at step %2")
                         .arg(widgets::formatExact(point.value), widgets::formatCount(point.step)));
    return made;
}

QString shown(const Value& value) {
    query::Column cell;
    cell.resize(1);
    cell.set(0, value);
    return QString::fromStdString(cell.shown(0));
}

int layerOf(const std::string& name) {
    static const std::pair<const char*, config::Layer> kLayers[] = {
        {"dataclass", config::Layer::Dataclass},
        {"yaml", config::Layer::Yaml},
        {"group", config::Layer::Group},
        {"command line", config::Layer::CommandLine},
        {"edited", config::Layer::Edited}};
    for (const auto& [word, layer] : kLayers)
        if (name == word) return static_cast<int>(layer);
    return -1;
}

} // namespace

RunPanel::RunPanel(AppContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_stack(new QStackedWidget(this)),
      m_summary(new RunSummary),
      m_tabs(new QTabWidget),
      m_metrics(new TablePane({tr("Metric"), tr("Last"), tr("Min"), tr("Max"), tr("Points")}, tr("Metrics"),
                              tr("This run has logged no metric."))),
      m_config(new TablePane({tr("Key"), tr("Value"), tr("Set by")}, tr("Config"),
                             tr("This run recorded no config."))),
      m_environment(new TablePane({tr("Fact"), tr("Value")}, tr("Environment"),
                                  tr("This run recorded nothing about its environment."))),
      m_artifacts(new TablePane({tr("File"), tr("Kind"), tr("Size")}, tr("Artifacts"),
                                tr("This run has written no checkpoint or model."))),
      m_samples(new SampleView(context)) {
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(m_summary);
    m_tabs->addTab(scroll, tr("Summary"));
    m_tabs->addTab(m_metrics, tr("Metrics"));
    m_tabs->addTab(m_config, tr("Config"));
    m_tabs->addTab(m_environment, tr("Environment"));
    m_tabs->addTab(m_artifacts, tr("Files"));
    m_tabs->addTab(m_samples, tr("Samples"));
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Details of the run"));
    m_tabs->setUsesScrollButtons(true);
    m_config->view().setFont(widgets::monospace(font()));
    m_stack->addWidget(new widgets::EmptyState);
    m_stack->addWidget(m_tabs);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    connect(m_artifacts, &TablePane::activated, this,
            [this](const QString&, const QVariant& path) { Q_EMIT artifactActivated(path.toString()); });
}

void RunPanel::show(const store::Run& run) {
    m_run = run.id;
    m_summary->show(run);
    m_samples->setRun(static_cast<qint64>(run.id));
    m_stack->setCurrentWidget(m_tabs);
    m_isLoading = true;
    m_context.jobs().run(
        QStringLiteral("runs.panel"), this,
        [workspace = m_context.workspace(), id = run.id](const std::stop_token&) {
            return readDetails(workspace, id);
        },
        [this](const Result<RunDetails>& details) {
            m_isLoading = false;
            if (details)
                fill(*details);
            else
                showNothing(QString::fromStdString(details.error().message()));
        });
}

void RunPanel::showNothing(const QString& why) {
    m_summary->commit();
    m_run = {};
    m_samples->setRun(-1);
    auto* empty = qobject_cast<widgets::EmptyState*>(m_stack->widget(0));
    empty->set(QStringLiteral("runs"), tr("No run selected"), why);
    empty->setButton({});
    m_stack->setCurrentIndex(0);
}

void RunPanel::fill(const RunDetails& details) {
    if (details.run.id != m_run) return;
    m_summary->show(details.run);
    fillMetrics(details);
    fillConfig(details);
    fillOthers(details);
}

void RunPanel::fillMetrics(const RunDetails& details) {
    QList<QList<QStandardItem*>> rows;
    for (const store::SeriesSummary& summary : details.metrics) {
        if (summary.points == 0) continue;
        QStandardItem* points = item(widgets::formatCount(summary.points));
        points->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        if (summary.notFinite > 0)
            points->setToolTip(tr("%1 of them NaN or infinite").arg(widgets::formatCount(summary.notFinite)));
        rows.append(QList<QStandardItem*>{item(QString::fromStdString(summary.name)),
                                          number(summary.last.value), extreme(summary.least),
                                          extreme(summary.greatest), points});
    }
    m_metrics->setRows(rows);
}

void RunPanel::fillConfig(const RunDetails& details) {
    QList<QList<QStandardItem*>> rows;
    const widgets::Colors& colors = widgets::colorsFor(this);
    for (const store::ConfigLeaf& leaf : details.leaves) {
        const QString layer = QString::fromStdString(leaf.layer);
        const QString origin = QString::fromStdString(leaf.origin);
        QStandardItem* setBy = item(origin.isEmpty() ? layer : layer + QStringLiteral("  ") + origin, origin);
        if (const LayerBadge badge = badgeOfLayer(layerOf(leaf.layer), colors); !badge.icon.isEmpty()) {
            setBy->setIcon(widgets::icon(badge.icon, badge.color));
            setBy->setForeground(badge.color);
        }
        rows.append(
            QList<QStandardItem*>{item(QString::fromStdString(leaf.key)), item(shown(leaf.value)), setBy});
    }
    m_config->setRows(rows);
}

void RunPanel::fillOthers(const RunDetails& details) {
    QList<QList<QStandardItem*>> facts;
    for (const auto& [name, value] : details.environment) {
        const QString text = QString::fromStdString(value);
        facts.append(QList<QStandardItem*>{item(QString::fromStdString(name)),
                                           item(text.section(QLatin1Char('\n'), 0, 0), text)});
    }
    m_environment->setRows(facts);
    QList<QList<QStandardItem*>> files;
    for (const store::Artifact& artifact : details.artifacts) {
        const QString path = QString::fromStdString(artifact.path);
        QStandardItem* name = item(QFileInfo(path).fileName(), path);
        name->setData(path, Qt::UserRole + 1);
        QStandardItem* size = item(widgets::formatBytes(static_cast<double>(artifact.bytes)));
        size->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        files.append(QList<QStandardItem*>{name, item(QString::fromStdString(artifact.kind)), size});
    }
    m_artifacts->setRows(files);
}

} // namespace fathom::app
