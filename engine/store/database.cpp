// SPDX-License-Identifier: Apache-2.0
#include "engine/store/database.h"

#include <limits>
#include <sqlite3.h>

namespace fathom::store {

namespace {

[[noreturn]] void raise(sqlite3* database, int code) {
    throw DatabaseError(code & 0xFF, database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code));
}

std::string remedyFor(int code) {
    switch (code) {
    case SQLITE_FULL:
        return "Free some space on the disk";
    case SQLITE_IOERR:
        return "Check the disk and its free space";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return "Check that the folder exists and that you may write there";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "Another program holds the database: close it and try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "The file is damaged or no run store: move it away or use another workspace";
    default:
        return "Try again, or use another workspace";
    }
}

} // namespace

bool DatabaseError::isBusy() const {
    return m_code == SQLITE_BUSY || m_code == SQLITE_LOCKED;
}

Error toError(const DatabaseError& error, std::string what, const std::filesystem::path& file) {
    const bool broken = error.code() == SQLITE_CORRUPT || error.code() == SQLITE_NOTADB;
    return {.kind = broken ? ErrorKind::BadInput : ErrorKind::Failed,
            .what = std::move(what),
            .why = error.what(),
            .remedy = remedyFor(error.code()),
            .file = file.string()};
}

void Database::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}

Database::Database(const std::filesystem::path& file, Mode mode, int busyTimeoutMs) {
    const int access = mode == Mode::ReadOnly            ? SQLITE_OPEN_READONLY
                       : mode == Mode::ReadWriteExisting ? SQLITE_OPEN_READWRITE
                                                         : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX, nullptr);
    m_handle.reset(handle);
    if (code != SQLITE_OK) raise(handle, code);
    sqlite3_busy_timeout(handle, busyTimeoutMs);
}

void Database::execute(const char* sql) {
    const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) raise(handle(), code);
}

std::int64_t Database::integer(const char* sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::lastRow() const {
    return sqlite3_last_insert_rowid(handle());
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement::Statement(Database& database, std::string_view sql) : m_database(database.handle()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(m_database, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    m_statement.reset(statement);
    if (code != SQLITE_OK) raise(m_database, code);
}

bool Statement::step() {
    const int code = sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    const DatabaseError error(code & 0xFF, sqlite3_errmsg(m_database));
    reset();
    throw error;
}

void Statement::reset() {
    sqlite3_reset(m_statement.get());
} // its code repeats what step() reported

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(m_statement.get(), column);
}

double Statement::real(int column) const {
    if (sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL)
        return std::numeric_limits<double>::quiet_NaN();
    return sqlite3_column_double(m_statement.get(), column);
}

std::string Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(m_statement.get(), column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column))};
}

std::string_view Statement::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(m_statement.get(), column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column))};
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

void Statement::setNull(int index) {
    if (const int code = sqlite3_bind_null(m_statement.get(), index); code != SQLITE_OK)
        raise(m_database, code);
}

void Statement::setBytes(int index, std::string_view bytes) {
    const int code = sqlite3_bind_blob64(m_statement.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) raise(m_database, code);
}

void Statement::bindOne(int index, std::int64_t value) {
    if (const int code = sqlite3_bind_int64(m_statement.get(), index, value); code != SQLITE_OK)
        raise(m_database, code);
}

void Statement::bindOne(int index, double value) {
    if (const int code = sqlite3_bind_double(m_statement.get(), index, value); code != SQLITE_OK)
        raise(m_database, code);
}

void Statement::bindOne(int index, std::string_view value) {
    // An empty view may have no pointer, which SQLite would take for NULL.
    const char* text = value.data() != nullptr ? value.data() : "";
    const int code =
        sqlite3_bind_text64(m_statement.get(), index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) raise(m_database, code);
}

Transaction::Transaction(Database& database) : m_database(database) {
    database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    // A failed write may have rolled back by itself.
    if (m_open && sqlite3_get_autocommit(m_database.handle()) == 0)
        sqlite3_exec(m_database.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    m_database.execute("COMMIT");
    m_open = false;
}

} // namespace fathom::store
