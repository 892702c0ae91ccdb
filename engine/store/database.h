// SPDX-License-Identifier: Apache-2.0
// SQLite with destructors. Internal to engine/store: these classes throw DatabaseError, and the public
// classes catch it.
//
//   Database database(path, Database::Mode::ReadOnly, 1000);
//   Statement select(database, "SELECT name FROM runs WHERE id = ?");
//   for (select.bind(7); select.step();) use(select.text(0));
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace fathom::store {

class DatabaseError : public std::runtime_error {
public:
    DatabaseError(int code, const std::string& message) : std::runtime_error(message), m_code(code) {}
    /// SQLite's primary result code.
    [[nodiscard]] int code() const { return m_code; }
    [[nodiscard]] bool isBusy() const;

private:
    int m_code;
};

/// `what` on `file`, with what to do about it.
[[nodiscard]] Error toError(const DatabaseError& error, std::string what, const std::filesystem::path& file);

/// One connection. Use from one thread at a time.
class Database {
public:
    enum class Mode { ReadOnly, ReadWrite, ReadWriteExisting };
    /// ReadWrite creates the file. Another connection's lock is waited for up to `busyTimeoutMs`.
    Database(const std::filesystem::path& file, Mode mode, int busyTimeoutMs);

    void execute(const char* sql);
    /// First column of the first row as an integer; 0 without a row.
    [[nodiscard]] std::int64_t integer(const char* sql);
    [[nodiscard]] std::int64_t lastRow() const;
    [[nodiscard]] sqlite3* handle() const { return m_handle.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::unique_ptr<sqlite3, Close> m_handle;
};

class Statement {
public:
    Statement(Database& database, std::string_view sql);

    /// Starts anew with these values for ?1, ?2, …; texts must live until the last step().
    template <class... Values> Statement& bind(const Values&... values) {
        reset();
        int index = 0;
        (bindOne(++index, values), ...);
        return *this;
    }
    /// True: a row is there.
    bool step();
    /// For statements that return no row.
    void run() {
        while (step()) {
        }
        reset();
    }

    [[nodiscard]] std::int64_t integer(int column) const;
    /// NULL reads as NaN, which is what SQLite makes of NaN.
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string text(int column) const;
    /// Valid until the next step() or reset().
    [[nodiscard]] std::string_view bytes(int column) const;
    /// One value for ?index, where bind() with its fixed number of values does not serve.
    template <class T> void set(int index, const T& value) { bindOne(index, value); }
    void setNull(int index);
    void setBytes(int index, std::string_view bytes);
    [[nodiscard]] bool isNull(int column) const;
    void reset();

private:
    void bindOne(int index, std::int64_t value);
    void bindOne(int index, RunId value) { bindOne(index, static_cast<std::int64_t>(value)); }
    void bindOne(int index, SeriesId value) { bindOne(index, static_cast<std::int64_t>(value)); }
    void bindOne(int index, int value) { bindOne(index, std::int64_t{value}); }
    void bindOne(int index, double value);
    void bindOne(int index, std::string_view value);
    void bindOne(int index, const std::string& value) { bindOne(index, std::string_view(value)); }
    void bindOne(int index, const char* value) { bindOne(index, std::string_view(value)); }

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    sqlite3* m_database;
    std::unique_ptr<sqlite3_stmt, Finalize> m_statement;
};

/// Takes the write lock at once; rolls back unless committed.
class Transaction {
public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database& m_database;
    bool m_open = true;
};

} // namespace fathom::store
