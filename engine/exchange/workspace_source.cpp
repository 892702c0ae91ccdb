// SPDX-License-Identifier: Apache-2.0
#include "engine/exchange/source.h"

namespace fathom::exchange {
Result<Source> openWorkspace(const std::filesystem::path&) {
    return Source{};
}
} // namespace fathom::exchange
