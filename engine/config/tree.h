// SPDX-License-Identifier: Apache-2.0
// Mutations of a node tree during composition: merging configs and applying value overrides. Internal to
// engine/config.
#pragma once

#include "engine/config/config.h"
#include "engine/config/override.h"

namespace fathom::config::detail {

/// What the functions below throw on wrong input; compose() turns it into a Result.
struct ComposeFailure {
    Error error;
};

/// "Key 'x' is not in struct" and the like, with OmegaConf's class name.
[[noreturn]] void raiseConfig(std::string className, std::string why, std::string remedy = {},
                              std::string key = {});

/// Merges `source` into `target` as OmegaConf.merge does: maps recurse, lists and scalars replace, "???" does
/// not replace. `root` is the tree that `target` is part of, for interpolations in the way. `path` is the
/// target's key.
void mergeInto(Node& target, Node&& source, const Node& root, const std::string& path, bool isStruct);

/// Applies one value override to the composed tree (struct flag set).
void applyOverride(Node& root, const Override& override, const Assignment& made);

/// The nodes of a value, each with `made` as its history.
[[nodiscard]] Node nodeOf(const Value& value, const Assignment& made);

[[nodiscard]] Node* findChild(Node& node, std::string_view name);

} // namespace fathom::config::detail
