// SPDX-License-Identifier: Apache-2.0
#include "engine/store/reader.h"

#include "engine/store/liveness.h"
#include "engine/store/reader_impl.h"
#include "engine/store/rows.h"
#include "engine/store/series_state.h"

#include <limits>

namespace fathom::store {

namespace fs = std::filesystem;

namespace {

LogLevel level(std::string_view text) {
    for (const LogLevel level : {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error})
        if (name(level) == text) return level;
    return LogLevel::Info;
}

constexpr int kMigrationTimeoutMs = 60'000; ///< another process may be at it

} // namespace

Reader::Reader(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Reader> Reader::open(const fs::path& workspace) {
    const fs::path file = workspace / kDatabaseName;
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return fail({.kind = ErrorKind::BadInput,
                     .what = "Cannot open the run store",
                     .why = "there is no such file",
                     .remedy = "Start a run in this workspace first, or name another with --workspace",
                     .file = file.string()});
    return guarded("Cannot open the run store", file, [&]() -> Result<Reader> {
        bool isOld = false;
        { // closed again before another connection migrates
            Database probe(file, Database::Mode::ReadOnly, Impl::kBusyTimeoutMs);
            const int version = checkVersion(probe);
            isOld = version > 0 && version < kSchemaVersion;
        }
        if (isOld) {
            Database writable = openForWriting(file, kMigrationTimeoutMs, Database::Mode::ReadWriteExisting);
            migrate(writable, file);
        }
        auto impl = std::make_unique<Impl>(file);
        (void)impl->hasTables(); // reads the header: tells now what is no database
        return Reader(std::move(impl));
    });
}

namespace {

/// `where` and what follows it.
std::string selectRuns(const char* where) {
    return std::string("SELECT ") + kRunColumns + " FROM runs " + where;
}

} // namespace

void Reader::Impl::readRuns(Statement& select, std::vector<Run>& runs) {
    while (select.step()) {
        runs.push_back(readRun(select));
        markIfDead(runs.back());
    }
    select.reset();
}

/// For runs by descending id.
void Reader::Impl::readTags(std::vector<Run>& runs) {
    Statement& tags = statement("SELECT run, tag FROM tags ORDER BY run DESC, tag");
    auto run = runs.begin();
    while (tags.step()) {
        const RunId id{tags.integer(0)};
        while (run != runs.end() && run->id > id)
            ++run;
        if (run != runs.end() && run->id == id) run->tags.push_back(tags.text(1));
    }
    tags.reset();
}

Result<std::vector<Run>> Reader::runs() {
    static const std::string sql = selectRuns("WHERE trashed_at = 0 ORDER BY id DESC");
    return m_impl->read<std::vector<Run>>([&](std::vector<Run>& runs) {
        m_impl->readRuns(m_impl->statement(sql.c_str()), runs);
        m_impl->readTags(runs);
    });
}

Result<std::vector<Run>> Reader::trashedRuns() {
    static const std::string sql = selectRuns("WHERE trashed_at > 0 ORDER BY id DESC");
    return m_impl->read<std::vector<Run>>([&](std::vector<Run>& runs) {
        m_impl->readRuns(m_impl->statement(sql.c_str()), runs);
        m_impl->readTags(runs);
    });
}

Result<std::vector<Run>> Reader::runsUpdatedAfter(double wallTime) {
    static const std::string sql = selectRuns("WHERE max(updated_at, edited_at) > ? ORDER BY id DESC");
    return m_impl->read<std::vector<Run>>([&](std::vector<Run>& runs) {
        m_impl->readRuns(m_impl->statement(sql.c_str()).bind(wallTime), runs);
        m_impl->readTags(runs);
    });
}

Result<std::int64_t> Reader::runCount() {
    return m_impl->read<std::int64_t>([&](std::int64_t& count) {
        Statement& select = m_impl->statement("SELECT count(*) FROM runs");
        if (select.step()) count = select.integer(0);
        select.reset();
    });
}

Result<std::optional<Run>> Reader::run(RunId id) {
    static const std::string sql =
        std::string("SELECT ") + kRunColumns + ", config_json, config_yaml FROM runs WHERE id = ?";
    return m_impl->read<std::optional<Run>>([&](std::optional<Run>& run) {
        Statement& select = m_impl->statement(sql.c_str());
        if (select.bind(id).step()) {
            run = readRun(select);
            run->configJson = select.text(kRunColumnCount);
            run->configYaml = select.text(kRunColumnCount + 1);
            markIfDead(*run);
            Statement& tags = m_impl->statement("SELECT tag FROM tags WHERE run = ? ORDER BY tag");
            for (tags.bind(id); tags.step();)
                run->tags.push_back(tags.text(0));
            tags.reset();
        }
        select.reset();
    });
}

Result<std::vector<Series>> Reader::series(RunId run) {
    return m_impl->read<std::vector<Series>>([&](std::vector<Series>& series) {
        Statement& select = m_impl->statement("SELECT id, name FROM series WHERE run = ? ORDER BY id");
        for (select.bind(run); select.step();)
            series.push_back({SeriesId{select.integer(0)}, run, select.text(1)});
        select.reset();
    });
}

Result<std::optional<SeriesId>> Reader::seriesNamed(RunId run, const std::string& name) {
    return m_impl->read<std::optional<SeriesId>>([&](std::optional<SeriesId>& series) {
        Statement& select = m_impl->statement("SELECT id FROM series WHERE run = ? AND name = ?");
        if (select.bind(run, name).step()) series = SeriesId{select.integer(0)};
        select.reset();
    });
}

Result<std::vector<StoredPoint>> Reader::tail(RunId run, TailPosition& position, std::size_t limit) {
    TailPosition reached = position;
    auto points = m_impl->read<std::vector<StoredPoint>>([&](std::vector<StoredPoint>& found) {
        std::vector<std::int64_t> all;
        Statement& series = m_impl->statement("SELECT id FROM series WHERE run = ? ORDER BY id");
        for (series.bind(run); series.step();)
            all.push_back(series.integer(0));
        series.reset();
        for (const std::int64_t id : all) {
            if (found.size() >= limit) break;
            std::int64_t& next = reached[SeriesId{id}];
            const std::size_t before = found.size();
            m_impl->readPoints(id, next, static_cast<std::int64_t>(limit - before), found);
            next += static_cast<std::int64_t>(found.size() - before);
        }
    });
    if (points) position = std::move(reached);
    return points;
}

void Reader::Impl::readPoints(std::int64_t series, std::int64_t first, std::int64_t limit,
                              std::vector<StoredPoint>& points) {
    Statement& select =
        statement("SELECT step, wall_time, value FROM points WHERE id >= ? AND id < ? ORDER BY id LIMIT ?");
    for (select.bind(pointRow(series, first), pointRow(series + 1, 0), limit); select.step();)
        points.push_back({SeriesId{series}, select.integer(0), select.real(1), select.real(2)});
    select.reset();
}

Result<std::vector<StoredPoint>> Reader::points(SeriesId series, std::int64_t first) {
    return m_impl->read<std::vector<StoredPoint>>([&](std::vector<StoredPoint>& points) {
        m_impl->readPoints(static_cast<std::int64_t>(series), first, -1, points);
    });
}

Result<std::vector<Event>> Reader::events(RunId run, std::int64_t afterEvent) {
    return m_impl->read<std::vector<Event>>([&](std::vector<Event>& events) {
        Statement& select =
            m_impl->statement("SELECT id, wall_time, level, text, kind, ifnull(step, -1) FROM events "
                              "WHERE run = ? AND id > ? ORDER BY id");
        for (select.bind(run, afterEvent); select.step();)
            events.push_back({select.integer(0), select.real(1), level(select.text(2)), select.text(3),
                              select.text(4), select.integer(5)});
        select.reset();
    });
}

Result<std::optional<CommandRow>> Reader::command(std::int64_t id) {
    return m_impl->read<std::optional<CommandRow>>([&](std::optional<CommandRow>& command) {
        Statement& select = m_impl->statement(
            "SELECT id, run, kind, value, created_at, taken_at, outcome FROM commands WHERE id = ?");
        if (select.bind(id).step())
            command = {.id = select.integer(0),
                       .run = RunId{select.integer(1)},
                       .kind = select.text(2),
                       .value = select.real(3),
                       .createdAt = select.real(4),
                       .takenAt = select.real(5),
                       .outcome = select.text(6)};
        select.reset();
    });
}

void Reader::Impl::readSamples(Statement& select, std::vector<Sample>& samples) {
    while (select.step())
        samples.push_back({select.integer(0), static_cast<int>(select.integer(1)), select.text(2),
                           select.text(3), select.text(4), select.real(5), select.text(6)});
    select.reset();
}

Result<std::vector<Sample>> Reader::lastSamples(RunId run) {
    return m_impl->read<std::vector<Sample>>([&](std::vector<Sample>& samples) {
        Statement& select = m_impl->statement(
            "SELECT step, sample, source, reference, prediction, score, kind FROM samples WHERE run = ?1 "
            "AND step = (SELECT max(step) FROM samples WHERE run = ?1) ORDER BY sample");
        m_impl->readSamples(select.bind(run), samples);
    });
}

Result<std::vector<Sample>> Reader::samples(RunId run, std::int64_t step) {
    return m_impl->read<std::vector<Sample>>([&](std::vector<Sample>& samples) {
        Statement& select =
            m_impl->statement("SELECT step, sample, source, reference, prediction, score, kind FROM samples "
                              "WHERE run = ? AND step = ? ORDER BY sample");
        m_impl->readSamples(select.bind(run, step), samples);
    });
}

/// From one step to the next by the key, without the samples between them.
Result<std::vector<std::int64_t>> Reader::sampleSteps(RunId run) {
    return m_impl->read<std::vector<std::int64_t>>([&](std::vector<std::int64_t>& steps) {
        Statement& next =
            m_impl->statement("SELECT step FROM samples WHERE run = ? AND step > ? ORDER BY step LIMIT 1");
        std::int64_t last = std::numeric_limits<std::int64_t>::min();
        while (next.bind(run, last).step())
            steps.push_back(last = next.integer(0));
        next.reset();
    });
}

Result<std::vector<Artifact>> Reader::artifacts(RunId run) {
    return m_impl->read<std::vector<Artifact>>([&](std::vector<Artifact>& artifacts) {
        Statement& select =
            m_impl->statement("SELECT kind, path, sha256, bytes FROM artifacts WHERE run = ? ORDER BY id");
        for (select.bind(run); select.step();)
            artifacts.push_back({select.text(0), select.text(1), select.text(2), select.integer(3)});
        select.reset();
    });
}

std::int64_t Reader::dataVersion() {
    try {
        Statement& select = m_impl->statement("PRAGMA data_version");
        const std::int64_t version = select.step() ? select.integer(0) : 0;
        select.reset();
        return version;
    } catch (const DatabaseError&) {
        return 0;
    }
}

} // namespace fathom::store
