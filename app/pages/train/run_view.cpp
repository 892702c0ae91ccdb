// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/train/run_view.h"

#include "app/pages/train/log_view.h"
#include "app/pages/train/run_header.h"
#include "app/plots/plot_board.h"
#include "app/samples/sample_view.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QHeaderView>
#include <QSettings>
#include <QSplitter>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace fathom::app {

namespace {
constexpr int kPathRole = Qt::UserRole + 1;
}

RunView::RunView(AppContext& context, const RunActions& actions, QWidget* parent) : QWidget(parent) {
    m_header = new RunHeader(actions, this);
    m_samples = new SampleView(context, this);
    m_samples->addActions(QStringLiteral("train"));
    m_plots = new PlotBoard(context, {.page = QStringLiteral("train"), .standard = trainingBoard()}, this);
    m_log = new LogView(this);
    m_tabs = new QTabWidget(this);
    m_tabs->setDocumentMode(true);
    m_tabs->setAutoFillBackground(true);
    m_tabs->setBackgroundRole(QPalette::Base);
    m_tabs->addTab(m_samples, tr("Predictions"));
    m_tabs->addTab(m_log, tr("Log"));
    m_tabs->addTab(buildFiles(), tr("Files"));
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->addWidget(m_plots);
    m_splitter->addWidget(m_tabs);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * widgets::kGrid, 2 * widgets::kGrid, 2 * widgets::kGrid,
                               2 * widgets::kGrid);
    layout->setSpacing(12);
    layout->addWidget(m_header);
    layout->addWidget(m_splitter, 1);
}

QWidget* RunView::buildFiles() {
    m_files = new QTreeWidget(this);
    m_files->setAccessibleName(tr("Files of the run"));
    m_files->setRootIsDecorated(false);
    m_files->setHeaderLabels({tr("Kind"), tr("Path"), tr("Size")});
    m_files->header()->setStretchLastSection(false);
    m_files->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_files->setTextElideMode(Qt::ElideMiddle);
    connect(m_files, &QTreeWidget::itemActivated, this, [this](const QTreeWidgetItem* item) {
        Q_EMIT fileActivated(item->data(0, kPathRole).toString());
    });
    return m_files;
}

void RunView::clear() {
    m_plots->setRuns({});
    m_log->clear();
    setFiles({});
}

void RunView::setFiles(const std::vector<store::Artifact>& artifacts) {
    m_files->clear();
    for (const store::Artifact& artifact : artifacts) {
        const QString path = QString::fromStdString(artifact.path);
        auto* item =
            new QTreeWidgetItem(m_files, {QString::fromStdString(artifact.kind), path,
                                          widgets::formatBytes(static_cast<double>(artifact.bytes))});
        item->setToolTip(1, path);
        item->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
        item->setData(0, kPathRole, path);
    }
    m_tabs->setTabText(m_tabs->indexOf(m_files),
                       artifacts.empty() ? tr("Files") : tr("Files (%1)").arg(artifacts.size()));
}

void RunView::apply(const RunNews& news) {
    if (news.fromStart) clear();
    m_plots->setRuns({news.run});
    m_log->append(news.events);
    m_samples->setRun(static_cast<qint64>(news.run));
    if (news.artifacts) setFiles(*news.artifacts);
    if (news.info) m_header->show(*news.info);
}

void RunView::showRefused(const Error& error) {
    clear();
    m_samples->setRun(-1);
    m_header->showRefused(error);
}

void RunView::saveState(QSettings& settings) const {
    settings.setValue(QStringLiteral("splitter"), m_splitter->saveState());
    settings.setValue(QStringLiteral("tab"), m_tabs->currentIndex());
    m_plots->saveState(settings);
    m_samples->saveState(settings);
}

void RunView::restoreState(QSettings& settings) {
    m_splitter->restoreState(settings.value(QStringLiteral("splitter")).toByteArray());
    m_tabs->setCurrentIndex(settings.value(QStringLiteral("tab"), 0).toInt());
    m_plots->restoreState(settings);
    m_samples->restoreState(settings);
}

} // namespace fathom::app
