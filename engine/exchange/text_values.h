// SPDX-License-Identifier: Apache-2.0
// Values that other programs keep as text. Internal to engine/exchange.
#pragma once

#include "engine/base/value.h"

#include <filesystem>
#include <optional>
#include <string_view>

namespace fathom::exchange {

/// The whole text as a number in Python's or JavaScript's spelling ("1e-3", "-inf", "NaN", "Infinity"),
/// blanks around it allowed.
[[nodiscard]] std::optional<double> numberIn(std::string_view text);
/// The whole text as an integer; a float without a fraction counts ("12.0").
[[nodiscard]] std::optional<std::int64_t> integerIn(std::string_view text);
/// What Python's str() of a simple value says: "3" an int, "0.1" a float, "True" a bool, "None" null, and all
/// else a string.
[[nodiscard]] Value plainValue(std::string_view text);
/// The document in a YAML file as plain data. Errors are BadInput.
[[nodiscard]] Result<Value> readYamlFile(const std::filesystem::path& path);
/// Seconds since the epoch at which a file was last written; 0 where there is none.
[[nodiscard]] double modifiedAt(const std::filesystem::path& path);
/// Absolute, without links where it exists.
[[nodiscard]] std::string wholePath(const std::filesystem::path& path);

} // namespace fathom::exchange
