// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/compare/study_source.h"

#include "app/bridge/job_runner.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

#include <cmath>

namespace fathom::app {

namespace {
const QString kJob = QStringLiteral("compare.study");
} // namespace

StudySource::StudySource(JobRunner& jobs, std::filesystem::path workspace, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_workspace(std::move(workspace)) {}

StudySource::~StudySource() {
    m_jobs.cancel(kJob);
}

void StudySource::setRuns(std::vector<store::RunId> runs) {
    if (runs == m_runs) return;
    m_runs = std::move(runs);
    if (!m_isWhole) invalidate();
}

void StudySource::setWholeWorkspace(bool whole) {
    if (whole == m_isWhole) return;
    m_isWhole = whole;
    invalidate();
    refresh();
}

void StudySource::setMetric(const QString& metric) {
    if (metric.toStdString() == m_request.metric) return;
    m_request.metric = metric.toStdString();
    invalidate();
    refresh();
}

void StudySource::setPart(MetricPart part) {
    if (part == m_request.part) return;
    m_request.part = part;
    invalidate();
    refresh();
}

void StudySource::invalidate() {
    m_isOld = true;
}

void StudySource::forget() {
    m_isOld = true;
}

void StudySource::refresh() {
    if (!m_isOld) return;
    m_isOld = false;
    m_isBusy = true;
    StudyRequest request = m_request;
    request.runs = m_isWhole ? std::vector<store::RunId>() : m_runs;
    if (!m_isWhole && m_runs.empty()) request.runs = {store::RunId{-1}}; // none, rather than all
    m_jobs.run(
        kJob, this,
        [workspace = m_workspace, request, old = m_study](std::stop_token stop) -> Result<Outcome> {
            auto study = readStudy(workspace, request, stop);
            if (!study) return fail(study.error());
            if (old && isSame(*old, **study)) return Outcome{old, {}}; // a live run that has nothing new
            return Outcome{*study,
                           analysis::importanceOf((*study)->columns, (*study)->metric, {.stop = stop})};
        },
        [this](Result<Outcome> outcome) {
            m_isBusy = false;
            m_error.reset();
            if (outcome && outcome->study != m_study) {
                m_study = std::move(outcome->study);
                m_importance = std::move(outcome->importance);
                if (!m_study->metricNames.contains(metric()))
                    m_request.metric = favouriteMetric(m_study->metricNames).toStdString();
            } else if (!outcome) {
                m_error = outcome.error();
            }
            Q_EMIT changed();
        });
    Q_EMIT changed();
}

StudyBar::StudyBar(StudySource& source, QWidget* parent)
    : QWidget(parent),
      m_source(source),
      m_scope(new QComboBox),
      m_metric(new QComboBox),
      m_part(new QComboBox),
      m_summary(new QLabel) {
    m_scope->addItem(tr("The compared runs"));
    m_scope->addItem(tr("All runs of the workspace"));
    m_scope->setAccessibleName(tr("Which runs"));
    m_metric->setAccessibleName(tr("Metric"));
    m_metric->setMinimumContentsLength(16);
    m_metric->setMaxVisibleItems(24);
    for (const auto& [text, part] : {std::pair{tr("least"), MetricPart::Least},
                                     {tr("greatest"), MetricPart::Greatest},
                                     {tr("last"), MetricPart::Last}})
        m_part->addItem(text, static_cast<int>(part));
    m_part->setAccessibleName(tr("Which value of the metric"));
    m_summary->setFont(widgets::captionFont(font()));
    auto* const layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* const label = new QLabel(tr("&Metric"));
    label->setBuddy(m_metric);
    layout->addWidget(m_scope);
    layout->addWidget(label);
    layout->addWidget(m_metric);
    layout->addWidget(m_part);
    layout->addWidget(m_summary, 1);
    connect(m_scope, &QComboBox::activated, this,
            [this](int index) { m_source.setWholeWorkspace(index == 1); });
    connect(m_metric, &QComboBox::textActivated, this,
            [this](const QString& name) { m_source.setMetric(name); });
    connect(m_part, &QComboBox::activated, this,
            [this] { m_source.setPart(static_cast<MetricPart>(m_part->currentData().toInt())); });
    connect(&source, &StudySource::changed, this, &StudyBar::update);
    update();
}

void StudyBar::update() {
    m_scope->setCurrentIndex(m_source.isWholeWorkspace() ? 1 : 0);
    m_part->setCurrentIndex(m_part->findData(static_cast<int>(m_source.part())));
    const StudyPtr& study = m_source.study();
    if (!study) return m_summary->setText(m_source.isBusy() ? tr("Reading runs…") : QString());
    QStringList shown;
    for (int i = 0; i < m_metric->count(); ++i)
        shown.append(m_metric->itemText(i));
    if (shown != study->metricNames) {
        m_metric->clear();
        m_metric->addItems(study->metricNames);
    }
    m_metric->setCurrentText(m_source.metric());
    if (m_source.isBusy()) return m_summary->setText(tr("Reading runs…"));
    if (m_source.error()) return m_summary->setText(QString::fromStdString(m_source.error()->message()));
    const analysis::Importance& importance = m_source.importance();
    QString text = tr("%1, %2").arg(
        study->runs.size() == 1 ? tr("1 run") : tr("%1 runs").arg(widgets::formatCount(study->runs.size())),
        study->columns.size() == 1 ? tr("1 key differs")
                                   : tr("%1 keys differ").arg(widgets::formatCount(study->columns.size())));
    if (study->older > 0)
        text += tr("  ·  the newest of %1").arg(widgets::formatCount(study->runs.size() + study->older));
    if (importance.explained <= 0)
        text += tr("  ·  a forest explains nothing of runs it has not seen: its bars mean little");
    else if (std::isfinite(importance.explained))
        text += tr("  ·  a forest explains %1 % of the variance between runs it has not seen")
                    .arg(widgets::formatNumber(100 * importance.explained, 2));
    else if (!study->runs.empty())
        text += tr("  ·  a forest needs 8 runs");
    m_summary->setText(text);
    QString hint;
    if (!importance.unusable.empty()) {
        hint = tr("Left out, because nearly every run has its own value:");
        for (const std::string& key : importance.unusable)
            hint += QLatin1Char('\n') + QString::fromStdString(key);
    }
    m_summary->setToolTip(hint);
}

} // namespace fathom::app
