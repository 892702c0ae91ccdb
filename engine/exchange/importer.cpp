// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/importer.h"

#include "engine/base/clock.h"
#include "engine/exchange/store_sink.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(50);         ///< between two looks at followed files
constexpr auto kLookForRuns = std::chrono::milliseconds(500); ///< and for new folders

class Import {
public:
    Import(fs::path workspace, fs::path path, const ImportOptions& options, store::BulkWriter writer,
           Source source)
        : m_workspace(std::move(workspace)),
          m_path(std::move(path)),
          m_options(options),
          m_writer(std::move(writer)) {
        m_report.formats = source.formats;
        for (std::string& text : source.warnings)
            m_report.counts.warn(std::move(text));
        add(std::move(source));
    }

    Result<ImportReport> run() {
        if (Status known = noteOwnRuns(); !known) return fail(known.error());
        for (std::size_t i = 0; i < m_runs.size() && !isStopped(); ++i) {
            tell(m_runs[i], 0);
            if (Status read = readOne(m_runs[i]); !read) return fail(read.error());
        }
        if (Status linked = linkResumed(); !linked) return fail(linked.error());
        if (m_options.follow) {
            if (Status followed = follow(); !followed) return fail(followed.error());
        } else if (isStopped()) {
            return fail(
                {.kind = ErrorKind::Interrupted,
                 .what = "The import was stopped",
                 .why = std::to_string(m_done) + " of " + std::to_string(m_runs.size()) + " runs are there",
                 .remedy = "Import again to go on",
                 .file = m_path.string()});
        }
        return finish();
    }

private:
    struct Run {
        SourceRun source{};
        std::unique_ptr<StoreSink> sink{}; ///< null: not begun, or passed over
        std::optional<Error> error{};
        bool isDone = false;
    };

    [[nodiscard]] bool has(Format format) const {
        return std::ranges::find(m_report.formats, format) != m_report.formats.end();
    }
    [[nodiscard]] bool isStopped() const { return m_options.stop.stop_requested(); }

    void add(Source source) {
        for (SourceRun& run : source.runs)
            if (m_keys.insert(run.key).second) m_runs.push_back({.source = std::move(run)});
    }

    /// A workspace may hold runs that were once merged from this one.
    Status noteOwnRuns() {
        if (!has(Format::Workspace)) return {};
        Result<store::Reader> reader = store::Reader::open(m_workspace);
        if (!reader) return fail(reader.error());
        for (auto list : {reader->runs(), reader->trashedRuns()}) {
            if (!list) return fail(list.error());
            for (const store::Run& run : *list)
                if (run.source.empty()) m_ids[workspaceKey(run)] = run.id;
        }
        return {};
    }

    void tell(const Run& run, std::uint64_t points) const {
        if (!m_options.progress) return;
        m_options.progress({.runs = m_done,
                            .totalRuns = m_runs.size(),
                            .name = run.source.name,
                            .points = m_donePoints + points});
    }

    /// Errors are the store's; those of the source are the run's.
    Status readOne(Run& run) {
        if (m_ids.contains(run.source.key)) return {};
        run.sink = std::make_unique<StoreSink>(m_writer, m_workspace, run.source.key,
                                               m_options.namePrefix + run.source.name);
        run.sink->onPoints = [this, &run](std::uint64_t points) { tell(run, points); };
        if (Status opened = run.sink->open(); !opened) return opened;
        m_ids[run.source.key] = run.sink->id();
        noteError(run, run.source.read(*run.sink, m_options.stop));
        if (!run.error && !isStopped() && !run.sink->matches()) {
            run.sink->counts = {};
            run.sink->rewrite();
            if (run.source.rewind) run.source.rewind();
            noteError(run, run.source.read(*run.sink, m_options.stop));
        }
        ++m_done;
        m_donePoints += run.sink->counts.points;
        return close(run, isStopped());
    }

    static void noteError(Run& run, const Status& read) {
        run.error = read ? std::nullopt : std::optional(read.error());
    }

    /// A run that is followed is this process's until the end.
    Status close(Run& run, bool isCut) {
        using store::RunState;
        if (run.error)
            return run.sink->close(RunState::Interrupted, "its import ended early: " + run.error->message());
        if (m_options.follow && run.source.hasNews && !m_isEnding)
            return run.sink->close(RunState::Running, {});
        if (isCut && !m_options.follow)
            return run.sink->close(RunState::Interrupted, "its import was stopped");
        return run.sink->close(std::nullopt, {});
    }

