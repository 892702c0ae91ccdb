// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/find_run.h"

#include <algorithm>
#include <charconv>

namespace fathom::cli {
namespace {

Error noSuchRun(const std::string& text) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot find the run '" + text + "'",
            .why = "a run is named by its id, its title (name/number), its name or `last`",
            .remedy = "`fathom-cli runs ls` lists them"};
}

} // namespace

Result<store::Run> findRun(store::Reader& reader, const std::string& text) {
    const Result<std::vector<store::Run>> runs = reader.runs(); // newest first
    if (!runs) return fail(runs.error());
    std::int64_t id = -1;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) id = -1;
    const auto matches = [&](const store::Run& run) {
        return text == "last" || run.title() == text || static_cast<std::int64_t>(run.id) == id;
    };
    auto found = std::find_if(runs->begin(), runs->end(), matches);
    if (found == runs->end())
        found =
            std::find_if(runs->begin(), runs->end(), [&](const store::Run& run) { return run.name == text; });
    if (found == runs->end()) return fail(noSuchRun(text));
    Result<std::optional<store::Run>> run = reader.run(found->id);
    if (!run) return fail(run.error());
    if (!*run) return fail(noSuchRun(text));
    return std::move(**run);
}

} // namespace fathom::cli
