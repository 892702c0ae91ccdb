// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include "engine/base/value.h"

#include <cstdio>

namespace fathom::cli {

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (text.empty() || text.back() != '\n') std::fputc('\n', stdout);
}

void report(CommandContext& context, const Error& error, bool json) {
    context.exitCode = error.exitCode();
    if (!json) {
        context.log.error(error.message());
        return;
    }
    const auto optional = [](const std::string& text) { return text.empty() ? Value{} : Value(text); };
    const auto position = [](int number) { return number > 0 ? Value(number) : Value{}; };
    Value::Map fields{{"class", optional(error.className)}, {"message", error.message()},
                      {"file", optional(error.file)},       {"line", position(error.line)},
                      {"column", position(error.column)},   {"key", optional(error.key)}};
    print(toJson(Value(Value::Map{{"error", Value(std::move(fields))}})));
}

} // namespace fathom::cli
