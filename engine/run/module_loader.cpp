// SPDX-License-Identifier: Apache-2.0
#include "engine/run/openmp_wait.h"
#include "engine/run/torch_module.h"

#include <cstdlib>
#include <dlfcn.h>
#include <mutex>
#include <optional>

namespace fathom::run {
namespace {

constexpr const char* kFileName = "libfathom_torch.so";

std::vector<std::filesystem::path> candidates() {
    std::vector<std::filesystem::path> paths;
    // A variable that is set rules alone: whoever sets it wants that module or none.
    if (const char* folder = std::getenv("FATHOM_MODULE_DIR"); folder && *folder) {
        paths.emplace_back(std::filesystem::path(folder) / kFileName);
        return paths;
    }
    std::error_code ignored;
    const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const char* folder : {".", "../lib", "../lib/fathom"})
        paths.push_back((here / folder / kFileName).lexically_normal());
    return paths;
}

Error missing(const std::vector<std::filesystem::path>& tried) {
    std::string folders;
    for (const auto& path : tried)
        folders += (folders.empty() ? "" : ", ") + path.parent_path().string();
    return {.what = "Cannot load the training module",
            .why = std::string(kFileName) + " is in none of " + folders,
            .remedy = "Build it (FATHOM_TORCH=ON), or name its folder in FATHOM_MODULE_DIR"};
}

Result<TorchModule*> load() {
    const auto paths = candidates();
    for (const auto& path : paths) {
        if (!std::filesystem::exists(path)) continue;
        shortenOpenMpWait();
        // Local: LibTorch's symbols must not reach Qt's plug-ins or anything else in the process.
        void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle) {
            const char* const reason = dlerror();
            return fail({.what = "Cannot load the training module",
                         .why = reason ? reason : "unknown reason",
                         .remedy = "Run packaging/bootstrap.sh to install LibTorch",
                         .file = path.string()});
        }
        using Entry = TorchModule* (*)(int);
        const auto entry = reinterpret_cast<Entry>(dlsym(handle, "fathomTorchModule"));
        TorchModule* const module = entry ? entry(kTorchModuleAbi) : nullptr;
        if (module) return module;
        return fail({.what = "Cannot use the training module",
                     .why = "it was built from another version of Fathom",
                     .remedy = "Build program and module together",
                     .file = path.string()});
    }
    return fail(missing(paths));
}

} // namespace

Result<TorchModule*> loadTorchModule() {
    static std::mutex mutex;
    static TorchModule* loaded = nullptr;
    const std::lock_guard lock(mutex);
    if (loaded) return loaded;
    Result<TorchModule*> module = load(); // a failure is not kept: the next try may find what was missing
    if (module) loaded = *module;
    return module;
}

} // namespace fathom::run
