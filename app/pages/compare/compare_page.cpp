// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/compare_page.h"

#include "app/bridge/engine_bridge.h"
#include "app/bridge/job_runner.h"
#include "app/inference/problem_bar.h"
#include "app/pages/compare/comparison_source.h"
#include "app/pages/compare/comparison_tab.h"
#include "app/pages/compare/importance_tab.h"
#include "app/pages/compare/predictions_tab.h"
#include "app/pages/compare/relations_tab.h"
#include "app/pages/compare/report_writer.h"
#include "app/pages/compare/run_chooser.h"
#include "app/pages/compare/weights_tab.h"
#include "app/plots/figure_source.h"
#include "app/plots/plot_board.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "widgets/action_button.h"
#include "widgets/empty_state.h"
#include "widgets/icon.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"
#include "widgets/wrap_layout.h"

#include <QComboBox>
#include <QCryptographicHash>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

namespace fathom::app {

using widgets::kGrid;
using Kind = ComparisonSection::Kind;

ComparePage::ComparePage(AppContext& context, QObject* parent)
    : Page(parent),
      m_context(context),
      m_source(new ComparisonSource(context.jobs(), context.workspace(), this)) {
    addActions();
    connect(m_source, &ComparisonSource::changed, this, [this] {
        updateHeader();
        Q_EMIT badgeChanged();
    });
    connect(m_source, &ComparisonSource::compared, this, &ComparePage::show);
    connect(m_source, &ComparisonSource::forgotten, this, &ComparePage::forget);
    connect(&context.engine(), &EngineBridge::runListChanged, this, [this](const RunListNewsPtr& news) {
        m_source->take(*news);
        updateHeader();
        if (m_stack && m_stack->isVisible()) m_source->refreshSoon();
    });
    connect(&context, &AppContext::compareRequested, this, [this](const QList<qint64>& runs) {
        setRuns(runs);
        Q_EMIT m_context.pageRequested(id());
    });
    connect(&context, &AppContext::figureFileOpened, this, &ComparePage::openFigure);
}

void ComparePage::addActions() {
    const auto add = [this](const char* name, const QString& text, const char* icon, const QKeySequence& keys,
                            const QString& tip, std::function<void()> run) {
        return m_context.actions().add({.id = QStringLiteral("compare.") + QLatin1String(name),
                                        .text = text,
                                        .icon = QLatin1String(icon),
                                        .shortcut = keys,
                                        .tip = tip,
                                        .page = id()},
                                       this, std::move(run));
    };
    m_chooseAction = add("choose", tr("Choose runs…"), "compare", Qt::CTRL | Qt::Key_O,
                         tr("Choose the runs to compare from all of the workspace"), [this] { choose(); });
    m_next = add("baseline", tr("Next baseline"), "follow", Qt::CTRL | Qt::Key_B,
                 tr("Make the next run the baseline that the others are compared with"),
                 [this] { m_source->setNextBaseline(); });
    m_all = add("all", tr("Show what is the same"), "filter", Qt::CTRL | Qt::Key_D,
                tr("Show or hide the keys that have the same value in every run"),
                [this] { m_config->setOnlyDifferences(!m_config->onlyDifferences()); });
    m_copy = add("copy", tr("Copy table"), "copy", Qt::CTRL | Qt::SHIFT | Qt::Key_C,
                 tr("Copy the shown keys and values as a table"),
                 [this] { (m_tabs->currentWidget() == m_config ? m_config : m_overview)->copyAll(); });
    add("search", tr("Search keys and values"), "search", QKeySequence::Find,
        tr("Put the cursor into the search line"), [this] {
            if (m_tabs == nullptr) return;
            if (m_tabs->currentWidget() == m_predictions) return m_predictions->focusSearch();
            if (m_tabs->currentWidget() != m_overview) m_tabs->setCurrentWidget(m_config);
            (m_tabs->currentWidget() == m_config ? m_config : m_overview)->focusSearch();
        });
    m_report = add("report", tr("Write report…"), "export", QKeySequence::Save,
                   tr("Write what is compared as HTML or Markdown with figures"), [this] { chooseReport(); });
    updateActions();
}

QWidget* ComparePage::widget() {
    if (!m_stack) build();
    return m_stack;
}

QWidget* ComparePage::buildHeader() {
    auto* const header = new QWidget;
    auto* const label = new QLabel(tr("&Baseline"));
    m_baselineBox = new QComboBox;
    m_baselineBox->setAccessibleName(tr("Baseline"));
    m_baselineBox->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_baselineBox->setMinimumContentsLength(20);
    m_baselineBox->setMaxVisibleItems(24);
    label->setBuddy(m_baselineBox);
    m_caption = new QLabel;
    m_caption->setFont(widgets::captionFont(m_caption->font()));
    connect(m_baselineBox, &QComboBox::activated, this,
            [this](int index) { setBaseline(m_baselineBox->itemData(index).toLongLong()); });
    auto* const baseline = new QWidget;
    auto* const together = new QHBoxLayout(baseline);
    together->setContentsMargins(0, 0, 0, 0);
    together->addWidget(label);
    together->addWidget(m_baselineBox);
    auto* const layout = new widgets::WrapLayout(header);
    layout->addWidget(baseline);
    layout->addWidget(m_caption);
    layout->addStretch();
    layout->addWidget(widgets::actionButton(m_chooseAction));
    layout->addWidget(widgets::actionButton(m_report));
    return header;
}

void ComparePage::build() {
    m_stack = new QStackedWidget;
    m_empty = new widgets::EmptyState(m_stack);
    connect(m_empty, &widgets::EmptyState::buttonClicked, m_chooseAction, &QAction::trigger);
    m_study = new StudySource(m_context.jobs(), m_context.workspace(), m_stack);
    m_overview = new ComparisonTab(
        m_context, {Kind::Metrics, Kind::Config, Kind::Code, Kind::Data, Kind::Environment, Kind::Layers},
        tr("What differs"));
    m_config = new ComparisonTab(m_context, {Kind::Config}, tr("Config keys"));
    m_curves = new PlotBoard(m_context, {.page = id()});
    m_predictions = new PredictionsTab(m_context.jobs(), m_context.workspace());
    m_weights = new WeightsTab(m_context.jobs());
    m_importance = new ImportanceTab(*m_study);
    m_relations = new RelationsTab(*m_study);
    connectTab(m_overview);
    connectTab(m_config);
    connect(m_importance, &ImportanceTab::showRunRequested, &m_context, &AppContext::showRunRequested);
    connect(m_relations, &RelationsTab::showRunRequested, &m_context, &AppContext::showRunRequested);
    connect(m_relations, &RelationsTab::compareRequested, m_source, &ComparisonSource::setRuns);
    connect(m_study, &StudySource::changed, this, &ComparePage::updateActions);
    m_writer = new ReportWriter(
        m_context, {.curves = *m_curves, .weights = *m_weights, .study = *m_study, .relations = *m_relations},
        m_stack);
    connect(m_writer, &ReportWriter::written, this, [this](const QString& file, const QString& problem) {
        Q_EMIT m_context.statusMessage(problem.isEmpty() ? tr("Report written to %1").arg(file) : problem);
    });

    auto* const curvesTab = new QWidget;
    auto* const curvesLayout = new QVBoxLayout(curvesTab);
    curvesLayout->setContentsMargins(0, kGrid, 0, 0);
    curvesLayout->addWidget(m_curves);
    curvesTab->setFocusProxy(m_curves);
    m_tabs = new QTabWidget;
    m_tabs->setObjectName(QStringLiteral("comparison"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_overview, tr("Overview"));
    m_tabs->addTab(curvesTab, tr("Curves"));
    m_tabs->addTab(m_config, tr("Config"));
    m_tabs->addTab(m_predictions, tr("Predictions"));
    m_tabs->addTab(m_weights, tr("Weights"));
    m_tabs->addTab(m_importance, tr("Importance"));
    m_tabs->addTab(m_relations, tr("Relations"));
    connect(m_tabs, &QTabWidget::currentChanged, this, &ComparePage::fillCurrentTab);
    auto* const page = new QWidget(m_stack);
    auto* const layout = new QVBoxLayout(page);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);
    m_problem = new ProblemBar;
    layout->addWidget(buildHeader());
    layout->addWidget(m_problem);
    layout->addWidget(m_tabs, 1);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(page);
    updateHeader();
    updateActions();
}

void ComparePage::connectTab(ComparisonTab* tab) {
    connect(tab, &ComparisonTab::baselineRequested, m_source, &ComparisonSource::setBaseline);
    connect(tab, &ComparisonTab::removeRequested, m_source, &ComparisonSource::removeRun);
    connect(tab, &ComparisonTab::showRunRequested, &m_context, &AppContext::showRunRequested);
}

QString ComparePage::badge() const {
    return runs().size() > 1 ? QString::number(runs().size()) : QString();
}

void ComparePage::setRuns(const QList<qint64>& runs) {
    forgetFigure();
    m_source->setRuns(runs);
}

const QList<qint64>& ComparePage::runs() const {
    return m_source->runs();
}

void ComparePage::setBaseline(qint64 run) {
    m_source->setBaseline(run);
}

qint64 ComparePage::baseline() const {
    return m_source->baseline();
}

void ComparePage::activated() {
    m_source->refresh();
    if (m_tabs && m_tabs->currentWidget() && m_stack->currentIndex() == 1)
        m_tabs->currentWidget()->setFocus();
}

bool ComparePage::isSettled() const {
    const bool isPlotting =
        m_tabs && m_tabs->currentWidget() == m_curves->parentWidget() && !m_curves->isSettled();
    return !m_source->isBusy() && !isPlotting && (m_study == nullptr || !m_study->isBusy()) &&
           (m_weights == nullptr || !m_weights->isBusy()) && (m_writer == nullptr || !m_writer->isBusy());
}

void ComparePage::forget() {
    widget();
    std::vector<store::RunId> ids;
    for (const qint64 id : runs())
        ids.push_back(store::RunId{id});
    m_study->setRuns(std::move(ids));
    m_study->forget();
}

void ComparePage::show() {
    const ComparisonPtr& comparison = m_source->comparison();
    m_overview->setComparison(comparison);
    m_config->setComparison(comparison);
    m_predictions->setComparison(comparison);
    m_weights->setComparison(comparison);
    fillCurrentTab();
}

/// Curves and studies are read when they are looked at.
void ComparePage::fillCurrentTab() {
    const QWidget* const tab = m_tabs->currentWidget();
    if (tab == m_importance || tab == m_relations) m_study->refresh();
    if (m_curves->parentWidget() == tab && m_source->comparison()) plotRuns();
    updateActions();
}

void ComparePage::plotRuns() {
    const Comparison& comparison = *m_source->comparison();
    std::vector<store::RunId> runs;
    for (const ComparedRun& run : *comparison.runs)
        runs.push_back(run.run.id);
    m_curves->setRuns(std::move(runs), (*comparison.runs)[comparison.baseline].run.id);
}

void ComparePage::updateHeader() {
    if (!m_stack) return;
    const ComparisonPtr& comparison = m_source->comparison();
    const bool isFirst = comparison && m_stack->currentIndex() == 0;
    m_stack->setCurrentIndex(comparison ? 1 : 0);
    if (isFirst && m_stack->isVisible()) m_tabs->currentWidget()->setFocus(); // whose button may be gone
    updateActions();
    if (!comparison) return sayWhyEmpty();
    m_baselineBox->clear();
    for (const ComparedRun& run : *comparison->runs)
        m_baselineBox->addItem(run.title, static_cast<qint64>(run.run.id));
    m_baselineBox->setCurrentIndex(static_cast<int>(comparison->baseline));
    const std::size_t others = comparison->order.size() - 1;
    const std::size_t keys = comparison->section(Kind::Config).differing;
    m_caption->setText(QStringLiteral("%1  ·  %2")
                           .arg(others == 1 ? tr("and 1 other run") : tr("and %1 other runs").arg(others),
                                keys == 1 ? tr("1 config key differs")
                                          : tr("%1 config keys differ").arg(widgets::formatCount(keys))));
}

void ComparePage::sayWhyEmpty() {
    const bool canChoose = m_source->known().size() > 1 && !m_source->isBusy();
    m_empty->setButton(canChoose ? m_chooseAction->text() : QString(), QStringLiteral("compare"));
    if (const auto& error = m_source->error())
        return m_empty->set(QStringLiteral("error"), tr("The runs cannot be read"),
                            QString::fromStdString(error->message()));
    if (m_source->isBusy()) return m_empty->set(QStringLiteral("compare"), tr("Reading the runs"), {});
    if (const auto& error = m_figureProblem)
        return m_empty->set(QStringLiteral("error"), QString::fromStdString(error->what),
                            QString::fromStdString(error->file + ": " + error->why + ". " + error->remedy));
    m_empty->set(QStringLiteral("compare"), tr("Why is one run better than another?"),
                 canChoose ? tr("Choose two or more runs here, or mark them with Space on Runs. What is the "
                                "same in all of them is left out.")
                           : tr("It takes two runs. Train with different settings; they appear here."));
}

void ComparePage::updateActions() {
    const bool hasRuns = m_source->comparison() != nullptr;
    for (QAction* const action : {m_report, m_copy, m_all, m_next})
        if (action) action->setEnabled(hasRuns);
}

void ComparePage::choose() {
    RunChooser chooser(m_source->known(), runs(), m_stack);
    if (chooser.exec() == QDialog::Accepted) setRuns(chooser.chosen());
}

void ComparePage::chooseReport() {
    const QString file = QFileDialog::getSaveFileName(
        m_stack, tr("Write report"), QDir::home().filePath(QStringLiteral("comparison.html")),
        tr("HTML (*.html);;Markdown with figures beside (*.md)"));
    if (!file.isEmpty()) writeReport(file);
}

void ComparePage::writeReport(const QString& file) {
    if (!m_source->comparison()) return;
    plotRuns();
    m_writer->write(m_source->comparison(), file);
    Q_EMIT m_context.statusMessage(tr("Writing the report …"));
}

void ComparePage::openFigure(const QString& file) {
    widget();
    m_context.jobs().run(
        QStringLiteral("compare.figure"), this,
        [file](const std::stop_token&) { return readFigureSource(file); },
        [this, file](const Result<FigureSource>& source) {
            if (!source) return refuseFigure(source.error());
            showFigure(*source, file);
        });
}

/// Stays until another figure or other runs are chosen, or the bar is dismissed.
void ComparePage::refuseFigure(const Error& error) {
    m_figureProblem = error;
    m_problem->present(error);
    updateHeader();
}

void ComparePage::forgetFigure() {
    if (!m_figureProblem) return;
    m_figureProblem.reset();
    m_problem->hide();
    updateHeader();
}

void ComparePage::showFigure(const FigureSource& source, const QString& file) {
    const QList<qint64> ids = m_source->runsOf(source);
    const QString name = QFileInfo(file).fileName();
    if (ids.isEmpty())
        return refuseFigure({.kind = ErrorKind::BadInput,
                             .what = "Cannot draw this figure again",
                             .why = "none of its runs is in this workspace: it shows " +
                                    source.runs.front().title.toStdString(),
                             .remedy = "Open the workspace that it was drawn in, or merge that into this one",
                             .file = file.toStdString()});
    forgetFigure();
    m_curves->document().adopt(source.board);
    m_tabs->setCurrentWidget(m_curves->parentWidget());
    setRuns(ids);
    const auto missing = static_cast<qsizetype>(source.runs.size()) - ids.size();
    Q_EMIT m_context.statusMessage(
        missing == 0 ? tr("Opened %1 as the board “%2”").arg(name, source.board.name)
                     : tr("Opened %1; %2 of its runs are not in this workspace").arg(name).arg(missing));
}

/// Run ids mean something in their workspace only.
QString ComparePage::workspaceGroup() const {
    const QByteArray path = QByteArray::fromStdString(m_context.workspace().string());
    return QString::fromLatin1(QCryptographicHash::hash(path, QCryptographicHash::Sha1).toHex().left(12));
}

void ComparePage::saveState(QSettings& settings) const {
    if (!m_tabs) return;
    QVariantList runs;
    for (const qint64 run : this->runs())
        runs.append(run);
    settings.setValue(workspaceGroup() + QStringLiteral("/runs"), runs);
    settings.setValue(workspaceGroup() + QStringLiteral("/baseline"), baseline());
    settings.setValue(workspaceGroup() + QStringLiteral("/metric"), m_study->metric());
    settings.setValue(workspaceGroup() + QStringLiteral("/whole"), m_study->isWholeWorkspace());
    settings.setValue(QStringLiteral("tab"), m_tabs->currentIndex());
    settings.setValue(QStringLiteral("all"), !m_config->onlyDifferences());
    settings.setValue(QStringLiteral("plot"), static_cast<int>(m_relations->view()));
    settings.beginGroup(QStringLiteral("curves"));
    m_curves->saveState(settings);
    settings.endGroup();
}

void ComparePage::restoreState(QSettings& settings) {
    if (!m_tabs) return;
    m_config->setOnlyDifferences(!settings.value(QStringLiteral("all")).toBool());
    m_relations->setView(static_cast<RelationsTab::View>(settings.value(QStringLiteral("plot")).toInt()));
    m_study->setMetric(settings.value(workspaceGroup() + QStringLiteral("/metric")).toString());
    m_study->setWholeWorkspace(settings.value(workspaceGroup() + QStringLiteral("/whole")).toBool());
    m_tabs->setCurrentIndex(settings.value(QStringLiteral("tab")).toInt());
    settings.beginGroup(QStringLiteral("curves"));
    m_curves->restoreState(settings);
    settings.endGroup();
    if (!this->runs().isEmpty()) return; // asked for before the page was first shown
    setBaseline(settings.value(workspaceGroup() + QStringLiteral("/baseline"), -1).toLongLong());
    QList<qint64> runs;
    for (const QVariant& run : settings.value(workspaceGroup() + QStringLiteral("/runs")).toList())
        runs.append(run.toLongLong());
    if (!runs.isEmpty()) setRuns(runs);
}

} // namespace fathom::app
