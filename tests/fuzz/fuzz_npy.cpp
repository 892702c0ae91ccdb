// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a .npy file.
#include "engine/archive/npy.h"

#include <cstdlib>

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto tensor =
        archive::parseNpy({reinterpret_cast<const std::byte*>(data), size}, nullptr, "fuzz.npy");
    if (!tensor) return 0;
    std::size_t visited = 0;
    tensor->visitContiguous([&](std::span<const std::byte> piece) { visited += piece.size(); });
    if (visited != tensor->byteCount() || visited > size) std::abort();
    return 0;
}
