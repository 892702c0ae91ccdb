// SPDX-License-Identifier: Apache-2.0
// What kinds of weights lie in an archive: one file, or what a training on many GPUs left.
#pragma once

#include "engine/archive/tar_index.h"
#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fathom::archive {

enum class WeightKind {
    Checkpoint,        ///< all tensors in one file: model_weights.ckpt
    ModelParallelRank, ///< one of several files, each with a slice of the tensors or some of the layers
    TorchDistributed,  ///< a folder of torch.distributed.checkpoint: .metadata and *.distcp
    Zarr,              ///< a folder of Megatron's older format: one folder of chunks for each tensor
};

struct WeightPart {
    WeightKind kind = WeightKind::Checkpoint;
    std::string name{};        ///< the member, or the folder of the members; "." for the archive's own
    std::string description{}; ///< one sentence without a full stop
    std::uint64_t bytes = 0;   ///< of all its members

    /// True where its tensors can be read, not only listed.
    [[nodiscard]] bool isCheckpoint() const {
        return kind == WeightKind::Checkpoint || kind == WeightKind::ModelParallelRank;
    }
};

/// "checkpoint", "rank", "torch_dist", "zarr".
[[nodiscard]] std::string_view name(WeightKind kind);

/// In the order of the members; none when there are no weights that NeMo would find.
[[nodiscard]] std::vector<WeightPart> findWeightParts(const std::vector<Member>& members);

/// True for "mp_rank_01", "tp_rank_00_pp_rank_001" and FSDP's shards of such.
[[nodiscard]] bool isRankFolder(std::string_view folder);

/// A tensor as the weights' own list has it.
struct ListedTensor {
    std::string name{};
    std::string dtype{}; ///< PyTorch's name; zarr's where that is unknown
    std::vector<std::int64_t> shape{};
    std::int64_t pieces = 1; ///< stored in so many
};

/// What the `.metadata` of torch.distributed.checkpoint says.
struct TorchDistributed {
    std::vector<ListedTensor> tensors{};
    std::map<std::string, std::uint64_t> files{}; ///< each with the bytes it must have at least
};

/// `metadata` is a pickle, which is read as data. Errors are BadInput.
[[nodiscard]] Result<TorchDistributed> readTorchDistributed(std::span<const std::byte> metadata,
                                                            const std::string& label);
/// From one tensor's `.zarray`.
[[nodiscard]] Result<ListedTensor> readZarray(std::string name, std::span<const std::byte> json,
                                              const std::string& label);

} // namespace fathom::archive
