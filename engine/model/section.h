// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fathom::model {

/// The dotted path of a key below a section; "" is the root.
[[nodiscard]] inline std::string below(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : std::string(path) + '.' + std::string(key);
}

} // namespace fathom::model
