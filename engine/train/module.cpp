// SPDX-License-Identifier: Apache-2.0
// The entry of libfathom_torch.so.
#include "engine/model/restored_model.h"
#include "engine/nn/device.h"
#include "engine/nn/work_scope.h"
#include "engine/run/torch_module.h"
#include "engine/train/device.h"
#include "engine/train/job.h"
#include "engine/train/plugin_set.h"

#include <ATen/Parallel.h>
#include <limits>
#include <malloc.h>
#include <torch/version.h>

namespace fathom::train {
namespace {

/// A torch exception's first line: the rest is a C++ stack that helps nobody who did not write this.
std::string firstLine(const std::exception& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
}

template <class T, class Work> Result<T> guarded(const char* what, Work&& work) {
    const nn::WorkScope scope;
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return fail({.what = what, .why = "out of memory", .remedy = "Lower model.train_ds.batch_size"});
    } catch (const std::exception& error) {
        return fail({.what = what, .why = firstLine(error), .remedy = {}});
    }
}

class Module : public run::TorchModule {
public:
    Module() {
#if defined(__GLIBC__)
        // A step frees what the next one needs again: handing it to the kernel and back, page by page, took a
        // tenth of a Conformer's step.
        mallopt(M_MMAP_THRESHOLD, 1 << 30);
        mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
        // Once per process and before any work; the loop is the only client, so one thread of this kind is
        // enough.
        try {
            at::set_num_interop_threads(1);
        } catch (const std::exception&) { // set before by somebody else in this process: harmless
        }
    }
    Status addPlugin(const plugin::Plugin& plugin) override {
        return guarded<void>("Cannot add the plugin", [&] { return m_plugins.add(plugin); });
    }
    Result<run::TrainEnd> train(const run::TrainJob& job) override {
        return guarded<run::TrainEnd>(run::failureOf(job.mode), [&] { return runJob(job); });
    }
    Status check(const config::Config& config, run::Mode mode) override {
        return guarded<void>("Cannot check the config", [&] { return checkJob(config, mode); });
    }
    Result<std::unique_ptr<run::RestoredModel>> restore(const std::filesystem::path& nemoFile,
                                                        const run::RestoreOptions& options) override {
        const nn::WorkScope scope;
        at::set_num_threads(cpuThreads());
        return model::restoreForUse(nemoFile, options);
    }
    std::string version() const override {
        return std::string("LibTorch ") + TORCH_VERSION +
               (nn::cudaIsAvailable() ? ", CUDA available" : ", CUDA not available");
    }

private:
    PluginSet m_plugins;
};

} // namespace
} // namespace fathom::train

extern "C" __attribute__((visibility("default"))) fathom::run::TorchModule* fathomTorchModule(int abi) {
    static fathom::train::Module module;
    return abi == fathom::run::kTorchModuleAbi ? &module : nullptr;
}
