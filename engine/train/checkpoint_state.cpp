// SPDX-License-Identifier: Apache-2.0
#include "engine/train/checkpoint_state.h"

#include "engine/nn/weights.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>

namespace fathom::train {
namespace {

using archive::PickleKind;
using archive::PickleValue;
using Object = archive::TorchObject;

Error unreadable(const std::string& where, const std::string& why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot resume from the checkpoint",
            .why = where + ": " + why,
            .remedy = "Resume from another checkpoint, or take only its weights with init_from_ptl_ckpt"};
}

/// Follows keys one below the other.
std::optional<PickleValue> below(const PickleValue& root, std::initializer_list<const char*> path) {
    std::optional<PickleValue> value = root;
    for (const char* key : path) {
        if (!value) return std::nullopt;
        value = value->find(key);
    }
    return value;
}

/// What a training can have counted: nothing else may become an index.
bool areCounts(std::initializer_list<std::int64_t> numbers) {
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    return std::all_of(numbers.begin(), numbers.end(),
                       [](std::int64_t number) { return number >= 0 && number <= kMost; });
}

Object count(std::int64_t ready, std::int64_t completed) {
    return Object::dict({{"ready", ready}, {"completed", completed}});
}

Object countStarted(std::int64_t ready, std::int64_t completed) {
    return count(ready, completed).with("started", ready);
}

/// `ready` counts what has begun, `done` what is over.
Object countProcessed(std::int64_t ready, std::int64_t done) {
    return countStarted(ready, done).with("processed", done);
}

Object progress(Object total, Object current) {
    return Object::dict({{"total", std::move(total)}, {"current", std::move(current)}});
}

Object idleLoop(bool knowsLast) {
    Object batches = progress(countProcessed(0, 0), countProcessed(0, 0));
    if (knowsLast) batches = batches.with("is_last_batch", false);
    return Object::dict({{"state_dict", Object::dict()}, {"batch_progress", std::move(batches)}});
}

/// Options that PyTorch keeps as tuples.
bool isTuple(const std::string& key) {
    constexpr std::array kTuples{"betas", "etas", "step_sizes", "eps"};
    return std::any_of(kTuples.begin(), kTuples.end(), [&](const char* each) { return key == each; });
}

Result<Value> optionOf(const PickleValue& value, const std::string& key) {
    if (value.kind() == PickleKind::Tensor)
        if (const auto number = scalarOf(value)) return Value(*number);
    Result<Value> plain = archive::toValue(value);
    if (!plain) return fail(unreadable("optimizer_states: param_groups: " + key, plain.error().why));
    return plain;
}

Result<optim::GroupState> readGroup(const PickleValue& group) {
    optim::GroupState read;
    for (std::size_t i = 0; i < group.size(); ++i) {
        const std::string key(group.keyAt(i).text());
        const PickleValue value = group.at(i);
        if (key == "params") {
            for (std::size_t p = 0; p < value.size(); ++p)
                read.parameters.push_back(value.at(p).toInt().value_or(-1));
            continue;
        }
        if (key == "lr" && value.kind() == PickleKind::Tensor) read.learningRate = tensorOf(value).clone();
        Result<Value> option = optionOf(value, key);
        if (!option) return fail(std::move(option.error()));
        read.options.set(key, std::move(*option));
    }
    return read;
}

Result<optim::ParameterState> readParameter(std::int64_t index, const PickleValue& entries) {
    optim::ParameterState read{.index = index};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::string name(entries.keyAt(i).text());
        const PickleValue value = entries.at(i);
        if (const torch::Tensor tensor = tensorOf(value); tensor.defined())
            read.entries.push_back({name, tensor});
        else if (const auto number = value.toInt())
            read.entries.push_back({name, *number});
        else if (!value.isNone())
            return fail(unreadable("optimizer_states: state of parameter " + std::to_string(index),
                                   '\'' + name + "' is neither a tensor nor an integer"));
    }
    return read;
}

Object plateauState(const schedule::Plateau::State& state) {
    return Object::dict({{"best", state.best},
                         {"cooldown_counter", state.cooldownCounter},
                         {"num_bad_epochs", state.numBadEpochs},
                         {"last_epoch", state.lastEpoch},
                         {"_last_lr", Object::listOf(state.rates)}});
}

