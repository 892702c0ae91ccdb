// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as a filter: compiled, evaluated over a few runs, completed at every place; and as a value,
// quoted.
#include "engine/query/completion.h"
#include "engine/query/filter.h"
#include "engine/query/lexer.h"
#include "engine/query/order.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace fathom;
using namespace fathom::query;

namespace {

void require(bool holds, const char* what, const std::string& text) {
    if (holds) return;
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

struct Runs {
    Table table{};
    Schema schema{};
};

Runs makeRuns(std::string_view name) {
    Runs runs;
    std::vector<Table::RunPtr> all;
    for (int id = 1; id <= 3; ++id) {
        auto run = std::make_shared<store::Run>();
        run->id = store::RunId{id};
        run->name = id == 2 ? std::string(name) : "speech";
        run->number = id;
        run->startedAt = 1.7e9 + id;
        all.push_back(std::move(run));
    }
    runs.table.reset(std::move(all));
    runs.schema = {.configKeys = {"a.lr", "b", std::string(name)}, .metrics = {"val_wer"}};
    runs.schema.sort();
    LoadedColumn wer{.field = {.kind = Field::Kind::Metric, .name = "val_wer"}, .runs = {store::RunId{1}}};
    wer.cells.resize(1);
    wer.cells.setNumber(0, 0.5);
    runs.table.place(wer);
    return runs;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 400) return 0; // a filter is a line; completion at every place is quadratic
    const std::string text(reinterpret_cast<const char*>(data), size);
    const Runs runs = makeRuns(text);
    if (const Result<Filter> filter = Filter::compile(text, runs.schema)) {
        const Result<Filter> inverse = Filter::compile("not (" + text + ')', runs.schema);
        const bool isBlank = filter->isEverything();
        require(isBlank || inverse.has_value(), "the opposite cannot be read", text);
        if (!isBlank)
            require(filter->rows(runs.table, 1.7e9).size() + inverse->rows(runs.table, 1.7e9).size() == 3,
                    "a filter and its opposite do not share the runs", text);
    } else {
        require(filter.error().column > 0 && filter.error().column <= static_cast<int>(size) + 1,
                "the error has no place", text);
    }
    for (std::size_t cursor = 0; cursor <= size; ++cursor)
        (void)complete(text, cursor, runs.schema,
                       [&](const Field&) { return std::vector<std::string>{text}; });
    (void)parseSortKeys(text, runs.schema);
    if (!text.empty()) {
        const Result<Filter> same = Filter::compile("name = " + quotedText(text), runs.schema);
        require(same && !same->rows(runs.table, 0).empty(), "the quoted text is not found", text);
        const Result<Field> key = runs.schema.field(query::text({.kind = Field::Kind::Config, .name = text}));
        require(key && key->name == text && key->kind == Field::Kind::Config, "the quoted name is not found",
                text);
    }
    return 0;
}
