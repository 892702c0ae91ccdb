// SPDX-License-Identifier: GPL-3.0-or-later
// A training module without LibTorch: it does what the config's `behaviour` says.
#include "engine/run/torch_module.h"

#include <chrono>
#include <condition_variable>
#include <stdexcept>

namespace {

using namespace fathom;

std::string textAt(const config::Config& config, const char* key) {
    const Result<Value> value = config.resolved(key);
    return value && value->isString() ? value->asString() : std::string{};
}

void awaitStop(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [] { return false; });
}

/// Obeys commands as the trainer does, without a model.
void obeyUntilStopped(const run::TrainJob& job) {
    while (const auto command = job.commands->wait(job.stop)) {
        const bool isPause = command->kind == run::Command::Kind::Pause;
        job.writer.progress({.step = 3, .totalSteps = 3, .phase = isPause ? "paused" : "training"});
        const std::string outcome = "did " +
                                    std::string(1, static_cast<char>('0' + static_cast<int>(command->kind))) +
                                    " with " + std::to_string(static_cast<int>(command->value * 1000));
        job.writer.mark("command", 3, outcome);
        if (command->id != 0) job.writer.answer(command->id, outcome);
    }
}

/// A metric every few milliseconds, as in a training.
void putUntilStopped(const run::TrainJob& job, SeriesId series) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    for (int step = 4; !job.stop.stop_requested(); ++step) {
        job.writer.put({series, step, 1.0, 1.0});
        changed.wait_for(lock, job.stop, std::chrono::milliseconds(5), [] { return false; });
    }
}

class FakeModule : public run::TorchModule {
public:
    fathom::Status addPlugin(const fathom::plugin::Plugin&) override { return {}; }
    Result<run::TrainEnd> train(const run::TrainJob& job) override {
        const std::string behaviour = textAt(job.config, "behaviour");
        job.log.info("behaving as " + behaviour);
        job.writer.directory("/tmp/somewhere");
        const SeriesId loss = job.writer.series("train_loss");
        for (int step = 1; step <= 3; ++step) {
            job.writer.put({loss, step, 1.0, 10.0 - step});
            job.writer.progress({.step = step, .totalSteps = 3, .phase = "training"});
        }
        if (behaviour == "throw") throw std::runtime_error("the sky fell");
        if (behaviour == "throw-nothing-known") throw 7;
        if (behaviour == "memory") throw std::bad_alloc();
        if (behaviour == "fail")
            return fail({.kind = ErrorKind::BadInput,
                         .what = "Cannot read the manifest",
                         .why = "it is empty",
                         .remedy = "Fill it"});
        if (behaviour == "wait") {
            awaitStop(job.stop);
            return run::TrainEnd::Stopped;
        }
        if (behaviour == "obey") {
            obeyUntilStopped(job);
            return run::TrainEnd::Stopped;
        }
        if (behaviour == "train") {
            putUntilStopped(job, loss);
            return run::TrainEnd::Stopped;
        }
        return run::TrainEnd::Completed;
    }
    Status check(const config::Config& config, run::Mode) override {
        if (textAt(config, "behaviour") != "refuse") return {};
        return fail(
            config.errorAt("behaviour", "Cannot do that", "it was refused", "Choose another behaviour"));
    }
    Result<std::unique_ptr<run::RestoredModel>> restore(const std::filesystem::path&,
                                                        const run::RestoreOptions&) override {
        return fail({.what = "Cannot restore", .why = "this module is a fake", .remedy = {}});
    }
    std::string version() const override { return "fake"; }
};

} // namespace

extern "C" __attribute__((visibility("default"))) fathom::run::TorchModule* fathomTorchModule(int abi) {
    static FakeModule module;
    return abi == fathom::run::kTorchModuleAbi ? &module : nullptr;
}
