// SPDX-License-Identifier: Apache-2.0
// The `encoder` section of a speech model, whichever class it names.
#pragma once

#include "engine/config/config.h"
#include "engine/nn/conformer_encoder.h"
#include "engine/nn/conv_asr_encoder.h"

#include <memory>
#include <string>
#include <variant>

namespace fathom::model {

using EncoderParams = std::variant<nn::ConvAsrEncoderParams, nn::ConformerParams>;

/// Reads the section at `path`: ConvASREncoder or ConformerEncoder. Errors are Usage with file, line and key.
[[nodiscard]] Result<EncoderParams> readEncoder(const config::Config& config, const std::string& path);

/// Features of a frame that the encoder takes.
[[nodiscard]] std::int64_t encoderFeatures(const EncoderParams& params);

/// The encoder with fresh weights. Usage errors have a key below the model's section.
[[nodiscard]] Result<std::shared_ptr<nn::AcousticEncoder>> makeEncoder(const EncoderParams& params,
                                                                       nn::Random& random);

} // namespace fathom::model
