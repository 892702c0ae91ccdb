// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fathom::model {

/// The dotted path of a key below a section; "" is the root.
[[nodiscard]] inline std::string below(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : std::string(path) + '.' + std::string(key);
}

/// The last component of a `target`.
[[nodiscard]] inline std::string_view classNameOf(std::string_view target) {
    const std::size_t dot = target.rfind('.');
    return dot == std::string_view::npos ? target : target.substr(dot + 1);
}

} // namespace fathom::model
