// SPDX-License-Identifier: GPL-3.0-or-later
// Follows a run store: turns what was written since the last look into news. Runs on the bridge's reader
// thread; knows no Qt event loop and no thread.
#pragma once

#include "app/models/run_news.h"
#include "engine/store/reader.h"

#include <filesystem>
#include <optional>
#include <unordered_map>

namespace fathom::app {

/// One thread only.
class StoreTail {
public:
    explicit StoreTail(std::filesystem::path workspace) : m_workspace(std::move(workspace)) {}

    /// Opens the store when it exists and is not open yet; false while there is none. `error()` says why not.
    bool open();
    [[nodiscard]] const std::optional<Error>& error() const { return m_error; }
    /// True when someone committed since the last call.
    [[nodiscard]] bool changed();

    /// Follow this run; nullopt for none.
    void watch(std::optional<store::RunId> run);

    /// Runs that changed since the last call; all of them on the first. Null when there is nothing to tell.
    [[nodiscard]] RunListNewsPtr runList();
    /// Looks again at the runs that are under way: a killed process writes nothing. Null when none of them
    /// ended.
    [[nodiscard]] RunListNewsPtr liveness();
    /// What came in for the watched run. Null when there is nothing to tell.
    [[nodiscard]] RunNewsPtr runNews();

private:
    [[nodiscard]] RunListNewsPtr completeList();
    void readMetrics(RunRow& row);
    void remember(const RunRow& row);
    void readProgress(RunNews& news);
    void readTexts(RunNews& news);
    template <class T> std::optional<T> take(Result<T> result);

    struct Watched {
        store::RunId run{};
        bool fresh = true;
        std::int64_t points = 0; ///< of all its series, resumes and rewrites included
        std::int64_t lastEvent = 0;
        double updatedAt = -1;
        store::RunState state = store::RunState::Created;
        std::size_t artifacts = 0;
    };

    std::filesystem::path m_workspace;
    std::optional<store::Reader> m_reader;
    std::optional<Error> m_error;
    std::int64_t m_version = -1;
    bool m_listed = false;
    double m_changedAt = 0;   ///< of what was told
    std::int64_t m_count = 0; ///< runs there were, those in the trash included
    std::unordered_map<std::int64_t, store::RunState> m_states;
    std::optional<Watched> m_watched;
};

} // namespace fathom::app
