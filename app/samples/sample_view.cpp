// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/sample_view.h"

#include "app/bridge/engine_bridge.h"
#include "app/samples/clip_pane.h"
#include "app/samples/confusion_view.h"
#include "app/samples/figure_table.h"
#include "app/samples/sample_bar.h"
#include "app/samples/sample_caption.h"
#include "app/samples/sample_detail.h"
#include "app/samples/sample_loader.h"
#include "app/samples/sample_table.h"
#include "app/shell/action_registry.h"
#include "app/shell/app_context.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>

#include <algorithm>

namespace fathom::app {

using widgets::formatCount;
using widgets::formatNumber;
using widgets::kGrid;

namespace {

constexpr int kNarrow = 95 * kGrid; ///< below, what stands side by side stands one above the other
constexpr int kLookDelayMs = 300;

QString textOf(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

QString tr(const char* text) {
    return SampleView::tr(text);
}

QString share(double value) {
    return std::isnan(value) ? QString() : formatNumber(value, 3);
}

std::vector<TableColumn<WordConfusion>> confusionColumns() {
    using Row = WordConfusion;
    return {{tr("Count"), [](const Row& r) { return formatCount(r.count); },
             [](const Row& r) { return static_cast<double>(r.count); }},
            {tr("Error"),
             [](const Row& r) {
                 return r.match == WordMatch::Substituted ? tr("replaced")
                        : r.match == WordMatch::Deleted   ? tr("missing")
                                                          : tr("extra");
             }},
            {tr("Reference"), [](const Row& r) { return textOf(r.reference); }},
            {tr("Prediction"), [](const Row& r) { return textOf(r.prediction); }},
            {tr("Samples"), [](const Row& r) { return formatCount(std::ssize(r.samples)); },
             [](const Row& r) { return static_cast<double>(r.samples.size()); }}};
}

std::vector<TableColumn<WordAccuracy>> vocabularyColumns() {
    using Row = WordAccuracy;
    return {{tr("Word"), [](const Row& r) { return textOf(r.word); }},
            {tr("Spoken"), [](const Row& r) { return formatCount(r.spoken); },
             [](const Row& r) { return static_cast<double>(r.spoken); }},
            {tr("Recognised"), [](const Row& r) { return formatCount(r.recognised); },
             [](const Row& r) { return static_cast<double>(r.recognised); }},
            {tr("Accuracy"), [](const Row& r) { return share(r.accuracy()); },
             [](const Row& r) { return r.accuracy(); }},
            {tr("Misheard"), [](const Row& r) { return formatCount(r.misheard); },
             [](const Row& r) { return static_cast<double>(r.misheard); }}};
}

template <class Row> std::vector<TableColumn<Row>> classColumns() {
    const auto counted = [](const QString& title, std::int64_t ClassScore::*member) {
        return TableColumn<Row>{title, [member](const Row& r) { return formatCount(r.score.*member); },
                                [member](const Row& r) { return static_cast<double>(r.score.*member); }};
    };
    const auto rated = [](const QString& title, double (ClassScore::*rate)() const) {
        return TableColumn<Row>{title, [rate](const Row& r) { return share((r.score.*rate)()); },
                                [rate](const Row& r) { return (r.score.*rate)(); }};
    };
    return {{tr("Class"), [](const Row& r) { return r.label; }},
            {tr("Samples"), [](const Row& r) { return formatCount(r.score.support()); },
             [](const Row& r) { return static_cast<double>(r.score.support()); }},
            counted(tr("True positives"), &ClassScore::truePositives),
            counted(tr("False positives"), &ClassScore::falsePositives),
            counted(tr("False negatives"), &ClassScore::falseNegatives),
            rated(tr("Precision"), &ClassScore::precision),
            rated(tr("Recall"), &ClassScore::recall),
            rated(tr("F1"), &ClassScore::f1)};
}

QString sentenceOf(const WordConfusion& confusion) {
    if (confusion.match == WordMatch::Deleted) return tr("“%1” missing").arg(textOf(confusion.reference));
    if (confusion.match == WordMatch::Inserted) return tr("“%1” extra").arg(textOf(confusion.prediction));
    return tr("“%1” → “%2”").arg(textOf(confusion.reference), textOf(confusion.prediction));
}

} // namespace

SampleView::SampleView(AppContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_confusions(confusionColumns()),
      m_vocabulary(vocabularyColumns()),
      m_classes(classColumns<ClassRow>()),
      m_loader(new SampleLoader(context.jobs(), context.workspace(), this)),
      m_tabs(new QTabBar(this)),
      m_bar(new SampleBar(this)),
      m_caption(new widgets::ElidedLabel(this)),
      m_content(new QStackedWidget(this)),
      m_splitter(new QSplitter(Qt::Horizontal, this)),
      m_stack(new QStackedWidget(this)),
      m_empty(new widgets::EmptyState(this)),
      m_table(new SampleTable(m_model, this)),
      m_matrix(new ConfusionView(this)),
      m_detail(new SampleDetail(context.jobs(), this)) {
    buildFigureTables();
    build();
    link();
    linkLoader();
    updateEmpty();
}

SampleView::~SampleView() = default;

QWidget* SampleView::buildHeader() {
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("What of the samples is shown"));
    auto* const header = new QWidget(this);
    m_header = new QBoxLayout(QBoxLayout::LeftToRight, header);
    m_header->setContentsMargins(kGrid, kGrid / 2, kGrid, 0);
    m_header->setSpacing(kGrid);
    m_header->addWidget(m_tabs);
    m_header->addWidget(m_bar, 1);
    return header;
}

void SampleView::buildFigureTables() {
    m_confusionTable = new FigureTable(&m_confusions, tr("Confused words"), this);
    m_confusionTable->horizontalHeader()->setSectionResizeMode(2, QHeaderView::Stretch);
    m_confusionTable->horizontalHeader()->setSectionResizeMode(3, QHeaderView::Stretch);
    m_vocabularyTable = new FigureTable(&m_vocabulary, tr("Vocabulary"), this);
    m_vocabularyTable->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_classTable = new FigureTable(&m_classes, tr("Scores of the classes"), this);
    m_classTable->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
}

void SampleView::build() {
    m_stack->addWidget(m_table); // in the order of Part
    m_stack->addWidget(m_confusionTable);
    m_stack->addWidget(m_vocabularyTable);
    m_stack->addWidget(m_matrix);
    m_stack->addWidget(m_classTable);
    m_splitter->addWidget(m_stack);
    m_splitter->addWidget(m_detail);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setChildrenCollapsible(false);
    m_caption->setMuted(true);
    auto* const captionRow = new QHBoxLayout;
    captionRow->setContentsMargins(kGrid, 0, kGrid, 0);
    captionRow->addWidget(m_caption);
    auto* const shown = new QWidget(this);
    auto* const inner = new QVBoxLayout(shown);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(kGrid / 2);
    inner->addWidget(buildHeader());
    inner->addLayout(captionRow);
    inner->addWidget(m_splitter, 1);
    m_content->addWidget(m_empty);
    m_content->addWidget(shown);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSizeConstraint(QLayout::SetNoConstraint); // see minimumSizeHint()
    layout->addWidget(m_content);
    setFocusProxy(m_table);
}

void SampleView::link() {
    m_soon.setSingleShot(true);
    m_soon.setInterval(kLookDelayMs);
    connect(&m_soon, &QTimer::timeout, m_loader, &SampleLoader::look);
    connect(&m_context.engine(), &EngineBridge::runListChanged, this, [this](const RunListNewsPtr& news) {
        const auto isOurs = [this](const RunRow& row) { return static_cast<qint64>(row.run.id) == m_run; };
        if (std::any_of(news->rows.begin(), news->rows.end(), isOurs)) lookSoon();
    });
    connect(m_bar, &SampleBar::stepChosen, m_loader, &SampleLoader::chooseStep);
    connect(m_bar, &SampleBar::otherChosen, this, [this](const OtherSamples& other) {
        if (m_loader->run() == m_run) m_loader->chooseOther(other); // else when it is shown
    });
    connect(m_bar, &SampleBar::filterChanged, this, &SampleView::applyFilter);
    connect(m_tabs, &QTabBar::currentChanged, this, &SampleView::showPart);
    connect(m_table, &SampleTable::sampleChanged, this, &SampleView::showDetail);
    connect(m_table, &SampleTable::playRequested, &m_detail->clip(), &ClipPane::togglePlay);
    connect(&m_detail->clip(), &ClipPane::shown, this, [this] {
        if (isSettled()) Q_EMIT settled();
    });
    connect(m_confusionTable, &FigureTable::rowChosen, this,
            [this](int row) { showOnly(m_confusions.at(row).samples, sentenceOf(m_confusions.at(row))); });
    connect(m_vocabularyTable, &FigureTable::rowChosen, this, [this](int row) {
        showOnly(m_vocabulary.at(row).samples, tr("“%1”").arg(textOf(m_vocabulary.at(row).word)));
    });
    connect(m_matrix, &ConfusionView::samplesChosen, this, &SampleView::showOnly);
    connect(m_classTable, &FigureTable::rowChosen, this, [this](int row) {
        const QString label = m_classes.at(row).label;
        std::vector<int> samples;
        for (std::size_t i = 0; i < m_model.set()->samples.size(); ++i)
            if (const store::Sample& s = m_model.set()->samples[i];
                textOf(s.reference) == label || textOf(s.prediction) == label)
                samples.push_back(static_cast<int>(i));
        showOnly(samples, label);
    });
}

void SampleView::linkLoader() {
    connect(m_loader, &SampleLoader::stepsChanged, this, [this](const std::vector<std::int64_t>& steps) {
        m_bar->setSteps(m_run, steps);
        updateEmpty();
    });
    connect(m_loader, &SampleLoader::loaded, this, &SampleView::showLoaded);
    connect(m_loader, &SampleLoader::analysed, this, &SampleView::showAnalysis);
    connect(m_loader, &SampleLoader::compared, this, &SampleView::showChanges);
    connect(m_loader, &SampleLoader::failed, this, [this](const QString& why) {
        if (m_model.set()) return Q_EMIT m_context.statusMessage(why);
        updateEmpty(why);
    });
}

void SampleView::setRun(qint64 run) {
    if (run == m_run) return;
    m_run = run;
    m_sample = -1;
    m_bar->forgetChoices();
    m_isStale = !isVisible();
    m_loader->setRun(m_isStale ? -1 : run);
}

void SampleView::compareWithRun(qint64 run, const QString& name) {
    m_bar->setOtherRun(run, name);
}

void SampleView::lookSoon() {
    if (!isVisible())
        m_isStale = true;
    else if (!m_soon.isActive())
        m_soon.start();
}

void SampleView::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!std::exchange(m_isStale, false)) return;
    if (m_loader->run() == m_run) return m_loader->look();
    m_loader->setRun(m_run);
    if (const OtherSamples other = m_bar->chosenOther(); other.run >= 0) m_loader->chooseOther(other);
}

