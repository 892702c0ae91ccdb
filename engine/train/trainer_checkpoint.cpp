// SPDX-License-Identifier: Apache-2.0
// The trainer's side of a Lightning checkpoint: what goes into one, and how a fit goes on from one.
#include "engine/nn/weights.h"
#include "engine/train/checkpoint_state.h"
#include "engine/train/trainer.h"

#include <utility>

namespace fathom::train {
namespace {

using archive::PickleValue;
using Object = archive::TorchObject;

constexpr const char* kLightningVersion = "2.4.0"; // whose format this is
constexpr const char* kOwnKey = "fathom";          // what Lightning has no place for

Object weightsOf(const torch::nn::Module& module) {
    Object::Entries entries;
    for (const nn::NamedTensor& item : nn::stateDict(module))
        entries.emplace_back(item.name, tensorObject(item.tensor));
    return Object::stateDict(std::move(entries), nn::moduleVersions(module));
}

torch::Device deviceOf(const torch::nn::Module& module) {
    const auto parameters = module.parameters();
    return parameters.empty() ? torch::Device(torch::kCPU) : parameters.front().device();
}

/// Gradients that wait for the rest of their optimizer step, in the order of the parameters.
Object gradientsOf(const optim::Optimizer& optimizer) {
    Object::Items items;
    for (const torch::Tensor& parameter : optimizer.parameters())
        items.push_back(parameter.grad().defined() ? tensorObject(parameter.grad()) : Object{});
    return Object::list(std::move(items));
}

Error badCheckpoint(std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot resume from the checkpoint",
            .why = std::move(why),
            .remedy = "Resume from another checkpoint, or take only its weights with init_from_ptl_ckpt",
            .className = "KeyError"};
}

} // namespace

Object Trainer::snapshot(bool weightsOnly) {
    // Lightning steps its schedulers after each update: what it saves is the rate of the next.
    (void)applySchedule();
    LoopState state = m_state;
    if (std::exchange(state.epochIsEnding, false)) {
        ++state.epoch;
        state.epochIsOver = true;
    }
    const torch::nn::Module& module = m_inputs->model.module();
    const optim::Optimizer& optimizer = m_inputs->optimizer;
    Object::Entries entries{{"epoch", m_state.epoch},
                            {"global_step", state.globalStep},
                            {"pytorch-lightning_version", kLightningVersion},
                            {"state_dict", weightsOf(module)},
                            {"loops", loopsOf(state, m_params.accumulate)}};
    if (!weightsOnly) {
        Object::Entries callbacks;
        for (const auto& callback : m_hooks.all())
            if (const std::string key = callback->stateKey(); !key.empty())
                callbacks.emplace_back(key, callback->stateDict());
        entries.emplace_back("callbacks", Object::dict(std::move(callbacks)));
        entries.emplace_back("optimizer_states", Object::list({optimizerStateOf(optimizer.state())}));
        entries.emplace_back("lr_schedulers", schedulersOf(m_learningRate, optimizer, state.globalStep));
        if (const std::string key = m_precision.stateKey(); !key.empty())
            entries.emplace_back(key, m_precision.stateDict());
        Object::Entries metrics;
        std::map<std::string, double> last = m_metrics;
        if (m_lastLoss.defined()) last["train_loss"] = m_lastLoss.item<double>();
        for (const auto& [name, value] : last)
            metrics.emplace_back(name, value);
        Object own = Object::dict({{"format", 1},
                                   {"seed", static_cast<std::int64_t>(m_context.seed)},
                                   {"cursor", cursorOf(state)},
                                   {"learning_rate_factor", m_rateFactor},
                                   {"metrics", Object::dict(std::move(metrics))},
                                   {"rng_states", randomStateOf(deviceOf(module))}});
        if (state.isWithinStep(m_params.accumulate) && m_hasGradients)
            own = own.with("gradients", gradientsOf(optimizer));
        entries.emplace_back(kOwnKey, own);
    }
    if (m_inputs->hyperParameters.isMap()) {
        entries.emplace_back("hparams_name", "kwargs");
        // NeMo's, whose `cfg` is the one with a struct flag.
        entries.emplace_back(
            "hyper_parameters",
            Object::dictConfig({{"cfg", Object::config(m_inputs->hyperParameters, {{"struct", true}})}}));
        entries.emplace_back("hparams_type", Object::global("omegaconf.dictconfig.DictConfig"));
    }
    return Object::dict(std::move(entries));
}