    Status linkResumed() {
        for (const Run& run : m_runs) {
            const auto from = m_ids.find(run.source.resumedFrom);
            if (run.source.resumedFrom.empty() || from == m_ids.end() || run.sink == nullptr) continue;
            if (Status set = m_writer.setResumed(run.sink->id(), from->second, run.source.resumedStep); !set)
                return set;
        }
        return {};
    }

    Status follow() {
        auto lookForRuns = Clock::now() + kLookForRuns;
        std::mutex mutex;
        std::condition_variable_any wake;
        while (!isStopped()) {
            for (std::size_t i = 0; i < m_runs.size(); ++i)
                if (Status read = readNews(m_runs[i]); !read) return read;
            if (Clock::now() > lookForRuns) {
                lookForNewRuns();
                lookForRuns = Clock::now() + kLookForRuns;
            }
            std::unique_lock lock(mutex);
            wake.wait_for(lock, m_options.stop, kLook, [] { return false; });
        }
        m_isEnding = true;
        for (Run& run : m_runs)
            if (run.sink)
                if (Status closed = close(run, false); !closed) return closed;
        return {};
    }

    void lookForNewRuns() {
        if (has(Format::Csv)) return;
        if (Result<Source> source = openSource(m_path, m_options.source)) add(std::move(*source));
    }

    Status readNews(Run& run) {
        if (!run.sink) return m_ids.contains(run.source.key) ? Status() : readOne(run);
        if (!run.source.hasNews || !run.source.hasNews()) return {};
        const std::uint64_t before = run.sink->counts.points;
        noteError(run, run.source.read(*run.sink, {}));
        const bool hasMore = run.sink->counts.points != before;
        if (Status written = run.sink->commit(); !written) return written;
        return hasMore ? run.sink->touch() : Status();
    }

    ImportReport finish() {
        using Outcome = ImportedRun::Outcome;
        for (Run& run : m_runs) {
            const auto id = m_ids.find(run.source.key);
            if (id == m_ids.end()) continue;
            ImportedRun imported{.id = id->second, .name = run.source.name, .outcome = Outcome::Unchanged};
            if (run.sink) {
                imported.newPoints = run.sink->newPoints();
                imported.outcome = run.sink->isNew()           ? Outcome::New
                                   : run.sink->isRewritten()   ? Outcome::Rewritten
                                   : run.sink->newPoints() > 0 ? Outcome::Updated
                                                               : Outcome::Unchanged;
                imported.counts = run.sink->counts;
                m_report.counts.add(imported.counts);
            }
            imported.error = std::move(run.error);
            m_report.runs.push_back(std::move(imported));
        }
        m_report.seconds = std::chrono::duration<double>(Clock::now() - m_start).count();
        return std::move(m_report);
    }

    const Clock::time_point m_start = Clock::now();
    const fs::path m_workspace;
    const fs::path m_path;
    const ImportOptions& m_options;
    store::BulkWriter m_writer;
    std::deque<Run> m_runs{};
    std::set<std::string> m_keys{};
    std::map<std::string, store::RunId> m_ids{}; ///< by key, of the runs that are in the store
    std::size_t m_done = 0;
    std::uint64_t m_donePoints = 0;
    bool m_isEnding = false;
    ImportReport m_report{};
};

} // namespace

std::string_view name(ImportedRun::Outcome outcome) {
    switch (outcome) {
    case ImportedRun::Outcome::New:
        return "new";
    case ImportedRun::Outcome::Updated:
        return "updated";
    case ImportedRun::Outcome::Rewritten:
        return "rewritten";
    case ImportedRun::Outcome::Unchanged:
        break;
    }
    return "unchanged";
}

Result<ImportReport> importRuns(const fs::path& workspace, const fs::path& path,
                                const ImportOptions& options) {
    std::error_code ignored;
    // A folder that is followed may be empty: the training that writes to it can begin later.
    const bool isWatched =
        options.follow && !options.source.format && fs::is_directory(path, ignored) && !detectFormats(path);
    ImportOptions how = options;
    how.source.isGrowing = options.follow;
    Result<Source> source = isWatched ? openEventFiles(path, how.source) : openSource(path, how.source);
    if (!source) return fail(source.error());
    Result<store::BulkWriter> writer = store::BulkWriter::open(workspace);
    if (!writer) return fail(writer.error());
    return Import(workspace, path, how, std::move(*writer), std::move(*source)).run();
}

} // namespace fathom::exchange
