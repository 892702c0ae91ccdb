// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a ZIP: what is read lies inside, and no byte belongs to two records.
#include "engine/archive/zip_index.h"

#include <cstdlib>
#include <vector>

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
    const auto zip = archive::ZipIndex::open(bytes, "fuzz.zip");
    if (!zip) return 0;
    std::vector<bool> taken(size);
    for (const archive::ZipEntry& entry : zip->entries()) {
        if (zip->find(entry.name) != &entry) std::abort();
        for (std::uint64_t i = 0; i < entry.packedBytes; ++i) {
            const auto at = static_cast<std::size_t>(entry.dataOffset + i);
            if (at >= size || taken[at]) std::abort();
            taken[at] = true;
        }
        const auto content = zip->read(entry);
        if (content && content->bytes.size() != entry.bytes) std::abort();
        (void)zip->verify(entry);
    }
    return 0;
}
