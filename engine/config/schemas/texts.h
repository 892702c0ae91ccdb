// SPDX-License-Identifier: Apache-2.0
// The descriptions as text, in the order in which they refer to each other. Internal to
// engine/config/schemas.
#pragma once

#include <string_view>

namespace fathom::schemas {

[[nodiscard]] std::string_view trainerText();
[[nodiscard]] std::string_view expManagerText();
[[nodiscard]] std::string_view coreText();
[[nodiscard]] std::string_view optimizersText();
[[nodiscard]] std::string_view schedulersText();
[[nodiscard]] std::string_view decodingText();
[[nodiscard]] std::string_view speechModulesText();
[[nodiscard]] std::string_view augmentationText();
[[nodiscard]] std::string_view speechDataText();
[[nodiscard]] std::string_view speechModelsText();
[[nodiscard]] std::string_view textClassificationText();
[[nodiscard]] std::string_view translationText();

} // namespace fathom::schemas
