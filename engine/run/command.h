// SPDX-License-Identifier: Apache-2.0
// What can be asked of a run under way.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>

namespace fathom::run {

struct Command {
    enum class Kind {
        Stop,            ///< end within one step; RunService turns it into the stop token
        Pause,           ///< before the next batch, until Resume
        Resume,          ///
        Checkpoint,      ///< write <name>--…-last.ckpt now
        Validate,        ///< run the validation set now
        SetLearningRate, ///< `value`: of the next step; the schedule goes on from there in proportion
        SetMaxEpochs,    ///< `value`: trainer.max_epochs, -1 for no limit; the schedule stays as it is
    };
    Kind kind = Kind::Pause;
    double value = 0;
    std::int64_t id = 0; ///< of its row in the store, where another process asked; see RunWriter::answer
};

/// Commands on their way to a loop, which takes them between batches. Any thread.
class CommandQueue {
public:
    void send(const Command& command) {
        {
            const std::lock_guard lock(m_mutex);
            m_commands.push_back(command);
        }
        m_changed.notify_all();
    }
    /// The oldest one; nullopt where there is none.
    [[nodiscard]] std::optional<Command> take() {
        const std::lock_guard lock(m_mutex);
        return pop();
    }
    /// The same, but waits for one; nullopt when a stop is requested first.
    [[nodiscard]] std::optional<Command> wait(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, stop, [this] { return !m_commands.empty(); });
        return pop();
    }

private:
    std::optional<Command> pop() {
        if (m_commands.empty()) return std::nullopt;
        const Command first = m_commands.front();
        m_commands.pop_front();
        return first;
    }

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Command> m_commands;
};

} // namespace fathom::run
