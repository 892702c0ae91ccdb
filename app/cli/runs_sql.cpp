// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/runs_sql.h"

#include "app/cli/table.h"
#include "engine/base/file.h"
#include "engine/exchange/sql_console.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <unistd.h>

namespace fathom::cli {

namespace {

struct SqlFlags {
    std::string workspace = ".";
    std::string sql{};
    std::string file{};
    double timeout = 0;
    bool json = false;
};

/// Rows of one statement, printed in blocks: a table's columns are as wide as a block needs.
class RowPrinter {
public:
    explicit RowPrinter(bool json) : m_json(json) {}

    [[nodiscard]] exchange::SqlOutput output() {
        return {.columns = [this](const std::vector<std::string>& names) { begin(names); },
                .row = [this](const std::vector<Value>& row) { return take(row); },
                .end = [this] { flush(); }};
    }

private:
    static constexpr std::size_t kBlock = 1000;

    /// An object needs different names: the second "id" becomes "id:1".
    void begin(const std::vector<std::string>& names) {
        m_names.clear();
        for (const std::string& name : names) {
            std::string unique = name;
            for (int i = 1; std::find(m_names.begin(), m_names.end(), unique) != m_names.end(); ++i)
                unique = name + ':' + std::to_string(i);
            m_names.push_back(std::move(unique));
        }
        m_align.assign(names.size(), Align::Left);
        m_rows.clear();
        if (!m_json && !names.empty()) m_rows.push_back(names);
    }

    bool take(const std::vector<Value>& row) {
        if (m_json) {
            Value::Map object;
            for (std::size_t i = 0; i < row.size(); ++i)
                object.append(m_names[i], row[i]);
            m_text += toJson(Value(std::move(object))) + '\n';
            if (m_text.size() > (std::size_t{1} << 16)) flush();
        } else {
            std::vector<std::string> cells;
            for (std::size_t i = 0; i < row.size(); ++i) {
                if (row[i].isNumber()) m_align[i] = Align::Right;
                cells.push_back(cellOf(row[i]));
            }
            m_rows.push_back(std::move(cells));
            if (m_rows.size() == kBlock) flush();
        }
        return std::ferror(stdout) == 0;
    }

    static std::string cellOf(const Value& value) {
        if (value.isNull()) return "NULL";
        return value.isString() ? printable(value.asString()) : toJson(value);
    }

    void flush() {
        if (m_json && !m_text.empty()) print(m_text);
        if (!m_json && !m_rows.empty()) print(formatTable(m_rows, m_align));
        m_text.clear();
        m_rows.clear();
    }

    const bool m_json;
    std::vector<std::string> m_names{};
    std::vector<Align> m_align{};
    std::vector<std::vector<std::string>> m_rows{};
    std::string m_text{};
};

class Session {
public:
    Session(exchange::SqlConsole console, const SqlFlags& flags, CommandContext& context)
        : m_console(std::move(console)), m_flags(flags), m_context(context) {}

    Status run(const std::string& text) {
        RowPrinter printer(m_flags.json);
        return m_console.run(text, printer.output(),
                             {.timeoutSeconds = m_flags.timeout, .stop = m_context.stop.get_token()});
    }

    /// Statements from a terminal, each when it is whole; an error ends none but its own.
    void converse() {
        std::string text;
        for (std::string line; prompt(text.empty()), std::getline(std::cin, line);) {
            if (text.empty() && (line == ".quit" || line == ".exit" || line == "quit" || line == "exit"))
                return;
            text += line + '\n';
            if (!exchange::SqlConsole::isComplete(text)) continue;
            if (const Status done = run(text); !done) m_context.log.error(done.error().message());
            text.clear();
        }
    }

private:
    static void prompt(bool isFirst) {
        std::fputs(isFirst ? "sql> " : "...> ", stderr);
        std::fflush(stderr);
    }

    exchange::SqlConsole m_console;
    const SqlFlags& m_flags;
    CommandContext& m_context;
};

Status runSql(const SqlFlags& flags, CommandContext& context) {
    Result<exchange::SqlConsole> console = exchange::SqlConsole::open(flags.workspace);
    if (!console) return fail(console.error());
    Session session(std::move(*console), flags, context);
    if (!flags.sql.empty()) return session.run(flags.sql);
    if (!flags.file.empty()) {
        const Result<std::string> text = readFile(flags.file);
        if (!text) return fail(text.error());
        Status done = session.run(*text);
        if (done) return done;
        Error error = done.error();
        if (error.line > 0) error.file = flags.file;
        return fail(std::move(error));
    }
    if (isatty(STDIN_FILENO) != 0) {
        session.converse();
        return {};
    }
    return session.run({std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()});
}

} // namespace

void addRunsSql(CLI::App& runs, CommandContext& context) {
    auto flags = std::make_shared<SqlFlags>();
    CLI::App* command = runs.add_subcommand(
        "sql", "Asks the run store in SQL; nothing can be changed (docs/schema.md has the tables)");
    CLI::Option* sql = command->add_option("SQL", flags->sql, "Statements (default: standard input)");
    command->add_option("-f,--file", flags->file, "Statements from a file")->excludes(sql);
    command->add_option("--workspace", flags->workspace,
                        "Folder with runs.sqlite (default: the current one)");
    command->add_option("--timeout", flags->timeout, "Seconds after which a statement is ended (0: never)")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    command->add_flag("--json", flags->json, "Print each row as a JSON object on a line of its own");
    command->callback([flags, &context] {
        if (const Status done = runSql(*flags, context); !done) report(context, done.error(), flags->json);
    });
}

} // namespace fathom::cli