std::vector<double> numbersIn(const std::optional<PickleValue>& list) {
    std::vector<double> numbers;
    for (std::size_t i = 0; list && i < list->size(); ++i)
        if (const auto number = scalarOf(list->at(i))) numbers.push_back(*number);
    return numbers;
}

} // namespace

Object tensorObject(const torch::Tensor& tensor) {
    const torch::NoGradGuard guard;
    const torch::Tensor copy =
        tensor.detach().to(tensor.options().device(torch::kCPU), /*non_blocking=*/false, /*copy=*/true);
    return Object(nn::toArchive("", copy.contiguous()));
}

torch::Tensor tensorOf(const PickleValue& value) {
    const archive::Tensor* tensor = value.tensor();
    return tensor ? nn::viewOf(*tensor) : torch::Tensor{};
}

Object scalarTensor(double value) {
    return tensorObject(torch::scalar_tensor(value, torch::kFloat64));
}

std::optional<double> scalarOf(const PickleValue& value) {
    if (const torch::Tensor tensor = tensorOf(value); tensor.defined() && tensor.numel() == 1)
        return tensor.to(torch::kFloat64).item<double>();
    return value.toDouble();
}

Object loopsOf(const LoopState& state, int accumulate) {
    const bool isOpen = state.isWithinStep(accumulate);
    const std::int64_t stepsOfEpoch = (state.batch + (isOpen ? 0 : accumulate - 1)) / accumulate;
    const std::int64_t begun = isOpen ? 1 : 0;
    const bool isLast = state.batch >= state.plan.trainBatches;
    const bool isUnderWay = !state.epochIsOver && state.batchesSeen > 0;
    const Object steps =
        progress(count(state.globalStep, state.globalStep), count(stepsOfEpoch, stepsOfEpoch));
    const Object epochs = countProcessed(state.epoch + (isUnderWay ? 1 : 0), state.epoch);
    const Object zeroed = progress(countStarted(state.globalStep + begun, state.globalStep + begun),
                                   countStarted(stepsOfEpoch + begun, stepsOfEpoch + begun));
    const std::int64_t validated = state.validatedAt > 0 ? state.plan.validationBatches : 0;
    const Object validation =
        progress(countProcessed(validated, validated), countProcessed(validated, validated))
            .with("is_last_batch", validated > 0);
    const Object none = progress(count(0, 0), count(0, 0));
    const Object fit = Object::dict({
        {"state_dict", Object::dict()},
        {"epoch_loop.state_dict", Object::dict({{"_batches_that_stepped", state.globalStep}})},
        {"epoch_loop.batch_progress", progress(countProcessed(state.batchesSeen, state.batchesSeen),
                                               countProcessed(state.batch, state.batch))
                                          .with("is_last_batch", isLast)},
        {"epoch_loop.scheduler_progress", steps},
        {"epoch_loop.automatic_optimization.state_dict", Object::dict()},
        {"epoch_loop.automatic_optimization.optim_progress",
         Object::dict({{"optimizer", Object::dict({{"step", steps}, {"zero_grad", zeroed}})}})},
        {"epoch_loop.manual_optimization.state_dict", Object::dict()},
        {"epoch_loop.manual_optimization.optim_step_progress", none},
        {"epoch_loop.val_loop.state_dict", Object::dict()},
        {"epoch_loop.val_loop.batch_progress", validation},
        {"epoch_progress", progress(epochs, epochs)},
    });
    return Object::dict({{"fit_loop", fit},
                         {"validate_loop", idleLoop(true)},
                         {"test_loop", idleLoop(true)},
                         {"predict_loop", idleLoop(false)}});
}

