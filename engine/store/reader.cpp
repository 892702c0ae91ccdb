// SPDX-License-Identifier: Apache-2.0
#include "engine/store/reader.h"

#include "engine/store/database.h"
#include "engine/store/liveness.h"
#include "engine/store/rows.h"
#include "engine/store/schema.h"

#include <algorithm>
#include <limits>
#include <map>

namespace fathom::store {

namespace fs = std::filesystem;

namespace {

constexpr int kBusyTimeoutMs = 2000;
constexpr std::int64_t kNoRow = std::numeric_limits<std::int64_t>::max();

std::int64_t number(RunId run) {
    return static_cast<std::int64_t>(run);
}

LogLevel level(std::string_view text) {
    for (const LogLevel level : {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error})
        if (name(level) == text) return level;
    return LogLevel::Info;
}

} // namespace

struct Reader::Impl {
    explicit Impl(const fs::path& databaseFile)
        : file(databaseFile), database(file, Database::Mode::ReadOnly, kBusyTimeoutMs) {}

    /// A prepared statement, kept for the next time.
    Statement& statement(const char* sql) {
        const auto found = statements.find(sql);
        if (found != statements.end()) return found->second;
        return statements.try_emplace(sql, database, sql).first->second;
    }

    /// False while the file exists but its writer has not made the tables yet.
    bool hasTables() {
        if (version < kSchemaVersion) version = checkVersion(database); // a writer may have migrated it since
        return version > 0;
    }

    /// Runs `query(rows)` with every statement reset afterwards, so that no read transaction stays open and
    /// holds the log's checkpoints up.
    template <class T, class Query> Result<T> read(Query&& query) {
        try {
            T rows{};
            if (hasTables()) query(rows);
            return rows;
        } catch (const DatabaseError& error) {
            resetAll();
            return fail(toError(error, "Cannot read the run store", file));
        } catch (const std::exception& error) {
            resetAll();
            return fail({.kind = ErrorKind::Failed,
                         .what = "Cannot read the run store",
                         .why = error.what(),
                         .remedy = "Free some memory",
                         .file = file.string()});
        }
    }
    void resetAll() {
        for (auto& [sql, prepared] : statements)
            prepared.reset();
    }

    std::vector<std::int64_t> seriesIds(RunId run);
    std::int64_t firstRow(const std::vector<std::int64_t>& series, std::int64_t afterRow);
    void readTail(RunId run, std::size_t limit, Tail& tail);
    void readLastValues(Statement& select, std::vector<LastValue>& values);

    fs::path file;
    Database database;
    std::map<const char*, Statement> statements; // by address: every text is a literal
    int version = 0;
};

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
    try {
        auto impl = std::make_unique<Impl>(file);
        (void)impl->hasTables(); // reads the header: tells now what is no database
        return Reader(std::move(impl));
    } catch (const DatabaseError& error) {
        return fail(toError(error, "Cannot open the run store", file));
    }
}

Result<std::vector<Run>> Reader::runs() {
    static const std::string sql = std::string("SELECT ") + kRunColumns + " FROM runs ORDER BY id DESC";
    return m_impl->read<std::vector<Run>>([&](std::vector<Run>& runs) {
        Statement& select = m_impl->statement(sql.c_str());
        while (select.step()) {
            runs.push_back(readRun(select));
            markIfDead(runs.back());
        }
        select.reset();
    });
}

Result<std::vector<Run>> Reader::runsUpdatedAfter(double wallTime) {
    static const std::string sql =
        std::string("SELECT ") + kRunColumns + " FROM runs WHERE updated_at > ? ORDER BY id DESC";
    return m_impl->read<std::vector<Run>>([&](std::vector<Run>& runs) {
        Statement& select = m_impl->statement(sql.c_str());
        for (select.bind(wallTime); select.step();) {
            runs.push_back(readRun(select));
            markIfDead(runs.back());
        }
        select.reset();
    });
}

