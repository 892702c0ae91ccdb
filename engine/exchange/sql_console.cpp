// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/sql_console.h"

#include "engine/store/database.h"
#include "engine/store/reader.h"
#include "engine/store/schema.h"

#include <algorithm>
#include <chrono>
#include <sqlite3.h>

namespace fathom::exchange {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kWhat = "Cannot run the SQL";
constexpr int kLookEvery = 10'000; ///< of SQLite's instructions: a fraction of a millisecond

/// Pragmas that only tell.
bool isHarmlessPragma(const char* name, const char* value) {
    static constexpr std::string_view kWithArgument[] = {"table_info", "table_xinfo", "index_list", "index_info",
                                                         "index_xinfo", "foreign_key_list", "table_list"};
    static constexpr std::string_view kWithout[] = {"user_version", "schema_version", "page_count", "page_size",
                                                    "freelist_count", "journal_mode", "compile_options",
                                                    "function_list", "encoding", "data_version", "table_list",
                                                    "database_list", "collation_list"};
    const auto has = [&](const auto& list) { return std::find(std::begin(list), std::end(list), name) != std::end(list); };
    return value == nullptr ? has(kWithout) : has(kWithArgument);
}

int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return second != nullptr && std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
        return first != nullptr && isHarmlessPragma(first, second) ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

std::string hexOf(const void* bytes, int count) {
    constexpr char kDigits[] = "0123456789abcdef";
    const auto* from = static_cast<const unsigned char*>(bytes);
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += kDigits[from[i] >> 4];
        text += kDigits[from[i] & 15];
    }
    return text;
}

Value valueAt(sqlite3_stmt* statement, int column) {
    const auto textOf = [&] {
        return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
                           static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    };
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return Value(std::int64_t{sqlite3_column_int64(statement, column)});
    case SQLITE_FLOAT:
        return Value(sqlite3_column_double(statement, column));
    case SQLITE_TEXT:
        return Value(textOf());
    case SQLITE_BLOB:
        return Value(Value::Map{
            {"$bytes", hexOf(sqlite3_column_blob(statement, column), sqlite3_column_bytes(statement, column))}});
    default:
        return {};
    }
}

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

} // namespace

struct SqlConsole::Impl {
    explicit Impl(fs::path store) : file(std::move(store)), database(file, store::Database::Mode::ReadOnly, 5000) {
        database.execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF");
        sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_set_authorizer(database.handle(), authorize, nullptr);
        sqlite3_progress_handler(database.handle(), kLookEvery, look, this);
    }

    /// Not 0: the statement ends.
    static int look(void* self) {
        auto* impl = static_cast<Impl*>(self);
        impl->isLate = impl->timeout > 0 && std::chrono::duration<double>(Clock::now() - impl->start).count() > impl->timeout;
        return impl->isLate || impl->stop.stop_requested() ? 1 : 0;
    }

    [[nodiscard]] Status failure(int code, int line) const {
        if (code == SQLITE_INTERRUPT && isLate)
            return fail({.what = kWhat,
                         .why = "it took longer than " + formatFloat(timeout) + " s",
                         .remedy = "Give it more time with --timeout, or ask for less"});
        if (code == SQLITE_INTERRUPT)
            return fail({.kind = ErrorKind::Interrupted, .what = kWhat, .why = "it was stopped", .remedy = ""});
        const bool isRefused = code == SQLITE_AUTH || code == SQLITE_READONLY;
        return fail({.kind = code == SQLITE_BUSY ? ErrorKind::Failed : ErrorKind::Usage,
                     .what = kWhat,
                     .why = isRefused ? "it would do more than read, which is refused" : sqlite3_errmsg(database.handle()),
                     .remedy = isRefused ? "Use SELECT; docs/schema.md has the tables" : "Correct it; docs/schema.md has the tables",
                     .line = line});
    }

    Status step(sqlite3_stmt* statement, const SqlOutput& output, int line) {
        const int count = sqlite3_column_count(statement);
        std::vector<std::string> names;
        for (int i = 0; i < count; ++i)
            names.emplace_back(sqlite3_column_name(statement, i));
        if (output.columns) output.columns(names);
        std::vector<Value> row(static_cast<std::size_t>(count));
        int code = SQLITE_ROW;
        bool wantsMore = true;
        while (wantsMore && (code = sqlite3_step(statement)) == SQLITE_ROW) {
            for (int i = 0; i < count; ++i)
                row[static_cast<std::size_t>(i)] = valueAt(statement, i);
            wantsMore = !output.row || output.row(row);
        }
        if (output.end) output.end();
        return code == SQLITE_ROW || code == SQLITE_DONE ? Status() : failure(code & 0xff, line);
    }

    const fs::path file;
    store::Database database;
    double timeout = 0;
    std::stop_token stop{};
    Clock::time_point start{};
    bool isLate = false;
};

SqlConsole::SqlConsole(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
SqlConsole::SqlConsole(SqlConsole&&) noexcept = default;
SqlConsole& SqlConsole::operator=(SqlConsole&&) noexcept = default;
SqlConsole::~SqlConsole() = default;

Result<SqlConsole> SqlConsole::open(const fs::path& workspace) {
    // The reader knows what to say of a store that is not there, and brings an old one up to date.
    if (const Result<store::Reader> reader = store::Reader::open(workspace); !reader) return fail(reader.error());
    const fs::path file = workspace / store::kDatabaseName;
    return store::guarded("Cannot open the run store", file, [&]() -> Result<SqlConsole> {
        return SqlConsole(std::make_unique<Impl>(file));
    });
}

Status SqlConsole::run(std::string_view text, const SqlOutput& output, const SqlOptions& options) {
    m_impl->timeout = options.timeoutSeconds;
    m_impl->stop = options.stop;
    const char* const begin = text.data();
    while (!text.empty()) {
        sqlite3_stmt* made = nullptr;
        const char* rest = nullptr;
        m_impl->start = Clock::now();
        m_impl->isLate = false;
        const std::size_t blank = std::min(text.find_first_not_of(" \t\r\n"), text.size());
        const int line = 1 + static_cast<int>(std::count(begin, text.data() + blank, '\n'));
        const int code = sqlite3_prepare_v2(m_impl->database.handle(), text.data(), static_cast<int>(text.size()), &made, &rest);
        const Prepared statement(made);
        if (code != SQLITE_OK) return m_impl->failure(code & 0xff, line);
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        if (!statement) continue; // a comment, or nothing
        if (sqlite3_stmt_readonly(made) == 0) return m_impl->failure(SQLITE_READONLY, line);
        if (Status done = m_impl->step(made, output, line); !done) return done;
    }
    return {};
}

bool SqlConsole::isComplete(const std::string& text) {
    return sqlite3_complete(text.c_str()) != 0;
}

} // namespace fathom::exchange
