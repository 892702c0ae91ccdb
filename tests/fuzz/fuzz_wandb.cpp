// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a .wandb log, and as one record of it: checksums would stop most mutants of the file.
#include "engine/exchange/source.h"
#include "engine/exchange/wandb_record.h"
#include "tests/fuzz/fuzz_import.h"

using namespace fathom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    exchange::WandbRecord record;
    (void)exchange::parseWandb({reinterpret_cast<const char*>(data), size}, record);
    static const fuzz::Folder folder;
    const std::filesystem::path file = folder.path / "run-x.wandb";
    fuzz::write(file, data, size);
    const auto source = exchange::openWandbRuns(file);
    if (!source) return 0;
    fuzz::HashingSink sink;
    for (const exchange::SourceRun& run : source->runs)
        (void)run.read(sink, {});
    return 0;
}
