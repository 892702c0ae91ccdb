// SPDX-License-Identifier: Apache-2.0
// The weights that several runs left, tensor by tensor against those of a baseline.
#pragma once

#include "engine/archive/inspect.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fathom::analysis {

/// One tensor of one run against the baseline's.
struct TensorCell {
    archive::ChangeKind kind = archive::ChangeKind::Changed;
    std::string before{}; ///< "float32[64, 1, 11]", empty for an added tensor
    std::string after{};
    std::optional<archive::TensorDifference> difference{};

    /// ‖after - before‖ / ‖before‖; NaN where the difference or the baseline's norm is not there.
    [[nodiscard]] double relativeChange() const;
};

struct ComparedTensor {
    std::string name{};
    std::vector<std::optional<TensorCell>> runs{}; ///< nothing: the same as the baseline's, bit for bit
};

struct WeightsComparison {
    std::vector<ComparedTensor> tensors{};        ///< in which some run differs, in the order of the archives
    std::vector<archive::TensorCounts> counts{};  ///< for each run
    std::vector<std::optional<Error>> problems{}; ///< for each run: why it could not be compared
};

struct WeightsOptions {
    std::stop_token stop{};
    /// Called from the caller's thread before each archive: compared so far, and in all.
    std::function<void(std::size_t, std::size_t)> onProgress{};
};

/// .nemo, .ckpt or extracted folders, one for each run; an empty path leaves the run out. Reads all weights.
/// Errors: the baseline cannot be opened, or Interrupted; of other archives see `problems`.
[[nodiscard]] Result<WeightsComparison> compareWeights(const std::vector<std::filesystem::path>& archives,
                                                       std::size_t baseline,
                                                       const WeightsOptions& options = {});

} // namespace fathom::analysis
