// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/inference/model_session.h"

#include "app/bridge/job_runner.h"
#include "app/bridge/post.h"

#include <QPointer>

namespace fathom::app {

struct ModelSession::Held {
    std::unique_ptr<run::RestoredModel> model{};
    ModelFacts facts{};
};

namespace {

ModelFacts factsOf(run::Inference& model) {
    ModelFacts facts{.task = model.task(),
                     .target = QString::fromStdString(model.target()).section(QLatin1Char('.'), -1)};
    for (const std::string& name : model.classNames())
        facts.classNames.push_back(QString::fromStdString(name));
    return facts;
}

} // namespace

ModelSession::ModelSession(JobRunner& jobs, RestoreModel restore, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_restore(std::move(restore)) {}

ModelSession::~ModelSession() {
    if (m_running) m_running->request_stop();
    release();
}

void ModelSession::setFile(const std::filesystem::path& file) {
    m_file = file;
    letGo();
}

void ModelSession::open() {
    if (m_state == State::Ready || m_state == State::Restoring || m_file.empty()) return;
    struct Outcome {
        std::shared_ptr<Held> held{};
        std::optional<Error> error{};
    };
    m_stage.clear();
    setState(State::Restoring);
    const quint64 attempt = ++m_attempt;
    const TellStage tell = [jobs = &m_jobs, alive = QPointer(this), attempt](const QString& stage) {
        post(jobs, [alive, attempt, stage] {
            if (!alive || alive->m_attempt != attempt || alive->m_state != State::Restoring) return;
            alive->m_stage = stage;
            Q_EMIT alive->changed();
        });
    };
    m_jobs.run(
        QString(), this,
        [restore = m_restore, file = m_file, tell](const std::stop_token&) -> Outcome {
            auto model = restore(file, tell);
            if (!model) return {.error = model.error()};
            auto held = std::make_shared<Held>();
            held->model = std::move(*model);
            held->facts = factsOf(held->model->inference());
            return {.held = std::move(held)};
        },
        [this, attempt](const Outcome& outcome) { restored(attempt, outcome.held, outcome.error); });
}

void ModelSession::restored(quint64 attempt, const std::shared_ptr<Held>& held,
                            const std::optional<Error>& error) {
    if (attempt != m_attempt) return; // given up: it goes as it came
    m_held = held;
    if (held) m_facts = held->facts;
    if (error) {
        m_error = *error;
        m_next.reset();
    }
    setState(held ? State::Ready : State::Failed);
    startNext();
    tellBusy();
}

void ModelSession::letGo() {
    stop();
    ++m_attempt;
    release();
    setState(State::Empty);
}

/// Freeing a large model takes a moment, too.
void ModelSession::release() {
    if (!m_held) return;
    m_jobs.run(
        QString(), &m_jobs, [held = std::move(m_held)](const std::stop_token&) mutable { held.reset(); },
        [] {});
    m_held.reset();
}

void ModelSession::stop() {
    m_next.reset();
    if (m_running) m_running->request_stop();
    tellBusy();
}

void ModelSession::enqueue(Request request) {
    m_next = std::move(request);
    if (m_running) m_running->request_stop();
    open();
    startNext();
    tellBusy();
}

/// The model answers one at a time: the next begins when the one before has ended, stopped or not.
void ModelSession::startNext() {
    if (!m_next || m_running || m_state != State::Ready) return;
    m_running.emplace();
    m_jobs.run(
        QString(), this,
        [held = m_held, request = std::move(*m_next),
         source = *m_running](const std::stop_token& outer) mutable -> Answer {
            const std::stop_callback forward(outer, [source] { std::stop_source(source).request_stop(); });
            return request(held->model->inference(), source.get_token());
        },
        [this, stop = m_running->get_token()](const Answer& answer) {
            m_running.reset();
            startNext();
            if (!stop.stop_requested()) answer();
            tellBusy();
        });
    m_next.reset();
}

void ModelSession::setState(State state) {
    if (m_state == state) return;
    m_state = state;
    Q_EMIT changed();
}

void ModelSession::tellBusy() {
    if (std::exchange(m_wasBusy, isBusy()) != isBusy()) Q_EMIT busyChanged(isBusy());
}

} // namespace fathom::app
