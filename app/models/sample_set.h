// SPDX-License-Identifier: GPL-3.0-or-later
// The samples of one validation of one run, and how those of two validations belong together.
#pragma once

#include "engine/base/result.h"
#include "engine/store/types.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::app {

enum class SampleKind {
    Words,      ///< texts, judged by the words and characters that are wrong
    Classes,    ///< names of classes, right or wrong
    Translation ///< texts, judged by the n-grams they share
};

/// Immutable once made.
struct SampleSet {
    store::RunId run{};
    std::int64_t step = -1;
    SampleKind kind = SampleKind::Words; ///< of the first sample; a validation has one kind
    std::vector<store::Sample> samples{};
    std::vector<std::string> folded{}; ///< texts and source of each sample in lower case, to be searched
};
using SampleSetPtr = std::shared_ptr<const SampleSet>;

/// Of a store::Sample::kind; anything unknown is compared word by word.
[[nodiscard]] SampleKind sampleKind(std::string_view name);

/// A set of these samples.
[[nodiscard]] SampleSetPtr makeSampleSet(store::RunId run, std::int64_t step,
                                         std::vector<store::Sample> samples);

/// What a look into the store found.
struct SampleLook {
    std::vector<std::int64_t> steps{}; ///< of the validations that have samples, ascending
    SampleSetPtr set{};                ///< null if there is none, or if it is the one that is known
    /// Where its relative sources may lie: where the run was started, the workspace, the run's folder; read
    /// with the set.
    std::vector<std::filesystem::path> folders{};
};

/// Which samples are wanted, and which are known already.
struct SampleRequest {
    store::RunId run{};
    std::optional<std::int64_t> step{};  ///< the newest validation where there is none
    std::optional<std::int64_t> known{}; ///< step of the set that need not be read again
};

/// Reads the store, for a background thread. No runs.sqlite or no samples is no error. Errors: the reader's.
[[nodiscard]] Result<SampleLook> readSamples(const std::filesystem::path& workspace,
                                             const SampleRequest& request);

/// For each sample of `set` the index of the same item in `other`, or −1: that with the same source and
/// reference where these are unique, otherwise that with the same index and reference.
[[nodiscard]] std::vector<int> matchSamples(const SampleSet& set, const SampleSet& other);

} // namespace fathom::app
