// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/device.h"

#include <charconv>
#include <dlfcn.h>
#include <filesystem>
#include <torch/cuda.h>

namespace fathom::nn {

bool cudaIsAvailable() {
    static const bool available = [] {
        // The library alone takes seconds and a gigabyte to load, so first see whether there is a driver to
        // use it with.
        if (!std::filesystem::exists("/dev/nvidiactl") &&
            !std::filesystem::exists("/proc/driver/nvidia/version") && !std::filesystem::exists("/dev/dxg"))
            return false;
        return dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr && torch::cuda::is_available();
    }();
    return available;
}

Result<torch::Device> deviceNamed(const std::string& name) {
    if (name == "cpu") return torch::Device(torch::kCPU);
    if (name.empty()) return cudaIsAvailable() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
    const auto cannot = [&](std::string why) {
        return fail({ErrorKind::Usage, "Cannot use the device " + name, std::move(why),
                     "Give cpu, or cuda where a GPU is present"});
    };
    int index = 0;
    if (name != "cuda") {
        const std::size_t digits = sizeof("cuda:") - 1;
        if (!name.starts_with("cuda:")) return cannot("there is no such device");
        const char* const end = name.data() + name.size();
        const auto [at, error] = std::from_chars(name.data() + digits, end, index);
        if (error != std::errc{} || at != end || index < 0) return cannot("there is no such device");
    }
    if (!cudaIsAvailable()) return cannot("no CUDA device is available here");
    const auto count = static_cast<int>(torch::cuda::device_count());
    if (index >= count) return cannot("there are " + std::to_string(count) + " CUDA devices, counted from 0");
    return torch::Device(torch::kCUDA, static_cast<torch::DeviceIndex>(index));
}

} // namespace fathom::nn
