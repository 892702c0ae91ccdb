// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a tar: every member lies inside, and unsafe names are marked.
#include "engine/archive/tar_index.h"

#include <cstdlib>

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> tar(reinterpret_cast<const std::byte*>(data), size);
    const auto members = archive::indexTar(tar, "fuzz.nemo");
    if (!members) return 0;
    for (const archive::Member& member : *members) {
        if (member.offset > size || member.bytes > size - member.offset) std::abort();
        const bool looksUnsafe = member.name.empty() || member.name.front() == '/' ||
                                 member.name.starts_with("../") ||
                                 member.name.find("/../") != std::string::npos;
        if (looksUnsafe && member.problem.empty()) std::abort();
    }
    return 0;
}
