// SPDX-License-Identifier: GPL-3.0-or-later
// Archives of 1 GB: opened up to the full tensor table, numbers about their values, two compared, one
// expanded. Prints `name value unit` lines. Needs 3.5 GB in FOLDER, which it leaves for peer_archive.py. Run
// it on an idle machine; files are warm, because they were just written.
//
// usage: bench_archive FOLDER
#include "engine/archive/inspect.h"
#include "engine/archive/statistics.h"
#include "engine/base/file.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <zlib.h>

using namespace fathom;
using archive::Tensor;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

namespace {

constexpr int kTensors = 1000;
constexpr std::size_t kElements = 262'144; // 1 MiB each

/// The median of `runs`, in seconds.
double timed(int runs, const std::function<bool()>& work) {
    std::vector<double> seconds;
    for (int i = 0; i < runs; ++i) {
        const auto begin = Clock::now();
        if (!work()) {
            std::fprintf(stderr, "a benchmark failed\n");
            std::exit(1);
        }
        seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
}

void report(const char* name, double value, const char* unit) {
    std::printf("%s %.4g %s\n", name, value, unit);
    std::fflush(stdout);
}

/// Normal values like a layer's; `change` is added to each.
archive::NemoContents contents(float change) {
    static std::vector<std::shared_ptr<std::vector<float>>> kept;
    archive::NemoContents result{.configYaml = "target: nemo.collections.asr.models.EncDecCTCModel\n"};
    for (int i = 0; i < 500; ++i)
        result.configYaml +=
            "option_" + std::to_string(i) + ": {value: " + std::to_string(i) + ", use: true}\n";
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.02F);
    for (int i = 0; i < 16; ++i) {
        auto& values = *kept.emplace_back(std::make_shared<std::vector<float>>(kElements));
        std::generate(values.begin(), values.end(), [&] { return normal(random) + change; });
    }
    for (int i = 0; i < kTensors; ++i) {
        const auto& values = kept[kept.size() - 16 + static_cast<std::size_t>(i % 16)];
        Tensor tensor{.name = "encoder.layers." + std::to_string(i) + ".weight", .shape = {512, 512}};
        tensor.stride = archive::contiguousStride(tensor.shape);
        tensor.bytes = std::as_bytes(std::span(*values));
        result.tensors.push_back(std::move(tensor));
    }
    return result;
}

void writeArchive(const fs::path& path, float change) {
    if (fs::exists(path)) return;
    if (const auto written = archive::writeNemo(path, contents(change)); !written) {
        std::fprintf(stderr, "%s\n", written.error().message().c_str());
        std::exit(1);
    }
}

/// The first quarter of an archive would not be one, so one of 256 tensors is packed.
void writeGzip(const fs::path& path, const fs::path& plain) {
    if (fs::exists(path)) return;
    archive::NemoContents some = contents(0);
    some.tensors.resize(256);
    (void)archive::writeNemo(plain, some);
    const auto file = MappedFile::open(plain);
    gzFile out = gzopen(path.c_str(), "wb1");
    for (auto rest = (*file)->bytes(); !rest.empty();) {
        const auto piece = rest.first(std::min<std::size_t>(rest.size(), std::size_t{1} << 20));
        gzwrite(out, piece.data(), static_cast<unsigned>(piece.size()));
        rest = rest.subspan(piece.size());
    }
    gzclose(out);
}

void opening(const fs::path& path) {
    std::size_t bytes = 0;
    const double seconds = timed(21, [&] {
        const auto nemo = archive::Nemo::open(path);
        const auto config = archive::modelConfig(*nemo);
        const auto weights = nemo->weights();
        bytes = 0;
        for (const Tensor& tensor : (*weights)->tensors())
            bytes += tensor.byteCount();
        return config.has_value() && (*weights)->tensors().size() == kTensors;
    });
    report("open_members_config_tensors", 1e3 * seconds, "ms");
    report("archive_bytes", static_cast<double>(bytes), "bytes");
}

void numbers(const fs::path& path) {
    const auto weights = archive::openWeights(path);
    const auto& tensors = (*weights)->tensors();
    double bytes = 0;
    for (const Tensor& tensor : tensors)
        bytes += static_cast<double>(tensor.byteCount());
    const auto rate = [&](const char* name, unsigned threads, const auto& scan) {
        const double seconds = timed(5, [&] {
            return std::all_of(tensors.begin(), tensors.end(), [&](const Tensor& tensor) {
                return scan(tensor, archive::ScanOptions{.threads = threads});
            });
        });
        report(name, bytes / seconds / 1e9, "GB/s");
    };
    const auto statistics = [](const Tensor& tensor, const archive::ScanOptions& options) {
        return archive::statistics(tensor, options).has_value();
    };
    const auto histogram = [](const Tensor& tensor, const archive::ScanOptions& options) {
        return archive::histogram(tensor, 48, -0.1, 0.1, options).has_value();
    };
    rate("statistics_1_thread", 1, statistics);
    rate("histogram_1_thread", 1, histogram);
    // One tensor over all of an archive's bytes: what a large embedding looks like to the threads.
    const auto file = MappedFile::open(path);
    Tensor whole{.name = "whole", .shape = {static_cast<std::int64_t>((*file)->bytes().size() / 4)}};
    whole.stride = {1};
    whole.bytes = (*file)->bytes().first((*file)->bytes().size() / 4 * 4);
    const double seconds = timed(5, [&] { return archive::statistics(whole).has_value(); });
    report("statistics_all_cores", static_cast<double>(whole.bytes.size()) / seconds / 1e9, "GB/s");
}

void comparing(const fs::path& a, const fs::path& same, const fs::path& b) {
    report("diff_identical", timed(3, [&] { return archive::diff(a, same)->isEmpty(); }), "s");
    report("diff_all_changed", timed(3, [&] { return archive::diff(a, b)->counts.changed == kTensors; }),
           "s");
}

void expanding(const fs::path& path, const fs::path& cache) {
    setenv("XDG_CACHE_HOME", cache.c_str(), 1);
    const double packed = static_cast<double>(fs::file_size(path));
    double expanded = 0;
    const double first = timed(1, [&] {
        fs::remove_all(cache);
        const auto nemo = archive::Nemo::open(path);
        expanded = nemo ? static_cast<double>(nemo->tarBytes().size()) : 0;
        return nemo.has_value();
    });
    report("gzip_open_first", expanded / first / 1e6, "MB/s");
    report("gzip_ratio", packed / expanded, "");
    report("gzip_open_again", 1e3 * timed(5, [&] { return archive::Nemo::open(path).has_value(); }), "ms");
    fs::remove_all(cache);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_archive FOLDER\n");
        return 2;
    }
    const fs::path folder = argv[1];
    fs::create_directories(folder);
    writeArchive(folder / "a.nemo", 0);
    writeArchive(folder / "same.nemo", 0);
    writeArchive(folder / "b.nemo", 1e-4F);
    writeGzip(folder / "packed.nemo", folder / "small.nemo");
    opening(folder / "a.nemo");
    numbers(folder / "a.nemo");
    comparing(folder / "a.nemo", folder / "same.nemo", folder / "b.nemo");
    expanding(folder / "packed.nemo", folder / "cache");
    return 0;
}
