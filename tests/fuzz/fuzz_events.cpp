// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as an event file, and as one that grows: it must tell the same, read at once or in two pieces.
// And as one record of a file, since checksums stop most mutants.
#include "engine/exchange/event_run.h"
#include "engine/store/event_encoding.h"
#include "tests/fuzz/fuzz_import.h"

#include <string>

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Folder folder;
    const std::filesystem::path file = folder.path / "x.tfevents.1";
    fuzz::HashingSink whole;
    fuzz::write(file, data, size);
    (void)exchange::EventRun(file, {.keepMedia = true}).readNew(whole, {});
    const std::string record =
        store::framed(store::versionEvent({})) + store::framed({reinterpret_cast<const char*>(data), size});
    fuzz::HashingSink single;
    fuzz::write(file, reinterpret_cast<const std::uint8_t*>(record.data()), record.size());
    (void)exchange::EventRun(file, {.keepMedia = true}).readNew(single, {});
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
