// SPDX-License-Identifier: Apache-2.0
// The JSON header of a safetensors file as a list, before anything in it is believed.
#pragma once

#include "engine/archive/tensor.h"
#include "engine/base/result.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fathom::archive {

struct SafetensorsEntry {
    std::string name{};
    std::string dtype{}; ///< "F32"
    std::vector<std::int64_t> shape{};
    std::array<std::uint64_t, 2> offsets{}; ///< begin and end in the buffer behind the header
};

struct SafetensorsHeader {
    std::vector<SafetensorsEntry> entries{};
    std::vector<std::pair<std::string, std::string>> metadata{};
};

/// The error is why not, in a few words.
[[nodiscard]] tl::expected<SafetensorsHeader, std::string> parseSafetensorsHeader(std::string_view json);

} // namespace fathom::archive