Result<std::optional<Run>> Reader::run(RunId id) {
    static const std::string sql =
        std::string("SELECT ") + kRunColumns + ", config_json, config_yaml FROM runs WHERE id = ?";
    return m_impl->read<std::optional<Run>>([&](std::optional<Run>& run) {
        Statement& select = m_impl->statement(sql.c_str());
        if (select.bind(number(id)).step()) {
            run = readRun(select);
            run->configJson = select.text(kRunColumnCount);
            run->configYaml = select.text(kRunColumnCount + 1);
            markIfDead(*run);
        }
        select.reset();
    });
}

Result<std::vector<Series>> Reader::series(RunId run) {
    return m_impl->read<std::vector<Series>>([&](std::vector<Series>& series) {
        Statement& select = m_impl->statement("SELECT id, name FROM series WHERE run = ? ORDER BY id");
        for (select.bind(number(run)); select.step();)
            series.push_back({SeriesId{select.integer(0)}, run, select.text(1)});
        select.reset();
    });
}

void Reader::Impl::readLastValues(Statement& select, std::vector<LastValue>& values) {
    while (select.step()) {
        LastValue value;
        value.run = RunId{select.integer(0)};
        value.name = select.text(1);
        value.point = {SeriesId{select.integer(2)}, select.integer(3), select.real(4), select.real(5)};
        values.push_back(std::move(value));
    }
    select.reset();
}

Result<std::vector<LastValue>> Reader::lastValues() {
    return m_impl->read<std::vector<LastValue>>([&](std::vector<LastValue>& values) {
        m_impl->readLastValues(
            m_impl->statement(
                "SELECT s.run, s.name, s.id, m.step, m.wall_time, m.value FROM series s JOIN metrics m "
                "ON m.id = (SELECT max(id) FROM metrics WHERE series = s.id) ORDER BY s.id"),
            values);
    });
}

Result<std::vector<LastValue>> Reader::lastValues(RunId run) {
    return m_impl->read<std::vector<LastValue>>([&](std::vector<LastValue>& values) {
        Statement& select = m_impl->statement(
            "SELECT s.run, s.name, s.id, m.step, m.wall_time, m.value FROM series s JOIN metrics m "
            "ON m.id = (SELECT max(id) FROM metrics WHERE series = s.id) WHERE s.run = ? "
            "ORDER BY s.id");
        m_impl->readLastValues(select.bind(number(run)), values);
    });
}

Result<std::vector<LastValue>> Reader::leastValues(const std::string& name) {
    return m_impl->read<std::vector<LastValue>>([&](std::vector<LastValue>& values) {
        // SQLite takes the bare columns from the row that holds the minimum.
        Statement& select = m_impl->statement(
            "SELECT s.run, s.name, s.id, m.step, m.wall_time, min(m.value) FROM series s JOIN metrics m "
            "ON m.series = s.id WHERE s.name = ? GROUP BY s.id");
        m_impl->readLastValues(select.bind(name), values);
    });
}

Result<std::optional<LastValue>> Reader::leastValue(RunId run, const std::string& name) {
    return m_impl->read<std::optional<LastValue>>([&](std::optional<LastValue>& value) {
        std::vector<LastValue> values;
        Statement& select = m_impl->statement(
            "SELECT s.run, s.name, s.id, m.step, m.wall_time, min(m.value) FROM series s JOIN metrics m "
            "ON m.series = s.id WHERE s.run = ? AND s.name = ? GROUP BY s.id");
        m_impl->readLastValues(select.bind(number(run), name), values);
        if (!values.empty()) value = std::move(values.front());
    });
}

std::vector<std::int64_t> Reader::Impl::seriesIds(RunId run) {
    std::vector<std::int64_t> ids;
    Statement& select = statement("SELECT id FROM series WHERE run = ? ORDER BY id");
    for (select.bind(number(run)); select.step();)
        ids.push_back(select.integer(0));
    select.reset();
    return ids;
}

/// One look into the index for each series.
std::int64_t Reader::Impl::firstRow(const std::vector<std::int64_t>& series, std::int64_t afterRow) {
    Statement& select = statement(
        "SELECT id FROM metrics INDEXED BY metrics_series WHERE series = ? AND id > ? ORDER BY id LIMIT 1");
    std::int64_t first = kNoRow;
    for (const std::int64_t id : series)
        if (select.bind(id, afterRow).step()) first = std::min(first, select.integer(0));
    select.reset();
    return first;
}

