// SPDX-License-Identifier: Apache-2.0
// Everything that is wrong or odd in a config, at once and as values: what, where, why, and what to do about
// it.
//
//   const config::Diagnosis found = config::diagnose({.configPath = "configs/asr", .configName =
//   "quartznet_prompts",
//                                                     .overrides = {"model.optim.lrr=0.02"}});
//   found.diagnostics[0].error.message();  // "Could not override 'model.optim.lrr'. … Did you mean lr?"
#pragma once

#include "engine/config/compose.h"

#include <optional>
#include <string_view>
#include <vector>

namespace fathom::config {

enum class Severity {
    Error,   ///< composing, resolving or reading the section fails
    Warning, ///< it works, and is probably not what was meant
    Note,    ///< worth knowing
};

enum class Finding {
    Composition,         ///< a file, defaults list or override that cannot be read or applied
    MissingValue,        ///< ??? left open, or a required key that is not there
    BrokenInterpolation, ///< names a key that is not there, goes in a circle, …
    UnknownKey,          ///< the section's dataclass does not have it
    WrongValue,          ///< not of the field's type, out of its range, none of its choices
    Shadowed,            ///< a later layer replaced what this file or argument says
    UnusedValue, ///< a helper key that no interpolation names, an interpolation that never takes effect
    MissingPath, ///< names a file or folder that does not exist
    NoEffect,    ///< an option of NeMo's that is accepted and not obeyed here
};

struct Diagnostic {
    Severity severity = Severity::Error;
    Finding finding = Finding::Composition;
    Error error{};     ///< what, why, remedy, key; file, line and column where a file is at fault
    int argument = -1; ///< index into ComposeRequest::overrides where an override is at fault, else -1
};

struct Diagnosis {
    std::optional<Config>
        config{}; ///< what composes once refused overrides are left out; empty when nothing does
    std::vector<Diagnostic>
        diagnostics{};     ///< errors first, then warnings, then notes, each in the order of the tree
    bool composes = false; ///< compose() accepts the request
};

/// Composes and checks. Reads the files, and asks the file system for the paths that the config names
/// (relative ones from the current directory). Any thread.
[[nodiscard]] Diagnosis diagnose(const ComposeRequest& request);

/// The checks of a composed config alone.
[[nodiscard]] std::vector<Diagnostic> diagnose(const Config& config);

/// Those of them that name an option below `section` which is accepted and not obeyed (Finding::NoEffect):
/// what a run has to say when it starts.
[[nodiscard]] std::vector<Diagnostic> withoutEffect(const Config& config, std::string_view section);

/// "error", "warning", "note".
[[nodiscard]] std::string_view name(Severity severity);
/// "unknown-key", "missing-value", …: for JSON and filters.
[[nodiscard]] std::string_view name(Finding finding);

} // namespace fathom::config
