// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a file of torch.save, of either format.
#include "tests/fuzz/fuzz_touch.h"

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static volatile std::uint64_t sink = 0;
    const auto checkpoint =
        archive::Checkpoint::parse({reinterpret_cast<const std::byte*>(data), size}, nullptr, "fuzz.ckpt");
    if (!checkpoint) return 0;
    sink = sink + fuzz::touch(*checkpoint);
    (void)checkpoint->verify();
    return 0;
}
