// SPDX-License-Identifier: Apache-2.0
#include "engine/train/device.h"

#include "engine/nn/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <set>

namespace fathom::train {

Result<torch::Device> chooseDevice(Accelerator accelerator, const config::Config& config) {
    if (accelerator == Accelerator::Cpu) return torch::Device(torch::kCPU);
    if (nn::cudaIsAvailable()) return torch::Device(torch::kCUDA, 0);
    if (accelerator == Accelerator::Auto) return torch::Device(torch::kCPU);
    Error error = config.errorAt("trainer.accelerator", "Cannot use a GPU",
                                 "no CUDA device is available here", "Set trainer.accelerator=auto or cpu");
    error.className = "MisconfigurationException";
    return fail(std::move(error));
}

namespace {

/// Cores that this process may use, counting hyper-threads of one core once.
int physicalCores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                           "/topology/thread_siblings_list");
        std::string siblings;
        if (!std::getline(file, siblings)) siblings = std::to_string(cpu);
        cores.insert(siblings);
    }
    return std::max(1, static_cast<int>(cores.size()));
}

} // namespace

int cpuThreads() {
    if (const char* wanted = std::getenv("OMP_NUM_THREADS")) {
        const int threads = std::atoi(wanted);
        if (threads > 0) return threads;
    }
    return physicalCores();
}

void prepareTorch(const TrainerParams& params, std::uint64_t seed) {
    at::set_num_threads(cpuThreads());
    if (params.determinism != Determinism::Off) // cuBLAS is else refused; read when its first handle is made
        setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
    at::globalContext().setDeterministicAlgorithms(params.determinism != Determinism::Off,
                                                   params.determinism == Determinism::Warn);
    at::globalContext().setBenchmarkCuDNN(params.benchmark);
    torch::manual_seed(seed);
}

std::string describe(const torch::Device& device) {
    if (device.is_cuda()) return "GPU " + std::to_string(device.index());
    return "CPU (" + std::to_string(at::get_num_threads()) + " threads)";
}

} // namespace fathom::train
