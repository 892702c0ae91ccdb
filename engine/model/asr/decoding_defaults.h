// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace fathom::model {

/// What NeMo 3.0.0 inserts as `decoding` into the config of a CTC model that has none (CTCDecodingConfig), as
/// YAML.
[[nodiscard]] std::string ctcDecodingDefaults();

/// The release whose archives we write.
inline constexpr std::string_view kNemoVersion = "3.0.0";

} // namespace fathom::model