Status Trainer::restore(const archive::Checkpoint& checkpoint) {
    model::Model& model = m_inputs->model;
    const std::string& target = model.target();
    const auto loaded = nn::loadStateDict(
        model.module(), checkpoint, {.strict = true, .className = target.substr(target.rfind('.') + 1)});
    if (!loaded) return fail(loaded.error());
    const PickleValue& root = checkpoint.root();
    if (const auto states = root.find("callbacks"))
        if (Status fine = restoreCallbacks(*states); !fine) return fine;
    if (Status fine = restoreRest(root); !fine) return fine;
    if (m_params.maxEpochs >= 0 && m_state.epoch > m_params.maxEpochs)
        return fail(badCheckpoint(
            "You restored a checkpoint with current_epoch=" + std::to_string(m_state.epoch) +
            ", but you have set Trainer(max_epochs=" + std::to_string(m_params.maxEpochs) + ")"));
    if (m_state.batch > m_state.plan.trainBatches) {
        m_context.log.warning("the checkpoint's epoch had at least " + std::to_string(m_state.batch) +
                              " batches, now it has " + std::to_string(m_state.plan.trainBatches) +
                              ": this epoch is over");
        m_state.batch = m_state.plan.trainBatches;
    }
    reopenCutEpoch();
    m_validationOwed = m_state.batch > 0 && !m_state.epochIsOver && validationIsDue() &&
                       m_state.validatedAt != m_state.batchesSeen;
    m_context.log.info("going on after step " + std::to_string(m_state.globalStep) + ", in epoch " +
                       std::to_string(m_state.epoch) + " after " + std::to_string(m_state.batch) + " of " +
                       std::to_string(m_state.plan.trainBatches) + " batches");
    return {};
}

/// An epoch that a limit cut short goes on where it was, unless that limit still holds.
void Trainer::reopenCutEpoch() {
    if (!m_state.epochIsOver || m_state.batch >= m_state.plan.trainBatches) return;
    const LoopState counted = m_state;
    m_state.epochIsOver = false;
    --m_state.epoch;
    if (stepsAreReached() || mayStopEarly()) m_state = counted;
}

/// Optimizer, schedule, scaler and loops.
Status Trainer::restoreRest(const PickleValue& root) {
    const auto optimizers = root.find("optimizer_states");
    const auto loops = root.find("loops");
    if (!optimizers || !loops)
        return fail(badCheckpoint("Trying to restore optimizer state but checkpoint contains only the model. "
                                  "This is probably due to `ModelCheckpoint.save_weights_only` being set to "
                                  "`True`."));
    if (optimizers->size() != 1)
        return fail(badCheckpoint("it has the states of " + std::to_string(optimizers->size()) +
                                  " optimizers, the training has one"));
    const auto optimizer = readOptimizerState(optimizers->at(0));
    if (!optimizer) return fail(optimizer.error());
    if (Status fine = m_inputs->optimizer.loadState(*optimizer); !fine) return fine;
    if (const auto schedulers = root.find("lr_schedulers"))
        if (Status fine = readSchedulers(*schedulers, m_learningRate); !fine) return fine;
    if (const std::string key = m_precision.stateKey(); !key.empty())
        if (const auto scaler = root.find(key))
            if (Status fine = m_precision.loadStateDict(*scaler); !fine) return fine;
    if (Status fine = readLoops(*loops, m_state); !fine) return fine;
    const auto own = root.find(kOwnKey);
    if (own) return restoreOwn(*own);
    if (m_state.batch % m_params.accumulate != 0 && m_state.batch < m_state.plan.trainBatches)
        m_context.log.warning("the checkpoint was saved between the batches of one optimizer step and has "
                              "no gradients: this step has fewer batches");
    return {};
}

Status Trainer::restoreOwn(const PickleValue& own) {
    const auto cursor = own.find("cursor");
    if (!cursor) return fail(badCheckpoint("fathom: the cursor is missing"));
    if (Status fine = readCursor(*cursor, m_state); !fine) return fine;
    if (const auto factor = own.find("learning_rate_factor")) m_rateFactor = factor->toDouble().value_or(1);
    if (const auto seed = own.find("seed");
        seed && seed->toInt() && *seed->toInt() != static_cast<std::int64_t>(m_context.seed))
        m_context.log.warning("the checkpoint was saved with seed=" + std::to_string(*seed->toInt()) +
                              ", this run has seed=" + std::to_string(m_context.seed) +
                              ": data and noise come in another order");
    if (const auto metrics = own.find("metrics")) {
        for (std::size_t i = 0; i < metrics->size(); ++i)
            if (const auto value = metrics->at(i).toDouble())
                m_metrics[std::string(metrics->keyAt(i).text())] = *value;
        for (const auto& callback : m_hooks.all())
            callback->restoreMetrics(m_metrics);
    }
    if (const auto random = own.find("rng_states"))
        readRandomState(*random, deviceOf(m_inputs->model.module()));
    const auto gradients = own.find("gradients");
    if (!gradients) return {};
    const auto& parameters = m_inputs->optimizer.parameters();
    if (gradients->size() != parameters.size())
        return fail(badCheckpoint("it has gradients of " + std::to_string(gradients->size()) +
                                  " parameters, the optimizer has " + std::to_string(parameters.size())));
    const torch::NoGradGuard guard;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (const torch::Tensor saved = tensorOf(gradients->at(i)); saved.defined()) {
            if (saved.sizes() != parameters[i].sizes())
                return fail(badCheckpoint("a gradient has another shape than its parameter"));
            torch::Tensor parameter = parameters[i];
            parameter.mutable_grad() = saved.to(parameter.options(), false, /*copy=*/true);
        }
    m_hasGradients = true;
    return {};
}

Status Trainer::restoreCallbacks(const PickleValue& states) {
    for (const auto& callback : m_hooks.all()) {
        const std::string key = callback->stateKey();
        if (key.empty()) continue;
        if (const auto state = states.find(key))
            if (Status fine = callback->loadStateDict(*state); !fine) return fine;
    }
    return {};
}

} // namespace fathom::train
