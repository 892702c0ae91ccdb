// SPDX-License-Identifier: GPL-3.0-or-later
// Members, tensors and differences as the JSON that `fathom-cli nemo --json` prints.
#pragma once

#include "engine/archive/inspect.h"

namespace fathom::cli {

/// "file", "dir", "link" or "other".
[[nodiscard]] std::string_view name(archive::MemberType type);
/// {"name", "type", "bytes", "offset", "mode", "mtime", "problem"}; problem is null for safe members.
[[nodiscard]] Value::Map toJsonObject(const archive::Member& member);

struct TensorColumns {
    bool md5 = false;
    bool statistics = false;
};

/// {"name", "dtype", "shape", "stride", "bytes"[, "md5"][, "stats": {"min", "max", "mean", "std", "norm",
/// "zeros", "nan", "inf"}]}
[[nodiscard]] Value::Map toJsonObject(const archive::Tensor& tensor, const TensorColumns& columns);
/// {"kind", "name", "description", "bytes"}
[[nodiscard]] Value::Map toJsonObject(const archive::WeightPart& part);
/// {"name", "dtype", "shape", "pieces"}: what a distributed checkpoint lists.
[[nodiscard]] Value::Map toJsonObject(const archive::ListedTensor& tensor);
/// md5 of the row-major little-endian bytes.
[[nodiscard]] std::string md5Of(const archive::Tensor& tensor);
/// {"equal", "summary": {"identical", "changed", "added", "removed"} (tensors), "members": […], "config":
/// […], "tensors": […]} of {"change", "name", "before", "after"[, "norm_diff", "cosine", "max_abs_diff"]},
/// and "renamed": [{"before", "after"}].
[[nodiscard]] Value::Map toJsonObject(const archive::NemoDiff& diff);
[[nodiscard]] std::string_view name(archive::ChangeKind kind);

} // namespace fathom::cli
