// SPDX-License-Identifier: Apache-2.0
// What the trainer does between two batches when somebody asks for it.
#include "engine/train/text.h"
#include "engine/train/trainer.h"

#include <cmath>

namespace fathom::train {

Result<Trainer::Outcome> Trainer::obeyCommands() {
    if (m_inputs->maxSeconds &&
        std::chrono::duration<double>(Clock::now() - m_begin).count() >= *m_inputs->maxSeconds) {
        m_context.log.info("Time limit reached: exp_manager.max_time_per_run");
        return Outcome::Stopped;
    }
    if (!m_context.commands) return Outcome::Continue;
    bool isPaused = false;
    while (true) {
        const auto command = isPaused ? m_context.commands->wait(m_context.stop) : m_context.commands->take();
        if (!command) break;
        if (isPaused) m_counted = Clock::now(); // the pause is no training time
        if (command->kind == run::Command::Kind::Pause) isPaused = true;
        if (command->kind == run::Command::Kind::Resume) isPaused = false;
        const Result<Outcome> outcome = obey(*command);
        if (!outcome || *outcome != Outcome::Continue) return outcome;
    }
    m_counted = isPaused ? Clock::now() : m_counted;
    return m_context.stop.stop_requested() ? Outcome::Stopped : Outcome::Continue;
}

Result<Trainer::Outcome> Trainer::obey(const run::Command& command) {
    using Kind = run::Command::Kind;
    std::string text;
    switch (command.kind) {
    case Kind::Stop: // comes as the stop token
        return Outcome::Continue;
    case Kind::Pause:
        countTime();
        text = "paused";
        break;
    case Kind::Resume:
        text = "resumed";
        break;
    case Kind::Checkpoint:
        text = "checkpoint on demand";
        break;
    case Kind::Validate:
        text = m_state.plan.validationBatches > 0 ? "validation on demand"
                                                  : "not obeyed: there is no validation set";
        break;
    case Kind::SetLearningRate:
        text = setLearningRate(command.value);
        break;
    case Kind::SetMaxEpochs:
        m_params.maxEpochs = static_cast<int>(command.value);
        limitPlan(m_state.plan, m_params);
        text = "max_epochs set to " + std::to_string(m_params.maxEpochs);
        break;
    }
    if (Status fine = m_hooks.call([&](Callback& c) { return c.onCommand(m_state, command, text); }); !fine)
        return fail(fine.error());
    if (command.kind == Kind::Validate && m_state.plan.validationBatches > 0) return validate();
    return Outcome::Continue;
}

/// The rates of all groups in proportion, so that the first group's next is `rate`. Says what became of it.
std::string Trainer::setLearningRate(double rate) {
    optim::Optimizer& optimizer = m_inputs->optimizer;
    if (Status fine = applySchedule(); !fine) return "learning rate unchanged: " + fine.error().message();
    const double current = optimizer.learningRate();
    if (!(rate > 0) || !std::isfinite(rate) || !(current > 0)) // from 0 no factor leads back
        return "learning rate unchanged at " + shortNumber(current, 5) +
               (current > 0 ? ": it cannot be set to " + shortNumber(rate, 5)
                            : ": a schedule that stands at 0 cannot be scaled");
    m_rateFactor *= rate / current;
    for (std::size_t group = 0; group < optimizer.groupCount(); ++group)
        optimizer.setLearningRate(group, optimizer.learningRate(group) * (rate / current));
    return "learning rate set from " + shortNumber(current, 5) + " to " + shortNumber(rate, 5);
}

} // namespace fathom::train
