// SPDX-License-Identifier: Apache-2.0
// Targets: ALLOWED_TARGET_PREFIXES and ALLOWED_LEGACY_FALLBACK_TARGETS of NeMo 3.0.0's
// core/classes/common.py.
#include "engine/archive/suspicion.h"

#include <algorithm>
#include <array>

namespace fathom::archive {

namespace {

constexpr std::array<std::string_view, 19> kTargetPrefixes{
    "nemo.collections.",
    "nemo.core.",
    "nemo.utils.",
    "nemo.lightning.",
    "nemo_text_processing.text_normalization.normalize.Normalizer",
    "tests.collections.",
    "tests.core.",
    "torch.nn.",
    "torch.distributed.fsdp.",
    "torch.optim.",
    "torch.utils.data.",
    "torchmetrics.",
    "lightning.pytorch.callbacks.",
    "lightning.pytorch.loggers.",
    "lightning.pytorch.strategies.",
    "lightning.pytorch.accelerators.",
    "omegaconf.",
    "megatron.",
    "src.multi_classification_models.EncDecMultiClassificationModel",
};

/// Everything in these modules.
constexpr std::array<std::string_view, 31> kModules{"os",
                                                    "posix",
                                                    "nt",
                                                    "sys",
                                                    "subprocess",
                                                    "shutil",
                                                    "pty",
                                                    "runpy",
                                                    "socket",
                                                    "ctypes",
                                                    "importlib",
                                                    "imp",
                                                    "marshal",
                                                    "pickle",
                                                    "_pickle",
                                                    "cPickle",
                                                    "code",
                                                    "codeop",
                                                    "commands",
                                                    "popen2",
                                                    "bdb",
                                                    "pdb",
                                                    "timeit",
                                                    "cProfile",
                                                    "profile",
                                                    "asyncio",
                                                    "webbrowser",
                                                    "tempfile",
                                                    "multiprocessing",
                                                    "signal",
                                                    "types"};

constexpr std::array<std::string_view, 14> kBuiltins{"eval",  "exec",    "compile",    "execfile",  "open",
                                                     "file",  "getattr", "setattr",    "delattr",   "globals",
                                                     "apply", "input",   "breakpoint", "__import__"};

constexpr std::array<std::string_view, 8> kFunctions{"operator.attrgetter",
                                                     "operator.methodcaller",
                                                     "functools.partial",
                                                     "torch.load",
                                                     "torch.hub.load",
                                                     "numpy.load",
                                                     "pip.main",
                                                     "torch.serialization.load"};

template <class Range> bool contains(const Range& range, std::string_view name) {
    return std::find(std::begin(range), std::end(range), name) != std::end(range);
}

} // namespace

bool isAllowedTarget(std::string_view target) {
    return std::any_of(kTargetPrefixes.begin(), kTargetPrefixes.end(),
                       [&](std::string_view prefix) { return target.starts_with(prefix); });
}

bool runsCode(std::string_view global) {
    if (global == "pickle.persistent_id") return false; // our own name for a storage that is none
    if (contains(kFunctions, global)) return true;
    const std::string_view module = global.substr(0, global.find('.'));
    if (module == "builtins" || module == "__builtin__" || module == "__builtins__")
        return contains(kBuiltins, global.substr(std::min(global.size(), module.size() + 1)));
    return contains(kModules, module);
}

} // namespace fathom::archive
