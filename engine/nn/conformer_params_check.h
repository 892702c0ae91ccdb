// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/nn/conformer_encoder.h"

namespace fathom::nn {

/// Usage errors for what NeMo's ConformerEncoder refuses, with keys relative to the encoder's section.
[[nodiscard]] Status checkConformer(const ConformerParams& params);

} // namespace fathom::nn
