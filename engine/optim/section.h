// SPDX-License-Identifier: Apache-2.0
// From `optim` to an optimizer's name and its constructor's arguments: NeMo's setup_optimization. Internal to
// engine/optim.
#pragma once

#include "engine/config/config.h"
#include "engine/config/description.h"

#include <string>
#include <string_view>

namespace fathom::optim {

struct Kind;

/// What was tried, in errors.
inline constexpr const char* kWhat = "Cannot build the optimizer";

/// What a section asks for.
struct Section {
    const Kind* kind = nullptr;
    /// The constructor's arguments as far as they are given or a dataclass has them, lr included.
    Value::Map arguments{};
    /// Where arguments stand: "model.optim", "model.optim.args" or "model.optim.args.params".
    std::string argumentsKey{};
    std::string path{};
    /// What describes the arguments: the constructor, or the dataclass that `args` names.
    const config::Description* description = nullptr;
};

/// Errors are those of createOptimizer.
[[nodiscard]] Result<Section> readSection(const config::Config& config, std::string_view path);

/// Every field that can be given, for messages: "adamw has lr, betas, …".
[[nodiscard]] std::string fieldsOf(const std::string& name, const config::Description& description);
/// Whether a described field is an argument of the optimizer, not one of the section's own keys.
[[nodiscard]] bool isArgument(std::string_view field);
/// Dotted path of `key` below `path`.
[[nodiscard]] std::string below(std::string_view path, std::string_view key);

} // namespace fathom::optim
