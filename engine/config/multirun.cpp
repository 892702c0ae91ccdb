// SPDX-License-Identifier: Apache-2.0
// Hydra's BasicSweeper: the cartesian product of the sweep overrides.
#include "engine/config/compose.h"
#include "engine/config/override.h"

#include <algorithm>

namespace fathom::config {

namespace {

constexpr std::size_t kMaxJobs = 100'000;

std::string keyText(const Override& override) {
    static constexpr const char* kPrefixes[] = {"", "+", "++", "~"};
    std::string text = kPrefixes[static_cast<int>(override.kind)] + override.key;
    if (override.package) text += "@" + *override.package;
    return text;
}

Error tooManyJobs() {
    Error error{ErrorKind::Usage, "Cannot expand the sweep", "it has more than 100,000 jobs",
                "Sweep over fewer values"};
    error.className = "HydraException";
    return error;
}

Error hydraSweep(const std::string& input) {
    Error error{ErrorKind::Usage, "Cannot expand the sweep",
                "Sweeping over Hydra's configuration is not supported : '" + input + "'",
                "Sweep over the config's own keys"};
    error.className = "ConfigCompositionException";
    return error;
}

/// The alternatives of one override, as override texts.
Result<std::vector<std::string>> alternatives(const ComposeRequest& request, const Override& override) {
    const std::string key = keyText(override);
    if (override.isSweep() && (override.key.starts_with("hydra.") || override.key.starts_with("hydra/")))
        return fail(hydraSweep(override.input));
    if (Status status = checkNestedSweeps(override.element); !status) return fail(status.error());
    if (!override.isSweep()) return std::vector<std::string>{key + "=" + elementText(override.element)};
    const bool isGlob = override.element.sweep->kind == SweepKind::Glob;
    Result<std::vector<std::string>> items = sweepItems(
        *override.element.sweep, isGlob ? groupOptions(request, override.key) : std::vector<std::string>{});
    if (!items) return fail(items.error());
    for (std::string& item : *items)
        item = key + "=" + item;
    return items;
}

} // namespace

Result<std::vector<std::vector<std::string>>> expandSweeps(const ComposeRequest& request) {
    if (Result<Config> checked = composeForSweep(request); !checked) return fail(checked.error());
    std::vector<std::pair<std::string, std::vector<std::string>>>
        lists; // a key given twice keeps its place, its last value counts
    for (const std::string& text : request.overrides) {
        const Result<Override> override = parseOverride(text);
        if (!override) return fail(override.error());
        Result<std::vector<std::string>> choices = alternatives(request, *override);
        if (!choices) return fail(choices.error());
        const std::string key = keyText(*override);
        const auto known = std::ranges::find(lists, key, [](const auto& entry) { return entry.first; });
        if (known == lists.end())
            lists.emplace_back(key, std::move(*choices));
        else
            known->second = std::move(*choices);
    }
    std::vector<std::vector<std::string>> jobs{{}};
    for (const auto& [key, choices] : lists) {
        if (jobs.size() * choices.size() > kMaxJobs) return fail(tooManyJobs());
        std::vector<std::vector<std::string>> next;
        for (const std::vector<std::string>& job : jobs)
            for (const std::string& choice : choices) {
                next.push_back(job);
                next.back().push_back(choice);
            }
        jobs = std::move(next);
    }
    return jobs;
}

} // namespace fathom::config
