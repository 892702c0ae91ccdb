// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a safetensors file: its tensors tile the buffer.
#include "engine/archive/safetensors.h"
#include "tests/fuzz/fuzz_touch.h"

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static volatile std::uint64_t sink = 0;
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
    if (!archive::isSafetensors(bytes)) return 0;
    const auto checkpoint = archive::Checkpoint::parse(bytes, nullptr, "fuzz.safetensors");
    if (!checkpoint) return 0;
    const std::byte* next = nullptr;
    for (const archive::Tensor& tensor : checkpoint->tensors()) {
        if (next != nullptr && tensor.bytes.data() != next) std::abort();
        next = tensor.bytes.data() + tensor.bytes.size();
    }
    if (next != nullptr && next != bytes.data() + bytes.size()) std::abort();
    sink = sink + fuzz::touch(*checkpoint);
    return 0;
}
