// SPDX-License-Identifier: Apache-2.0
// Where importers put what they read. A source (source.h) tells one run at a time: its points, events and
// samples in an order that is the same at each reading, and its description whenever it is known.
#pragma once

#include "engine/store/bulk_writer.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::exchange {

struct ImportedPoint {
    int series = 0; ///< of RunSink::series
    std::int64_t step = 0;
    double wallTime = 0;
    double value = 0;
};

/// What could not be used, and how much was.
struct ImportCounts {
    std::uint64_t points = 0; ///< read, of which the store may have had some
    std::uint64_t events = 0;
    std::uint64_t samples = 0;
    std::uint64_t artifacts = 0;
    std::uint64_t purged = 0;     ///< points that a later session start made obsolete
    std::uint64_t badRecords = 0; ///< whose checksum is wrong, or that mean nothing
    std::uint64_t badBytes = 0;
    std::uint64_t bytes = 0;                        ///< of files read
    std::map<std::string, std::uint64_t> skipped{}; ///< what the store has no place for: "histogram" -> 12
    std::vector<std::string> warnings{};            ///< at most kMostWarnings

    static constexpr std::size_t kMostWarnings = 100;
    void warn(std::string text);
    void add(const ImportCounts& other);
};

/// One run on its way. One thread. Errors are kept: after one, good() is false and calls do nothing.
class RunSink {
public:
    virtual ~RunSink() = default;

    /// The number of a series of this run by its name; made when it is new.
    [[nodiscard]] virtual int series(std::string_view name) = 0;
    void put(int series, std::int64_t step, double wallTime, double value) {
        m_points.push_back({series, step, wallTime, value});
        if (m_points.size() == kBatch) flush();
    }
    /// Name and source are the importer's; a time that is 0 is that of the first or last point, a step that
    /// of the last.
    virtual void describe(const store::ForeignRun& description) = 0;
    virtual void event(const store::Event& event) = 0;
    virtual void sample(const store::Sample& sample) = 0;
    /// A file that belongs to the run and stays where it is.
    virtual void artifact(const store::Artifact& artifact) = 0;
    /// Bytes that become a file of the run, `name` without folders: a clip, a picture.
    virtual void media(std::string_view kind, std::string_view name, std::string_view bytes) = 0;
    /// Forgets what was told of the run; it is told anew from its beginning.
    virtual void restart() = 0;
    [[nodiscard]] virtual bool good() const = 0;
    /// Hands on the points that wait.
    void flush() {
        if (!m_points.empty()) write(m_points);
        m_points.clear();
    }

    ImportCounts counts{};

protected:
    static constexpr std::size_t kBatch = 1 << 14;
    virtual void write(std::span<const ImportedPoint> points) = 0;
    /// For restart().
    void dropWaiting() { m_points.clear(); }

private:
    std::vector<ImportedPoint> m_points{};
};

} // namespace fathom::exchange
