// SPDX-License-Identifier: Apache-2.0
// Runs of a workspace for other programs. All points are written, none is thinned out; doubles are kept bit for
// bit (but for the sign of zero and the payload of NaN, which the store does not keep).
#pragma once

#include "engine/base/result.h"
#include "engine/store/reader.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::exchange {

struct ExportOptions {
    std::vector<std::string> names{}; ///< only these series; empty: all
    std::stop_token stop{};           ///< ends with Interrupted
};

struct ExportCounts {
    std::uint64_t runs = 0;
    std::uint64_t points = 0;
    std::uint64_t bytes = 0;
};

/// Takes the text in pieces; its error ends the export.
using WriteText = std::function<Status(std::string_view)>;

/// `name,step,wall_time,value`, and before it `run` where there are several runs: what openCsv() reads back.
[[nodiscard]] Result<ExportCounts> exportCsv(store::Reader& reader, std::span<const store::RunId> runs,
                                             const WriteText& write, const ExportOptions& options);

/// A JSON object a line: for each run {"run", "name", "state", …, "config": {…}}, then its points
/// {"run", "name", "step", "wall_time", "value"}.
[[nodiscard]] Result<ExportCounts> exportJsonLines(store::Reader& reader, std::span<const store::RunId> runs,
                                                   const WriteText& write, const ExportOptions& options);

/// Event files, one for each run in `<folder>/<title>`, with its config as hyperparameters and its events as
/// texts. A series that floats can hold is written as TensorBoard's SummaryWriter does; another as tensors of
/// doubles, which TensorBoard shows as well. A file of an earlier export is replaced.
[[nodiscard]] Result<ExportCounts> exportEventFiles(store::Reader& reader, std::span<const store::RunId> runs,
                                                    const std::filesystem::path& folder,
                                                    const ExportOptions& options);

} // namespace fathom::exchange
