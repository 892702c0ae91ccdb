// SPDX-License-Identifier: GPL-3.0-or-later
// Reading and writing others' logs.
//   bench_exchange events [MILLIONS]   parses an event file of that many scalars (default 5), without a store
//
// Each figure is the least of five, on one core, with the files in the page cache.
#include "engine/exchange/event_run.h"
#include "engine/store/event_encoding.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace fs = std::filesystem;
using namespace fathom;
using namespace fathom::exchange;

namespace {

class Folder {
public:
    Folder() : m_path(fs::temp_directory_path() / ("bench_exchange." + std::to_string(thisProcess().pid))) {
        fs::create_directories(m_path);
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

double leastSeconds(const std::function<void()>& action, int times = 5) {
    double least = 1e9;
    for (int i = 0; i < times; ++i) {
        const auto start = std::chrono::steady_clock::now();
        action();
        least =
            std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return least;
}

/// Takes everything and keeps a sum, so that nothing is left out.
class SummingSink : public RunSink {
public:
    double sum = 0;
    std::uint64_t count = 0;

    int series(std::string_view) override { return m_series++; }
    void describe(const store::ForeignRun&) override {}
    void event(const store::Event&) override {}
    void sample(const store::Sample&) override {}
    void artifact(const store::Artifact&) override {}
    void media(std::string_view, std::string_view, std::string_view) override {}
    void restart() override {}
    bool good() const override { return true; }

protected:
    void write(std::span<const ImportedPoint> points) override {
        for (const ImportedPoint& point : points)
            sum += point.value;
        count += points.size();
    }

private:
    int m_series = 0;
};

void writeEvents(const fs::path& file, std::int64_t count) {
    std::ofstream out(file, std::ios::binary);
    out << store::framed(store::versionEvent({1.7e9, 0}));
    for (std::int64_t i = 0; i < count; ++i)
        out << store::framed(store::scalarEvent({1.7e9 + static_cast<double>(i) * 1e-3, i / 20},
                                                "metric_" + std::to_string(i % 20),
                                                static_cast<double>(i % 977)));
}

void benchEvents(double millions) {
    const Folder folder;
    const auto count = static_cast<std::int64_t>(millions * 1e6);
    const fs::path file = folder.path() / "events.out.tfevents.1.host.1.0";
    writeEvents(file, count);
    std::uint64_t read = 0;
    const double seconds = leastSeconds([&] {
        SummingSink sink;
        EventRun run(folder.path(), {});
        if (!run.readNew(sink, {})) std::exit(1);
        read = sink.count;
    });
    if (read != static_cast<std::uint64_t>(count)) std::exit(1);
    std::printf("event file: %lld scalars, %.0f MB: %.0f ms, %.1f million events/s, %.0f MB/s\n",
                static_cast<long long>(count), static_cast<double>(fs::file_size(file)) / 1e6, seconds * 1e3,
                static_cast<double>(count) / seconds / 1e6,
                static_cast<double>(fs::file_size(file)) / seconds / 1e6);
}

} // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "events";
    const double number = argc > 2 ? std::atof(argv[2]) : 5;
    if (what == "events") benchEvents(number);
    return 0;
}
