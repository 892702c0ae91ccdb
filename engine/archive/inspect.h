// SPDX-License-Identifier: Apache-2.0
// Looks at archives as a whole: what is wrong with one, how two differ, and their files on disk.
#pragma once

#include "engine/archive/nemo.h"
#include "engine/archive/tensor_difference.h"
#include "engine/base/value.h"

namespace fathom::archive {

enum class Severity { Warning, Error };

struct Finding {
    Severity severity = Severity::Error;
    std::string text{}; ///< one sentence without a full stop
};

/// Everything NeMo would stumble over, or that is worth knowing before trusting the file: damaged config or
/// weights (all checksums are read), missing `nemo:` artifacts, unsafe or duplicate members; what only
/// somebody who means harm writes: globals in the pickle that run programs, classes in the config that NeMo
/// blocks, contents that nest or expand without end. Nothing that the file names is called.
[[nodiscard]] std::vector<Finding> verify(const Nemo& nemo);
[[nodiscard]] std::vector<Finding> verify(const Checkpoint& checkpoint);

/// The parsed model_config.yaml, interpolations resolved where they can be.
[[nodiscard]] Result<Value> modelConfig(const Nemo& nemo);

enum class ChangeKind { Added, Removed, Changed };

struct Change {
    ChangeKind kind = ChangeKind::Changed;
    std::string name{};   ///< member, dotted config key or tensor
    std::string before{}; ///< for display: JSON of the value, "float32[64, 1, 11]", "4 bytes"
    std::string after{};
    /// Tensors of equal shape and real dtypes.
    std::optional<TensorDifference> difference{};
};

struct TensorCounts {
    std::int64_t identical = 0; ///< same dtype, shape and bytes
    std::int64_t changed = 0;
    std::int64_t added = 0;
    std::int64_t removed = 0;
};

struct NemoDiff {
    std::vector<Change> members{}; ///< all but config and weights
    std::vector<Change> config{};
    std::vector<Change> tensors{};
    TensorCounts counts{};
    /// Artifacts with equal contents under two names, before and after: NeMo draws a new prefix at each save.
    /// That and the config values that follow it are no difference.
    std::vector<std::pair<std::string, std::string>> renamed{};
    [[nodiscard]] bool isEmpty() const { return members.empty() && config.empty() && tensors.empty(); }
};

/// What changed from `before` to `after`; config and members too. Reads all weights of both. Artifacts are
/// paired by name, else by the config key that names them, else by their name without NeMo's random prefix.
/// Interrupted when stopped.
[[nodiscard]] Result<NemoDiff> diff(const Nemo& before, const Nemo& after, const ScanOptions& options = {});
/// Tensors only.
[[nodiscard]] Result<NemoDiff> diff(const Checkpoint& before, const Checkpoint& after,
                                    const ScanOptions& options = {});
/// Of two files or folders of any kind: all of two archives, else their tensors.
[[nodiscard]] Result<NemoDiff> diff(const std::filesystem::path& before, const std::filesystem::path& after,
                                    const OpenOptions& options = {});

struct Extraction {
    std::vector<std::string> written{}; ///< member names
    std::vector<Finding> skipped{};     ///< unsafe members
};

/// Writes the named members (all when none is named) below `folder`, which is made. Unsafe ones (absolute,
/// "..", links, devices) are skipped, as NeMo does; naming one is an error. Modes as Python's tar filter
/// "data" leaves them.
[[nodiscard]] Result<Extraction> extract(const Nemo& nemo, const std::vector<std::string>& members,
                                         const std::filesystem::path& folder);

} // namespace fathom::archive
