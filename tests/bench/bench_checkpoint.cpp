// SPDX-License-Identifier: GPL-3.0-or-later
// A checkpoint of 400 MiB of tensors written as a file, beside the same bytes copied in memory and written
// bare. Prints `name value unit` lines, medians of five. Needs 0.8 GB in FOLDER. Run it on an idle machine.
//
// usage: bench_checkpoint FOLDER
#include "engine/archive/torch_file_writer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>

using namespace fathom;
using archive::TorchObject;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kTensors = 400;
constexpr std::size_t kTensorBytes = std::size_t{1} << 20;
constexpr double kBytes = kTensors * static_cast<double>(kTensorBytes);
using Durability = AtomicFile::Durability;

void report(const char* name, const std::function<Status()>& work) {
    std::vector<double> seconds;
    for (int i = 0; i < 5; ++i) {
        const auto begin = Clock::now();
        if (const auto done = work(); !done) {
            std::fprintf(stderr, "%s: %s\n", name, done.error().message().c_str());
            std::exit(1);
        }
        seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    std::sort(seconds.begin(), seconds.end());
    std::printf("%s %.4g s %.4g GB/s\n", name, seconds[2], kBytes / seconds[2] / 1e9);
    std::fflush(stdout);
}

TorchObject checkpoint(const std::shared_ptr<const std::vector<std::byte>>& bytes) {
    TorchObject::Entries tensors;
    std::vector<archive::ModuleVersion> modules;
    for (int i = 0; i < kTensors; ++i) {
        archive::Tensor tensor{.shape = {512, 512}, .stride = {512, 1}, .owner = bytes};
        tensor.bytes = std::span(*bytes).subspan(static_cast<std::size_t>(i) * kTensorBytes, kTensorBytes);
        tensors.emplace_back("encoder.layers." + std::to_string(i) + ".weight", std::move(tensor));
        modules.push_back({"encoder.layers." + std::to_string(i)});
    }
    return TorchObject::dict(
        {{"epoch", 3}, {"state_dict", TorchObject::stateDict(std::move(tensors), modules)}});
}

Status writeBare(const std::string& path, std::span<const std::byte> bytes, Durability durability) {
    auto file = AtomicFile::create(path);
    if (!file) return fail(file.error());
    if (auto written = file->write(bytes); !written) return written;
    return file->commit(durability);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_checkpoint FOLDER\n");
        return 2;
    }
    const std::string folder = argv[1];
    const auto bytes = std::make_shared<std::vector<std::byte>>(kTensors * kTensorBytes);
    for (std::size_t i = 0; i < bytes->size(); ++i)
        (*bytes)[i] = static_cast<std::byte>(i * i >> 7);
    const TorchObject object = checkpoint(bytes);
    std::vector<std::byte> copy(bytes->size());
    report("copied_in_memory", [&]() -> Status {
        std::memcpy(copy.data(), bytes->data(), bytes->size());
        return {};
    });
    report("prepared", [&]() -> Status {
        const auto writer = archive::TorchFileWriter::prepare(object, "archive");
        return writer ? Status{} : fail(writer.error());
    });
    report("checksums_only", [&]() -> Status {
        const auto writer = archive::TorchFileWriter::prepare(object, "archive");
        if (!writer) return fail(writer.error());
        return writer->write([](std::span<const std::byte>) { return Status{}; });
    });
    for (const Durability durability : {Durability::Volatile, Durability::Durable}) {
        const bool isDurable = durability == Durability::Durable;
        report(isDurable ? "bare_file_synced" : "bare_file",
               [&] { return writeBare(folder + "/bare.bin", *bytes, durability); });
        report(isDurable ? "checkpoint_synced" : "checkpoint",
               [&] { return archive::writeTorchFile(folder + "/a.ckpt", object, durability); });
    }
    return 0;
}
