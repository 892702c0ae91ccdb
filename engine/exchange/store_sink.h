// SPDX-License-Identifier: Apache-2.0
// A source's run on its way into the store. Repeated, it adds what the store lacks: of each series the points
// behind those that are there. Internal to engine/exchange.
#pragma once

#include "engine/exchange/run_sink.h"
#include "engine/store/reader.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace fathom::exchange {

class StoreSink : public RunSink {
public:
    /// `writer` must outlive it; other sinks may use it in between.
    StoreSink(store::BulkWriter& writer, std::filesystem::path workspace, std::string key, std::string name);

    /// Finds the run that `key` made before, or adds it. Call before anything else.
    [[nodiscard]] Status open();
    /// After the source was read: whether what the store has of the run is what the source said first. If not
    /// (a log was rewritten, a session start purged points), call rewrite() and read the source anew.
    [[nodiscard]] bool matches();
    void rewrite() { restart(); }
    /// Commits, with the description and a state of the importer's choice.
    [[nodiscard]] Status close(std::optional<store::RunState> state, const std::string& error);
    /// Commits what was read so far.
    [[nodiscard]] Status commit();
    /// Commits how far the run is, for one that goes on.
    [[nodiscard]] Status touch();

    [[nodiscard]] store::RunId id() const { return m_id; }
    [[nodiscard]] bool isNew() const { return m_isNew; }
    [[nodiscard]] bool isRewritten() const { return m_isRewritten; }
    [[nodiscard]] std::uint64_t newPoints() const { return m_newPoints; }
    [[nodiscard]] const Status& status() const { return m_status; }

    /// Called every few thousand points with how many were read.
    std::function<void(std::uint64_t)> onPoints{};

    int series(std::string_view name) override;
    void describe(const store::ForeignRun& description) override { m_description = description; }
    void event(const store::Event& event) override;
    void sample(const store::Sample& sample) override;
    void artifact(const store::Artifact& artifact) override;
    void media(std::string_view kind, std::string_view name, std::string_view bytes) override;
    void restart() override;
    [[nodiscard]] bool good() const override { return m_status.has_value(); }

protected:
    void write(std::span<const ImportedPoint> points) override;

private:
    struct Series {
        SeriesId local{};
        std::int64_t seen = 0;
        std::int64_t stored = 0; ///< points that the store had at the beginning
        store::StoredPoint last{};
    };

    [[nodiscard]] Status loadStored();
    void note(const Status& status);
    [[nodiscard]] store::ForeignRun whole() const;

    store::BulkWriter& m_writer;
    const std::filesystem::path m_workspace;
    const std::string m_key;
    const std::string m_name;
    store::RunId m_id{};
    bool m_isNew = false;
    bool m_isRewritten = false;
    bool m_differs = false;
    std::vector<Series> m_series{};
    std::unordered_map<std::string, int> m_byName{};
    std::unordered_map<std::string, store::SeriesSummary> m_stored{}; ///< not met yet in the source
    std::size_t m_storedEvents = 0;
    std::size_t m_seenEvents = 0;
    store::ForeignRun m_description{};
    std::uint64_t m_newPoints = 0;
    std::uint64_t m_readPoints = 0;
    std::int64_t m_greatestStep = 0;
    double m_firstTime = 0; ///< 0: no point yet
    double m_lastTime = 0;
    Status m_status{};
};

} // namespace fathom::exchange
