// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an event file, and as one that grows: it must tell the same, read at once or in two pieces.
#include "engine/exchange/event_run.h"
#include "tests/fuzz/fuzz_import.h"

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Folder folder;
    const std::filesystem::path file = folder.path / "x.tfevents.1";
    fuzz::HashingSink whole;
    fuzz::write(file, data, size);
    (void)exchange::EventRun(file, {.keepMedia = true}).readNew(whole, {});
    if (size < 2) return 0;
    fuzz::HashingSink pieces;
    fuzz::write(file, data, size / 2);
    exchange::EventRun run(file, {.keepMedia = true});
    (void)run.readNew(pieces, {});
    fuzz::append(file, data + size / 2, size - size / 2);
    (void)run.readNew(pieces, {});
    if (pieces.hash != whole.hash) std::abort();
    return 0;
}