Status readLoops(const PickleValue& loops, LoopState& state) {
    const auto number = [&](std::initializer_list<const char*> path) -> std::optional<std::int64_t> {
        const auto value = below(loops, path);
        return value ? value->toInt() : std::nullopt;
    };
    constexpr const char* kBatches = "epoch_loop.batch_progress";
    constexpr const char* kOptimizer = "epoch_loop.automatic_optimization.optim_progress";
    const auto steps = number({"fit_loop", kOptimizer, "optimizer", "step", "total", "completed"});
    const auto epoch = number({"fit_loop", "epoch_progress", "current", "processed"});
    const auto begun = number({"fit_loop", "epoch_progress", "current", "ready"});
    const auto batch = number({"fit_loop", kBatches, "current", "completed"});
    const auto seen = number({"fit_loop", kBatches, "total", "completed"});
    const auto validated = number({"fit_loop", "epoch_loop.val_loop.batch_progress", "current", "completed"});
    if (!steps || !epoch || !begun || !batch || !seen)
        return fail(unreadable("loops", "a counter of fit_loop is missing"));
    if (!areCounts({*steps, *epoch, *begun, *batch, *seen}))
        return fail(unreadable("loops", "a counter of fit_loop is no count"));
    state.globalStep = *steps;
    state.epoch = static_cast<int>(*epoch);
    state.epochIsOver = *begun <= *epoch;
    state.batch = *batch;
    state.batchesSeen = *seen;
    state.validatedAt = validated.value_or(0) > 0 ? *seen : 0;
    return {};
}

Object cursorOf(const LoopState& state) {
    return Object::dict({{"global_step", state.globalStep},
                         {"epoch", state.epoch},
                         {"batch", state.batch},
                         {"batches_seen", state.batchesSeen},
                         {"validated_at", state.validatedAt},
                         {"epoch_is_over", state.epochIsOver},
                         {"seconds", state.seconds}});
}

Status readCursor(const PickleValue& cursor, LoopState& state) {
    const auto number = [&](const char* key) -> std::optional<std::int64_t> {
        const auto value = cursor.find(key);
        return value ? value->toInt() : std::nullopt;
    };
    const auto step = number("global_step");
    const auto epoch = number("epoch");
    const auto batch = number("batch");
    const auto seen = number("batches_seen");
    const auto validated = number("validated_at");
    const auto isOver = cursor.find("epoch_is_over");
    const auto seconds = cursor.find("seconds");
    if (!step || !epoch || !batch || !seen || !validated || !isOver || !isOver->toBool() || !seconds ||
        !seconds->toDouble())
        return fail(unreadable("fathom: cursor", "a number is missing"));
    if (!areCounts({*step, *epoch, *batch, *seen, *validated}))
        return fail(unreadable("fathom: cursor", "a number is no count"));
    state.globalStep = *step;
    state.epoch = static_cast<int>(*epoch);
    state.batch = *batch;
    state.batchesSeen = *seen;
    state.validatedAt = *validated;
    state.epochIsOver = *isOver->toBool();
    state.seconds = *seconds->toDouble();
    return {};
}

Object optimizerStateOf(const optim::OptimizerState& state) {
    Object::Entries parameters;
    for (const optim::ParameterState& parameter : state.state) {
        Object::Entries entries;
        for (const optim::StateEntry& entry : parameter.entries) {
            if (const auto* tensor = std::get_if<torch::Tensor>(&entry.value))
                entries.emplace_back(entry.name, tensorObject(*tensor));
            else
                entries.emplace_back(entry.name, std::get<std::int64_t>(entry.value));
        }
        parameters.emplace_back(parameter.index, Object::dict(std::move(entries)));
    }
    Object::Items groups;
    for (const optim::GroupState& group : state.groups) {
        Object::Entries entries;
        for (const auto& [key, value] : group.options) {
            if (key == "lr" && group.learningRate.defined()) {
                entries.emplace_back(key, tensorObject(group.learningRate));
            } else if (value.isList() && isTuple(key)) {
                entries.emplace_back(key, Object::tuple(Object::plain(value).items()));
            } else {
                entries.emplace_back(key, Object::plain(value));
            }
        }
        entries.emplace_back("params", Object::listOf(group.parameters));
        groups.push_back(Object::dict(std::move(entries)));
    }
    return Object::dict(
        {{"state", Object::dict(std::move(parameters))}, {"param_groups", Object::list(std::move(groups))}});
}

