// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy files: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include "engine/archive/tensor.h"
#include "engine/base/result.h"

#include <filesystem>

namespace fathom::archive {

/// An array of format 1.0 to 3.0 with a plain dtype, mapped (copied only when it is big-endian). Fortran
/// order becomes strides. The tensor has no name. Errors are BadInput and name the file: cut, damaged,
/// structured or object dtype.
[[nodiscard]] Result<Tensor> readNpy(const std::filesystem::path& path);
[[nodiscard]] Result<Tensor> parseNpy(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                      const std::string& label);

/// Writes format 1.0 in row-major order, atomically. Usage error for dtypes that NumPy lacks (bfloat16,
/// float8).
[[nodiscard]] Status writeNpy(const std::filesystem::path& path, const Tensor& tensor);

} // namespace fathom::archive
