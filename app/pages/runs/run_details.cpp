// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/runs/run_details.h"

#include "engine/store/reader.h"

namespace fathom::app {

Result<RunDetails> readDetails(const std::filesystem::path& workspace, store::RunId id) {
    auto reader = store::Reader::open(workspace);
    if (!reader) return fail(reader.error());
    auto run = reader->run(id);
    if (!run) return fail(run.error());
    if (!*run)
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot show the run",
                     .why = "it is not in the store any more",
                     .remedy = "Choose another one"});
    auto metrics = reader->summaries(id);
    if (!metrics) return fail(metrics.error());
    auto leaves = reader->configLeaves(id);
    if (!leaves) return fail(leaves.error());
    auto environment = reader->environment(id);
    if (!environment) return fail(environment.error());
    auto artifacts = reader->artifacts(id);
    if (!artifacts) return fail(artifacts.error());
    return RunDetails{.run = std::move(**run),
                      .metrics = std::move(*metrics),
                      .leaves = std::move(*leaves),
                      .environment = std::move(*environment),
                      .artifacts = std::move(*artifacts)};
}

} // namespace fathom::app