void SampleView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange(width() < kNarrow);
}

void SampleView::arrange(bool narrow) {
    if (m_isNarrow == narrow) return;
    m_isNarrow = narrow;
    m_bar->setNarrow(narrow);
    m_header->setDirection(narrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    const auto orientation = narrow ? Qt::Vertical : Qt::Horizontal;
    if (std::exchange(m_hasSizes, false) && m_splitter->orientation() == orientation) return;
    m_splitter->setOrientation(orientation);
    m_splitter->setSizes({3 * width(), 2 * width()});
}

QSize SampleView::minimumSizeHint() const {
    return {40 * kGrid, 20 * kGrid};
}

void SampleView::showLoaded(const SampleSetPtr& set, bool isNewer) {
    m_corpus.clear();
    m_change.clear();
    m_model.set(set, isNewer ? SampleModel::Order::Keep : SampleModel::Order::Anew);
    m_bar->clearAmong();
    applyFilter();
    showParts();
    updateEmpty();
}

void SampleView::showAnalysis(const SampleAnalysisPtr& analysis) {
    m_model.setAnalysis(analysis);
    m_corpus = corpusSentence(*m_model.set(), *analysis);
    using Confusions = std::vector<WordConfusion>;
    using Vocabulary = std::vector<WordAccuracy>;
    m_confusions.set(std::shared_ptr<const Confusions>(analysis, &analysis->confusions));
    m_vocabulary.set(std::shared_ptr<const Vocabulary>(analysis, &analysis->vocabulary));
    auto classes = std::make_shared<std::vector<ClassRow>>();
    for (std::size_t i = 0; i < analysis->classes.labels.size(); ++i)
        classes->push_back({textOf(analysis->classes.labels[i]), analysis->classes.scores[i]});
    m_classes.set(std::move(classes));
    m_matrix->set(analysis);
    showParts();
    updateCaption();
    m_detail->show(m_model, m_sample, m_loader->folders());
    if (isSettled()) Q_EMIT settled();
}

void SampleView::showChanges(const SampleSetPtr& before, const SampleAnalysisPtr& beforeAnalysis,
                             const SampleChangesPtr& changes) {
    m_model.setBefore(before, changes);
    m_change = changes ? changeSentence(*changes, *beforeAnalysis, *m_model.analysis()) : QString();
    m_table->updateColumns();
    updateCaption();
    m_detail->show(m_model, m_sample, m_loader->folders());
    if (isSettled()) Q_EMIT settled();
}

void SampleView::showParts() {
    const SampleKind kind = m_model.set() ? m_model.set()->kind : SampleKind::Words;
    std::vector<Part> parts{Part::Samples};
    if (kind == SampleKind::Words) parts.insert(parts.end(), {Part::Words, Part::Vocabulary});
    if (kind == SampleKind::Classes) parts.insert(parts.end(), {Part::Matrix, Part::Classes});
    if (parts != m_parts) {
        m_parts = parts;
        while (m_tabs->count() > 0)
            m_tabs->removeTab(0);
        for (std::size_t i = 0; i < parts.size(); ++i)
            m_tabs->addTab({});
    }
    const SampleAnalysisPtr analysed = m_model.analysis();
    const auto text = [this, &analysed](Part part) {
        switch (part) {
        case Part::Samples:
            return tr("Samples (%1)").arg(formatCount(m_model.sampleCount()));
        case Part::Words:
            return tr("Confused words (%1)")
                .arg(formatCount(analysed ? std::ssize(analysed->confusions) : 0));
        case Part::Vocabulary:
            return tr("Vocabulary (%1)").arg(formatCount(analysed ? std::ssize(analysed->vocabulary) : 0));
        case Part::Matrix:
            return tr("Confusion matrix");
        case Part::Classes:
            return tr("Classes (%1)").arg(formatCount(analysed ? std::ssize(analysed->classes.labels) : 0));
        }
        return QString();
    };
    for (std::size_t i = 0; i < parts.size(); ++i)
        m_tabs->setTabText(static_cast<int>(i), text(parts[i]));
    m_tabs->setVisible(parts.size() > 1);
    m_table->updateColumns();
}

void SampleView::showPart(int tab) {
    const auto part = tab < 0 || m_parts.empty() ? Part::Samples : m_parts[static_cast<std::size_t>(tab)];
    m_stack->setCurrentIndex(static_cast<int>(part));
    m_detail->setVisible(part == Part::Samples); // what is about all of them gets all the room
}

void SampleView::showOnly(const std::vector<int>& samples, const QString& what) {
    m_bar->setAmong(samples, what);
    m_tabs->setCurrentIndex(0);
    m_table->setFocus(Qt::OtherFocusReason);
}

void SampleView::applyFilter() {
    const SampleFilter filter = m_bar->filter();
    m_confusions.setFilter(filter.text.trimmed());
    m_vocabulary.setFilter(filter.text.trimmed());
    m_classes.setFilter(filter.text.trimmed());
    const bool isEmpty = filter.text.isEmpty() && !filter.onlyErrors && !filter.among;
    if (!isEmpty || m_model.rowCount() != m_model.sampleCount()) m_model.setFilter(filter);
    if (m_model.rowCount() == 0)
        showDetail(-1);
    else
        m_table->selectSample(m_model.rowOf(m_sample) < 0 ? m_model.sampleAt(0) : m_sample);
    updateCaption();
}

void SampleView::showDetail(int sample) {
    m_sample = sample;
    m_detail->show(m_model, sample, m_loader->folders());
}

QString SampleView::caption() const {
    return m_caption->text();
}

void SampleView::updateCaption() {
    QStringList parts;
    if (m_model.rowCount() != m_model.sampleCount())
        parts.append(
            tr("%1 of %2 shown").arg(formatCount(m_model.rowCount()), formatCount(m_model.sampleCount())));
    if (!m_change.isEmpty()) parts.append(m_change);
    if (!m_corpus.isEmpty()) parts.append(m_corpus);
    m_caption->setText(parts.join(QStringLiteral("   ")));
}

void SampleView::updateEmpty(const QString& problem) {
    if (!problem.isEmpty())
        m_empty->set(QStringLiteral("error"), tr("The samples cannot be read"), problem);
    else
        m_empty->set(
            QStringLiteral("search"), tr("No predictions"),
            m_run < 0
                ? tr("The samples of a run show here.")
                : tr("Each validation keeps pairs of reference and prediction. This run has none so far."));
    m_content->setCurrentIndex(m_model.set() ? 1 : 0);
}

bool SampleView::isSettled() const {
    return !isVisible() || (!m_loader->isBusy() && !m_soon.isActive() && !clip().isLoading());
}

ClipPane& SampleView::clip() const {
    return m_detail->clip();
}

void SampleView::addActions(const QString& page) {
    const auto add = [&](const char* name, const QString& text, const char* icon, const QString& tip,
                         auto run) {
        m_context.actions().add({.id = page + QStringLiteral(".samples.") + QLatin1String(name),
                                 .text = text,
                                 .icon = QLatin1String(icon),
                                 .tip = tip,
                                 .page = page},
                                this, run);
    };
    add("play", tr("Play the sample"), "play",
        tr("Play or pause the recording of the selected sample (Space on the table)"),
        [this] { clip().togglePlay(); });
    add("older", tr("Samples of the validation before"), "undo",
        tr("Show what an earlier validation predicted"), [this] { m_bar->moveStep(-1); });
    add("newer", tr("Samples of the next validation"), "redo", tr("Show what a later validation predicted"),
        [this] { m_bar->moveStep(1); });
    add("errors", tr("Only samples with errors"), "filter", tr("Show or hide the samples without an error"),
        [this] { m_bar->toggleErrors(); });
    add("filter", tr("Filter samples"), "search", tr("Search references, predictions and clips"),
        [this] { m_bar->focusFilter(); });
}

void SampleView::saveState(QSettings& settings) const {
    settings.setValue(QStringLiteral("sampleSplitter"), m_splitter->saveState());
    settings.setValue(QStringLiteral("sampleErrors"), m_bar->onlyErrors());
}

void SampleView::restoreState(QSettings& settings) {
    m_hasSizes = m_splitter->restoreState(settings.value(QStringLiteral("sampleSplitter")).toByteArray());
    m_bar->setOnlyErrors(settings.value(QStringLiteral("sampleErrors"), false).toBool());
}

} // namespace fathom::app
