// SPDX-License-Identifier: Apache-2.0
#include "engine/analysis/weights.h"

#include <limits>
#include <unordered_map>

namespace fathom::analysis {

double TensorCell::relativeChange() const {
    if (!difference || !(difference->normBefore > 0)) return std::numeric_limits<double>::quiet_NaN();
    return difference->norm / difference->normBefore;
}

Result<WeightsComparison> compareWeights(const std::vector<std::filesystem::path>& archives,
                                         std::size_t baseline, const WeightsOptions& options) {
    const std::size_t runs = archives.size();
    WeightsComparison result;
    result.counts.resize(runs);
    result.problems.resize(runs);
    if (baseline >= runs || archives[baseline].empty())
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot compare weights",
                     .why = "the baseline has written no model",
                     .remedy = "Make a run the baseline that has one"});
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t run = 0; run < runs; ++run) {
        if (options.onProgress) options.onProgress(run, runs);
        if (run == baseline || archives[run].empty()) continue;
        auto diff = archive::diff(archives[baseline], archives[run], {.stop = options.stop});
        if (!diff && diff.error().kind == ErrorKind::Interrupted) return fail(diff.error());
        if (!diff) {
            result.problems[run] = diff.error();
            continue;
        }
        result.counts[run] = diff->counts;
        for (archive::Change& change : diff->tensors) {
            const auto [place, isNew] = places.emplace(change.name, result.tensors.size());
            if (isNew) result.tensors.push_back({change.name, std::vector<std::optional<TensorCell>>(runs)});
            result.tensors[place->second].runs[run] = {change.kind, std::move(change.before),
                                                       std::move(change.after), change.difference};
        }
    }
    if (options.onProgress) options.onProgress(runs, runs);
    return result;
}

} // namespace fathom::analysis
