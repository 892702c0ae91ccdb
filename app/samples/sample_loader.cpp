// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/samples/sample_loader.h"

#include "app/bridge/job_runner.h"

#include <utility>

namespace fathom::app {

namespace {
const QString kLook = QStringLiteral("look");
const QString kAnalyse = QStringLiteral("analyse");
const QString kOther = QStringLiteral("other");
const QString kCompare = QStringLiteral("compare");
} // namespace

SampleLoader::SampleLoader(JobRunner& jobs, std::filesystem::path workspace, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_workspace(std::move(workspace)) {}

QString SampleLoader::keyOf(const QString& name) const {
    return QStringLiteral("samples.%1.%2").arg(name).arg(reinterpret_cast<quintptr>(this));
}

/// A job of this name replaces the one before, whose `done` is not called.
template <class Work, class Done> void SampleLoader::run(const QString& name, Work work, Done done) {
    m_busy.insert(name);
    m_jobs.run(keyOf(name), this, std::move(work), [this, name, done = std::move(done)](const auto& result) {
        m_busy.remove(name);
        done(result);
    });
}

void SampleLoader::cancel(const QString& name) {
    m_jobs.cancel(keyOf(name));
    m_busy.remove(name);
}

void SampleLoader::setRun(qint64 run) {
    for (const QString& name : {kLook, kAnalyse, kOther, kCompare})
        cancel(name);
    m_run = run;
    m_step.reset();
    m_steps.clear();
    m_now = {};
    m_wasChosen = true;
    m_otherChoice = {};
    m_other = {};
    Q_EMIT stepsChanged(m_steps);
    Q_EMIT loaded(nullptr, false);
    look();
}

void SampleLoader::chooseStep(std::optional<std::int64_t> step) {
    m_step = step;
    m_wasChosen = true;
    look();
}

void SampleLoader::chooseOther(const OtherSamples& other) {
    m_otherChoice = other;
    m_other = {};
    cancel(kOther);
    cancel(kCompare);
    if (other.run < 0) return Q_EMIT compared(nullptr, nullptr, nullptr);
    loadOther();
}

void SampleLoader::look() {
    if (m_run < 0) return;
    m_looksAgain = m_busy.contains(kLook) && !m_wasChosen;
    if (m_looksAgain) return;
    SampleRequest request{.run = store::RunId{m_run}, .step = m_step};
    if (m_now.set) request.known = m_now.set->step;
    run(
        kLook,
        [workspace = m_workspace, request](const std::stop_token&) {
            return readSamples(workspace, request);
        },
        [this](const Result<SampleLook>& found) {
            if (!found) return Q_EMIT failed(QString::fromStdString(found.error().message()));
            take(*found);
            if (std::exchange(m_looksAgain, false)) look();
        });
}

void SampleLoader::take(const SampleLook& found) {
    if (found.steps != m_steps) {
        m_steps = found.steps;
        Q_EMIT stepsChanged(m_steps);
    }
    const bool wasChosen = std::exchange(m_wasChosen, false);
    if (!found.set) return;
    m_folders = found.folders;
    m_now = {.set = found.set};
    Q_EMIT loaded(m_now.set, !wasChosen);
    analyseSet();
}

void SampleLoader::analyseSet() {
    run(
        kAnalyse, [set = m_now.set](const std::stop_token& stop) { return analyse(*set, stop); },
        [this, set = m_now.set](const SampleAnalysisPtr& analysis) {
            if (!analysis || set != m_now.set) return;
            m_now.analysis = analysis;
            Q_EMIT analysed(analysis);
            compareIfReady();
        });
}

void SampleLoader::loadOther() {
    const SampleRequest request{.run = store::RunId{m_otherChoice.run}, .step = m_otherChoice.step};
    run(
        kOther,
        [workspace = m_workspace, request](const std::stop_token& stop) -> Result<Analysed> {
            const auto found = readSamples(workspace, request);
            if (!found) return fail(found.error());
            if (!found->set) return Analysed{};
            return Analysed{found->set, analyse(*found->set, stop)};
        },
        [this](const Result<Analysed>& other) {
            if (!other) return Q_EMIT failed(QString::fromStdString(other.error().message()));
            m_other = *other;
            compareIfReady();
        });
}

void SampleLoader::compareIfReady() {
    if (!m_now.analysis || !m_other.analysis) return;
    run(
        kCompare,
        [now = m_now, other = m_other](const std::stop_token&) {
            return compareSamples(*now.set, *now.analysis, *other.set, *other.analysis);
        },
        [this, now = m_now.set, other = m_other](const SampleChangesPtr& changes) {
            if (now == m_now.set && other.set == m_other.set)
                Q_EMIT compared(other.set, other.analysis, changes);
        });
}

} // namespace fathom::app
