// SPDX-License-Identifier: GPL-3.0-or-later
// A model that is restored when it is first needed, stays in memory, and is asked one thing at a time, all of
// it in the background.
//
//   session->setFile("net.nemo");
//   session->ask<Texts>([](run::Inference& model, const std::stop_token& stop) { return model.translate(…);
//   },
//                       [this](const Result<Texts>& texts) { show(texts); });     // GUI thread
#pragma once

#include "app/inference/restore_model.h"
#include "engine/run/inference.h"

#include <QObject>
#include <QString>

#include <optional>
#include <stop_token>
#include <vector>

namespace fathom::app {

class JobRunner;

/// What is known of a model once it is restored.
struct ModelFacts {
    run::Task task = run::Task::Unknown;
    QString target{}; ///< the class's name without its modules: "EncDecCTCModel"
    std::vector<QString> classNames{};
};

/// GUI thread only. Nothing here waits: what was asked and is not wanted any more is told to stop, and the
/// model lives until it has.
class ModelSession : public QObject {
    Q_OBJECT
public:
    enum class State { Empty, Restoring, Ready, Failed };

    ModelSession(JobRunner& jobs, RestoreModel restore, QObject* parent = nullptr);
    ~ModelSession() override;

    /// Another file; what was held of the one before is let go. The same file again: it has changed.
    void setFile(const std::filesystem::path& file);
    [[nodiscard]] const std::filesystem::path& file() const { return m_file; }
    [[nodiscard]] State state() const { return m_state; }
    /// Of State::Restoring: what is being done now.
    [[nodiscard]] const QString& stage() const { return m_stage; }
    /// Of State::Failed.
    [[nodiscard]] const Error& error() const { return m_error; }
    /// Of State::Ready.
    [[nodiscard]] const ModelFacts& facts() const { return m_facts; }
    [[nodiscard]] bool isBusy() const { return m_running.has_value() || m_next.has_value(); }

    /// Restores the model unless it is there or on its way.
    void open();
    /// Gives up restoring and whatever is asked, and frees the model.
    void letGo();
    /// Stops what is asked; its answer is not delivered.
    void stop();

    /// Calls `work(inference, stop)` in the background, as soon as the model is there and has nothing else to
    /// do, then `done(result)`. What was asked before and is not answered yet is stopped and its answer never
    /// delivered. `work` must not throw and must not touch widgets.
    template <class T, class Work, class Done> void ask(Work work, Done done) {
        enqueue([work = std::move(work), done = std::move(done)](run::Inference& model,
                                                                 const std::stop_token& stop) -> Answer {
            auto result = std::make_shared<Result<T>>(work(model, stop));
            return [done, result] { done(*result); };
        });
    }

Q_SIGNALS:
    /// state() or stage() is another.
    void changed();
    void busyChanged(bool isBusy);

private:
    using Answer = std::function<void()>;
    using Request = std::function<Answer(run::Inference&, const std::stop_token&)>;
    struct Held;

    void enqueue(Request request);
    void startNext();
    void setState(State state);
    void tellBusy();
    void release();
    void restored(quint64 attempt, const std::shared_ptr<Held>& held, const std::optional<Error>& error);

    JobRunner& m_jobs;
    RestoreModel m_restore;
    std::filesystem::path m_file;
    State m_state = State::Empty;
    QString m_stage;
    Error m_error;
    ModelFacts m_facts;
    std::shared_ptr<Held> m_held;
    quint64 m_attempt = 0; ///< to restore, whose outcome counts
    std::optional<std::stop_source> m_running;
    std::optional<Request> m_next;
    bool m_wasBusy = false;
};

} // namespace fathom::app
