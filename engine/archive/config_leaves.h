// SPDX-License-Identifier: Apache-2.0
// A config as a flat list, for looking through it and for comparing two.
#pragma once

#include "engine/base/value.h"

#include <string>
#include <utility>
#include <vector>

namespace fathom::archive {

using Leaves = std::vector<std::pair<std::string, Value>>;

/// Scalars and empty containers by their dotted keys, in order.
[[nodiscard]] inline Leaves leaves(const Value& root) {
    Leaves list;
    const auto walk = [&](const auto& self, const Value& value, const std::string& key) -> void {
        const auto join = [&](const std::string& name) { return key.empty() ? name : key + '.' + name; };
        if (value.isMap() && !value.asMap().empty()) {
            for (const auto& [name, child] : value.asMap())
                self(self, child, join(name));
        } else if (value.isList() && !value.asList().empty()) {
            for (std::size_t i = 0; i < value.asList().size(); ++i)
                self(self, value.asList()[i], join(std::to_string(i)));
        } else {
            list.emplace_back(key, value);
        }
    };
    walk(walk, root, {});
    return list;
}

} // namespace fathom::archive
