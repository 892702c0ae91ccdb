// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a CSV file, and as each of the texts of MLflow's file store. The first byte chooses.
#include "engine/exchange/source.h"
#include "tests/fuzz/fuzz_import.h"

using namespace fathom;
namespace fs = std::filesystem;

namespace {

void readAll(const Result<exchange::Source>& source) {
    if (!source) return;
    fuzz::HashingSink sink;
    for (const exchange::SourceRun& run : source->runs) {
        const Status read = run.read(sink, {});
        if (!read && (read.error().file.empty() || read.error().why.empty())) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Folder folder;
    if (size == 0) return 0;
    const fs::path csv = folder.path / "log.csv";
    const fs::path run = folder.path / "mlruns/1/abc";
    static const std::string experiment = "experiment_id: '1'\nname: e\n";
    static const std::string meta = "run_id: abc\nstatus: 3\n";
    const auto put = [&](const fs::path& file, const std::string& text) {
        fuzz::write(file, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    };
    fs::create_directories(run / "metrics");
    fs::create_directories(run / "params");
    put(folder.path / "mlruns/1/meta.yaml", experiment);
    put(run / "meta.yaml", meta);
    const fs::path targets[] = {csv, run / "meta.yaml", run / "metrics/loss", run / "params/lr",
                                folder.path / "mlruns/1/meta.yaml"};
    const fs::path& target = targets[data[0] % std::size(targets)];
    fuzz::write(target, data + 1, size - 1);
    if (target == csv)
        readAll(exchange::openCsv(csv, {}));
    else
        readAll(exchange::openMlflowFiles(folder.path));
    return 0;
}
