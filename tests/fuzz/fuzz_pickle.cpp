// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the pickle of a well-formed zip with two storages: deeper than the zip's own format lets a
// fuzzer get.
#include "engine/archive/torch_zip_writer.h"
#include "tests/fuzz/fuzz_touch.h"

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static volatile std::uint64_t sink = 0;
    auto zip = std::make_shared<std::string>();
    archive::TorchZipWriter writer("archive", [&](std::span<const std::byte> bytes) -> Status {
        zip->append(archive::asText(bytes));
        return {};
    });
    (void)writer.add("data.pkl", {reinterpret_cast<const std::byte*>(data), size});
    for (const char* key : {"data/0", "data/1"})
        (void)writer.add(key, archive::asBytes(std::string(64, 'x')));
    (void)writer.finish();
    const auto checkpoint = archive::Checkpoint::parse(archive::asBytes(*zip), zip, "fuzz.ckpt");
    if (checkpoint) sink = sink + fuzz::touch(*checkpoint);
    return 0;
}
