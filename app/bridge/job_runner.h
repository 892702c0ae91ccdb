// SPDX-License-Identifier: GPL-3.0-or-later
// Work that must not happen on the GUI thread: done on a few background threads, its result handed back on
// the GUI thread.
//
//   context.jobs().run(QStringLiteral("configure.compose"), this,
//                      [request](std::stop_token stop) { return compose(request, stop); },   // background
//                      [this](Result<Config> config) { show(std::move(config)); });          // GUI thread
#pragma once

#include <QObject>
#include <QPointer>
#include <QString>

#include <functional>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace fathom::app {

/// Lives on the GUI thread; destroy it there. The destructor asks every job to stop and joins the threads.
class JobRunner : public QObject {
    Q_OBJECT
public:
    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override;

    /// Runs `work(stop_token)` in the background, then `done(result)` (or `done()` for void) on the GUI
    /// thread. A newer job with the same non-empty key cancels the older: its token is stopped and its result
    /// is never delivered. Nothing is delivered once `receiver` is gone. `work` must not throw and must not
    /// touch widgets.
    template <class Work, class Done> void run(const QString& key, QObject* receiver, Work work, Done done) {
        using T = std::invoke_result_t<Work, std::stop_token>;
        QPointer<QObject> alive(receiver);
        enqueue(key,
                [work = std::move(work), done = std::move(done),
                 alive](std::stop_token stop) mutable -> Delivery {
                    if constexpr (std::is_void_v<T>) {
                        work(stop);
                        return [done = std::move(done), alive]() mutable {
                            if (alive) done();
                        };
                    } else {
                        auto result = std::make_shared<T>(work(stop));
                        return [done = std::move(done), alive, result]() mutable {
                            if (alive) done(std::move(*result));
                        };
                    }
                });
    }
    /// Stops the job of that key; its result is not delivered.
    void cancel(const QString& key);
    /// Jobs queued, running, or finished but not yet delivered.
    [[nodiscard]] int pending() const;

Q_SIGNALS:
    /// Emitted on the GUI thread whenever pending() changed to 0.
    void idle();

private:
    using Delivery = std::function<void()>;
    using Job = std::function<Delivery(std::stop_token)>;
    void enqueue(const QString& key, Job job);
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::app