/// Rows of several runs lie mixed in the table. Where this run's next row lies is looked up in the index;
/// from there a window of rows is scanned in the order of writing, and what belongs to other runs is passed
/// over.
void Reader::Impl::readTail(RunId run, std::size_t limit, Tail& tail) {
    const std::vector<std::int64_t> series = seriesIds(run); // ascending
    Statement& scan = statement("SELECT id, series, step, wall_time, value FROM metrics "
                                "WHERE id >= ? AND id < ? ORDER BY id");
    const auto window =
        static_cast<std::int64_t>(std::min<std::size_t>(std::max<std::size_t>(limit, 1), 100'000));
    while (tail.points.size() < limit) {
        const std::int64_t first = firstRow(series, tail.lastRow);
        if (first == kNoRow) return;
        for (scan.bind(first, first + window); tail.points.size() < limit && scan.step();) {
            tail.lastRow = scan.integer(0);
            const std::int64_t id = scan.integer(1);
            if (std::binary_search(series.begin(), series.end(), id))
                tail.points.push_back({SeriesId{id}, scan.integer(2), scan.real(3), scan.real(4)});
        }
        scan.reset();
    }
}

Result<Tail> Reader::tail(RunId run, std::int64_t afterRow, std::size_t limit) {
    return m_impl->read<Tail>([&](Tail& tail) {
        tail.lastRow = afterRow;
        m_impl->readTail(run, limit, tail);
    });
}

Result<std::vector<StoredPoint>> Reader::points(SeriesId series) {
    return m_impl->read<std::vector<StoredPoint>>([&](std::vector<StoredPoint>& points) {
        Statement& select =
            m_impl->statement("SELECT step, wall_time, value FROM metrics WHERE series = ? ORDER BY id");
        for (select.bind(static_cast<std::int64_t>(series)); select.step();)
            points.push_back({series, select.integer(0), select.real(1), select.real(2)});
        select.reset();
    });
}

Result<std::vector<Event>> Reader::events(RunId run, std::int64_t afterEvent) {
    return m_impl->read<std::vector<Event>>([&](std::vector<Event>& events) {
        Statement& select = m_impl->statement(
            m_impl->version < 3 ? "SELECT id, wall_time, level, text, 'log', -1 FROM events WHERE run = ? "
                                  "AND id > ? ORDER BY id"
                                : "SELECT id, wall_time, level, text, kind, ifnull(step, -1) FROM events "
                                  "WHERE run = ? AND id > ? ORDER BY id");
        for (select.bind(number(run), afterEvent); select.step();)
            events.push_back({select.integer(0), select.real(1), level(select.text(2)), select.text(3),
                              select.text(4), select.integer(5)});
        select.reset();
    });
}

Result<std::optional<CommandRow>> Reader::command(std::int64_t id) {
    return m_impl->read<std::optional<CommandRow>>([&](std::optional<CommandRow>& command) {
        if (m_impl->version < 3) return;
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

Result<std::vector<Sample>> Reader::lastSamples(RunId run) {
    return m_impl->read<std::vector<Sample>>([&](std::vector<Sample>& samples) {
        Statement& select = m_impl->statement(
            "SELECT step, sample, source, reference, prediction, score FROM samples WHERE run = ?1 "
            "AND step = (SELECT max(step) FROM samples WHERE run = ?1) ORDER BY sample");
        for (select.bind(number(run)); select.step();)
            samples.push_back({select.integer(0), static_cast<int>(select.integer(1)), select.text(2),
                               select.text(3), select.text(4), select.real(5)});
        select.reset();
    });
}

Result<std::vector<Artifact>> Reader::artifacts(RunId run) {
    return m_impl->read<std::vector<Artifact>>([&](std::vector<Artifact>& artifacts) {
        Statement& select =
            m_impl->statement("SELECT kind, path, sha256, bytes FROM artifacts WHERE run = ? ORDER BY id");
        for (select.bind(number(run)); select.step();)
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
