// SPDX-License-Identifier: Apache-2.0
// Questions to a workspace's database in SQL, which cannot change it (docs/schema.md has the tables).
//
//   auto console = SqlConsole::open(workspace);
//   console->run("SELECT name, state FROM runs", {.row = [](auto& values) { …; return true; }});
#pragma once

#include "engine/base/value.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::exchange {

/// What becomes of the rows.
struct SqlOutput {
    std::function<void(const std::vector<std::string>& columns)> columns{}; ///< before a statement's first row
    /// False: no more rows of this statement are wanted. A BLOB is {"$bytes": hex}.
    std::function<bool(const std::vector<Value>& row)> row{};
    std::function<void()> end{}; ///< after a statement's last row
};

struct SqlOptions {
    double timeoutSeconds = 0; ///< for each statement; 0: none
    std::stop_token stop{};
};

/// One connection, opened read-only; statements that write, attach files or change settings are refused before
/// they run. Use from one thread.
class SqlConsole {
public:
    [[nodiscard]] static Result<SqlConsole> open(const std::filesystem::path& workspace);
    SqlConsole(SqlConsole&&) noexcept;
    SqlConsole& operator=(SqlConsole&&) noexcept;
    ~SqlConsole();

    /// Runs the statements one after the other and stops at the first that fails: Usage for wrong SQL and for
    /// what is refused (with the line in `text`), Interrupted for a stop, Failed for a time-out.
    [[nodiscard]] Status run(std::string_view text, const SqlOutput& output, const SqlOptions& options = {});
    /// Whether a text ends with a whole statement; else more lines belong to it.
    [[nodiscard]] static bool isComplete(const std::string& text);

private:
    struct Impl;
    explicit SqlConsole(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace fathom::exchange