Result<optim::OptimizerState> readOptimizerState(const PickleValue& state) {
    optim::OptimizerState read;
    const auto parameters = state.find("state");
    const auto groups = state.find("param_groups");
    if (!parameters || !groups)
        return fail(unreadable("optimizer_states", "it has no state or param_groups"));
    for (std::size_t i = 0; i < parameters->size(); ++i) {
        const auto index = parameters->keyAt(i).toInt();
        if (!index) return fail(unreadable("optimizer_states", "a key of state is no integer"));
        Result<optim::ParameterState> parameter = readParameter(*index, parameters->at(i));
        if (!parameter) return fail(std::move(parameter.error()));
        read.state.push_back(std::move(*parameter));
    }
    for (std::size_t i = 0; i < groups->size(); ++i) {
        Result<optim::GroupState> group = readGroup(groups->at(i));
        if (!group) return fail(std::move(group.error()));
        read.groups.push_back(std::move(*group));
    }
    return read;
}

Object schedulersOf(const LearningRate& rate, const optim::Optimizer& optimizer, std::int64_t steps) {
    if (rate.plateau) return Object::list({plateauState(rate.plateau->state())});
    if (!rate.schedule) return Object::list();
    const std::int64_t ticks = steps / rate.stepsPerTick;
    std::vector<double> bases;
    std::vector<double> rates;
    for (std::size_t group = 0; group < optimizer.groupCount(); ++group) {
        bases.push_back(optimizer.baseLearningRate(group));
        const Result<double> next = rate.schedule->rate(ticks, bases.back());
        rates.push_back(next.value_or(optimizer.learningRate(group)));
    }
    Object::Entries entries;
    for (const auto& [name, value] : rate.schedule->curve().state())
        entries.emplace_back(name, Object::plain(value));
    entries.emplace_back("base_lrs", Object::listOf(bases));
    entries.emplace_back("last_epoch", ticks);
    entries.emplace_back("_step_count", ticks + 1);
    entries.emplace_back("_is_initial", false);
    entries.emplace_back("_get_lr_called_within_step", false);
    entries.emplace_back("_last_lr", Object::listOf(rates));
    return Object::list({Object::dict(std::move(entries))});
}

Status readSchedulers(const PickleValue& schedulers, LearningRate& rate) {
    if (schedulers.size() == 0 || (!rate.plateau && !rate.schedule)) return {};
    const PickleValue state = schedulers.at(0);
    if (rate.plateau) {
        schedule::Plateau::State plateau = rate.plateau->state();
        const std::vector<double> rates = numbersIn(state.find("_last_lr"));
        if (rates.size() == plateau.rates.size()) plateau.rates = rates;
        const auto number = [&](const char* key, auto& into) {
            if (const auto value = state.find(key))
                if (const auto scalar = scalarOf(*value))
                    into = static_cast<std::decay_t<decltype(into)>>(*scalar);
        };
        number("best", plateau.best);
        number("num_bad_epochs", plateau.numBadEpochs);
        number("cooldown_counter", plateau.cooldownCounter);
        number("last_epoch", plateau.lastEpoch);
        rate.plateau->setState(plateau);
        return {};
    }
    Value::Map saved;
    for (std::size_t i = 0; i < state.size(); ++i)
        if (const auto number = state.at(i).toDouble(); number && state.keyAt(i).isString())
            saved.set(std::string(state.keyAt(i).text()), *number);
    if (auto changed = rate.schedule->withState(saved))
        rate.use(std::make_shared<const schedule::Schedule>(std::move(*changed)), rate.stepsPerTick);
    return {};
}

Object randomStateOf(const torch::Device& device) {
    const auto stateOf = [](at::Generator generator) {
        const std::lock_guard lock(generator.mutex());
        return tensorObject(generator.get_state());
    };
    Object::Entries entries{{"torch", stateOf(at::detail::getDefaultCPUGenerator())}};
    if (device.is_cuda())
        entries.emplace_back("torch.cuda",
                             Object::list({stateOf(at::globalContext().defaultGenerator(device))}));
    return Object::dict(std::move(entries));
}

void readRandomState(const PickleValue& state, const torch::Device& device) {
    const auto restore = [](at::Generator generator, const PickleValue& value) {
        const torch::Tensor saved = tensorOf(value);
        if (!saved.defined()) return;
        const std::lock_guard lock(generator.mutex());
        generator.set_state(saved.clone());
    };
    if (const auto cpu = state.find("torch")) restore(at::detail::getDefaultCPUGenerator(), *cpu);
    if (const auto cuda = state.find("torch.cuda"); cuda && cuda->size() > 0 && device.is_cuda())
        restore(at::globalContext().defaultGenerator(device), cuda->at(0));
}

} // namespace fathom::train
