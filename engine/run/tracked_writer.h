// SPDX-License-Identifier: Apache-2.0
// A RunWriter that keeps the run's latest figures for snapshots while handing everything on to the store.
#pragma once

#include "engine/run/run_service.h"
#include "engine/store/recorder.h"

#include <functional>
#include <memory>
#include <mutex>

namespace fathom::run {

/// Any thread. The lock guards plain copies of a few values, never a wait.
class TrackedWriter : public store::RunWriter {
public:
    /// `changed` is called outside the lock: from the thread that called progress() or directory(), at most
    /// 20 times a second, and from the one that called state() or began another phase, always.
    TrackedWriter(std::shared_ptr<store::RunWriter> target, std::function<void(const RunSnapshot&)> changed,
                  std::function<void(LogLevel, std::string_view)> logged);

    [[nodiscard]] RunSnapshot snapshot() const;
    /// Sets the state that ends the run, with the error if there was one; later states are ignored.
    void finish(store::RunState state, std::optional<Error> error);
    /// Stopping, with an event that says so; false when the run is stopping already or over.
    bool markStopping();

    [[nodiscard]] SeriesId series(std::string_view name) override;
    void put(const MetricPoint& point) noexcept override;
    [[nodiscard]] store::RunId id() const override { return m_target->id(); }
    [[nodiscard]] store::Run run() const override { return m_target->run(); }
    void event(LogLevel level, std::string_view text) noexcept override;
    void mark(std::string_view kind, std::int64_t step, std::string_view text) noexcept override;
    void answer(std::int64_t command, std::string_view outcome) noexcept override {
        m_target->answer(command, outcome);
    }
    void environment(std::string_view name, std::string_view value) noexcept override {
        m_target->environment(name, value);
    }
    void resumedFrom(const std::filesystem::path& checkpoint, std::int64_t step) noexcept override {
        m_target->resumedFrom(checkpoint, step);
    }
    void progress(const store::Progress& progress) noexcept override;
    void directory(const std::filesystem::path& folder) noexcept override;
    void samples(std::span<const store::Sample> samples) noexcept override { m_target->samples(samples); }
    void artifact(const store::Artifact& artifact) noexcept override { m_target->artifact(artifact); }
    void state(store::RunState state, std::string_view error = {}) noexcept override;

private:
    enum class Pace { Throttled, Always };
    void announce(Pace pace) noexcept;

    struct Known {
        SeriesId id{};
        std::size_t position =
            static_cast<std::size_t>(-1); ///< in m_snapshot.latest; none until the first value
        std::string name{};
    };

    const std::shared_ptr<store::RunWriter> m_target;
    const std::function<void(const RunSnapshot&)> m_changed;
    const std::function<void(LogLevel, std::string_view)> m_logged;
    mutable std::mutex m_mutex;
    RunSnapshot m_snapshot;
    std::vector<Known> m_series;
    double m_announcedAt = 0;
};

} // namespace fathom::run
