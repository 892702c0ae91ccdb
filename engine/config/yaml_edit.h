// SPDX-License-Identifier: Apache-2.0
// Changes one scalar of a YAML text and nothing else: comments, order, anchors, quotes, blank lines and line
// ends stay.
//
//   Result<YamlEdit> edit = editYaml(text, "model.optim.lr", Value(0.02));
//   std::string changed = applyEdit(text, *edit);     // "lr: 0.01 # tuned" -> "lr: 0.02 # tuned"
//   applyEdit(changed, edit->inverse()) == text;
#pragma once

#include "engine/base/value.h"

#include <string>
#include <string_view>

namespace fathom::config {

/// A replacement of bytes.
struct YamlEdit {
    std::size_t offset = 0;
    std::string removed{};
    std::string inserted{};

    [[nodiscard]] YamlEdit inverse() const { return {offset, inserted, removed}; }
};

/// The edit that gives the scalar at `key` a new scalar value, in the quotes it had where that is possible.
/// Errors (Usage): no such key; the key holds a map or list; it comes from an alias, whose anchor has to be
/// edited; the text is not YAML.
[[nodiscard]] Result<YamlEdit> editYaml(std::string_view text, std::string_view key, const Value& value);

/// `text` with the edit made. The removed bytes must stand at the offset.
[[nodiscard]] std::string applyEdit(std::string_view text, const YamlEdit& edit);

} // namespace fathom::config
