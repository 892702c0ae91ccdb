// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as an override: what it says is written and parsed again, applied to a small config, and its sweep
// expanded.
#include "engine/config/diagnostics.h"
#include "engine/config/override.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace fathom;

namespace {

void require(bool holds, const char* what, const std::string& text) {
    if (holds) return;
    std::fprintf(stderr, "%s: %s\n", what, text.c_str());
    std::abort();
}

std::string shown(const config::Element& element) {
    return toJson(config::toValue(element));
}

void writeAndParse(const config::Override& override) {
    // Not elementText, which loses casts as Hydra's does: str(3) becomes 3.
    const std::string text = "k=" + config::overrideText(config::toValue(override.element));
    const Result<config::Override> again = config::parseOverride(text);
    require(again.has_value(), "the written override cannot be parsed", text);
    require(shown(again->element) == shown(override.element), "the written override parses as another", text);
}

/// What a user types and what a cell holds become overrides that say the same.
void quote(std::string_view text) {
    const std::string quoted = "k=" + config::quoteForOverride(text);
    const Result<config::Override> parsed = config::parseOverride(quoted);
    require(parsed && config::toValue(parsed->element) == Value(text), "the quoted text parses as another",
            quoted);
    const std::string typed = "k=" + config::overrideTextFromInput(text);
    require(config::parseOverride(typed).has_value(), "the typed text cannot be parsed", typed);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    quote(text);
    const Result<config::Override> override = config::parseOverride(text);
    if (!override) return 0;
    if (override->isSweep())
        (void)config::sweepItems(*override->element.sweep, {"one", "two"});
    else if (override->hasValue)
        writeAndParse(*override);
    const config::ComposeRequest request{
        .configName = "c", .overrides = {std::string(text)}, .files = {{"c.yaml", "{a: 1, b: {c: [1, 2]}}"}}};
    const Result<config::Config> config = config::compose(request);
    if (config) (void)config->resolved();
    require(config::diagnose(request).composes == config.has_value(), "diagnose disagrees",
            std::string(text));
    if (!override->isSweep()) (void)config::expandSweeps(request);
    return 0;
}
