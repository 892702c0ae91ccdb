// SPDX-License-Identifier: Apache-2.0
// Floating-point tensors in another dtype, as torch.Tensor.to() gives them.
#pragma once

#include "engine/archive/sink.h"
#include "engine/archive/tensor.h"

namespace fathom::archive {

/// float32, float64, float16 or bfloat16: what convertFloats takes and gives.
[[nodiscard]] bool isConvertible(DType dtype);

/// Hands `bytes` of dtype `from` on as dtype `to`, in pieces: rounded to nearest even (from float64 by way of
/// float32), infinite where it is too large. Equal dtypes pass through. Errors are the sink's.
[[nodiscard]] Status convertFloats(std::span<const std::byte> bytes, DType from, DType to, const Sink& sink);

} // namespace fathom::archive
