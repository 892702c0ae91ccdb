// SPDX-License-Identifier: Apache-2.0
// What the reader's source files share. Internal to engine/store.
#pragma once

#include "engine/store/database.h"
#include "engine/store/reader.h"
#include "engine/store/schema.h"

#include <map>

namespace fathom::store {

struct Reader::Impl {
    explicit Impl(std::filesystem::path databaseFile)
        : file(std::move(databaseFile)), database(file, Database::Mode::ReadOnly, kBusyTimeoutMs) {}
    static constexpr int kBusyTimeoutMs = 2000;

    /// A prepared statement, kept for the next time.
    Statement& statement(const char* sql) {
        const auto found = statements.find(sql);
        if (found != statements.end()) return found->second;
        return statements.try_emplace(sql, database, sql).first->second;
    }

    /// False while the file exists but its writer has not made the tables yet.
    bool hasTables() {
        if (version == 0) version = checkVersion(database);
        return version > 0;
    }

    /// Runs `query(rows)` with every statement reset afterwards, so that no read transaction stays open and
    /// holds the log's checkpoints up.
    template <class T, class Query> Result<T> read(Query&& query) {
        Result<T> result = guarded("Cannot read the run store", file, [&]() -> Result<T> {
            T rows{};
            if (hasTables()) query(rows);
            return rows;
        });
        if (!result) resetAll();
        return result;
    }
    void resetAll() {
        for (auto& [sql, prepared] : statements)
            prepared.reset();
    }

    void readRuns(Statement& select, std::vector<Run>& runs);
    void readTags(std::vector<Run>& runs);
    void readPoints(std::int64_t series, std::int64_t first, std::int64_t limit,
                    std::vector<StoredPoint>& points);
    static void readSamples(Statement& select, std::vector<Sample>& samples);
    static void readSummaries(Statement& select, std::vector<SeriesSummary>& summaries);

    std::filesystem::path file;
    Database database;
    std::map<const char*, Statement> statements; // by address: every text is a literal
    int version = 0;
};

} // namespace fathom::store
