// SPDX-License-Identifier: GPL-3.0-or-later
// Aligned columns for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fathom::cli {

enum class Align { Left, Right };

/// One line a row, two blanks between columns, each as wide as its widest cell (in code points). Rows may be
/// short.
[[nodiscard]] std::string formatTable(const std::vector<std::vector<std::string>>& rows,
                                      const std::vector<Align>& columns);

/// The text with "?" for control characters: names in foreign files must not reach a terminal as they are.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace fathom::cli
