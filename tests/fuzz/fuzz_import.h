// SPDX-License-Identifier: GPL-3.0-or-later
// What the fuzz targets of importers share: a sink that keeps a sum of all it was told.
#pragma once

#include "engine/exchange/run_sink.h"
#include "tests/fuzz/fuzz_folder.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

namespace fathom::fuzz {

/// The sum is that of what holds since the last restart.
class HashingSink : public exchange::RunSink {
public:
    std::uint64_t hash = 0;

    int series(std::string_view name) override {
        return m_series.try_emplace(std::string(name), static_cast<int>(m_series.size())).first->second;
    }
    void describe(const store::ForeignRun&) override {}
    void event(const store::Event& event) override { add(event.text.data(), event.text.size()); }
    void sample(const store::Sample&) override {}
    void artifact(const store::Artifact&) override {}
    void media(std::string_view, std::string_view name, std::string_view bytes) override {
        if (name.empty() || name.find('/') != std::string_view::npos || name == "." || name == "..")
            std::abort();
        add(bytes.data(), bytes.size());
    }
    void restart() override {
        dropWaiting();
        m_series.clear();
        hash = 0;
    }
    bool good() const override { return true; }

protected:
    /// Order counts within a series alone: pieces of a file end batches elsewhere.
    void write(std::span<const exchange::ImportedPoint> points) override {
        for (const auto& point : points) {
            if (point.series < 0 || point.series >= static_cast<int>(m_series.size())) std::abort();
            std::uint64_t bits = 0;
            std::memcpy(&bits, &point.value, sizeof bits);
            hash += (bits ^ static_cast<std::uint64_t>(point.step) * 31U) * 0x9e3779b97f4a7c15U +
                    static_cast<std::uint64_t>(point.series);
        }
    }

private:
    void add(const char* bytes, std::size_t count) {
        std::uint64_t sum = count;
        for (std::size_t i = 0; i < count; ++i)
            sum = sum * 31U + static_cast<unsigned char>(bytes[i]);
        hash += sum;
    }

    std::map<std::string, int, std::less<>> m_series{};
};

} // namespace fathom::fuzz
