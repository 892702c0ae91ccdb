// SPDX-License-Identifier: Apache-2.0
// The weights of encoders as Hugging Face publishes them (text::findPretrainedFolder).
#pragma once

#include "engine/base/result.h"
#include "engine/nn/bert_encoder.h"

#include <filesystem>
#include <optional>

namespace fathom::model {

/// `model.safetensors` or `pytorch_model.bin` of a folder; nullopt: neither is there.
[[nodiscard]] std::optional<std::filesystem::path> weightsIn(const std::filesystem::path& folder);

/// Copies an encoder's weights from a file of torch.save or safetensors, from a `.nemo`, or from a folder
/// with such a file: NeMo's lm_checkpoint. Names may begin with "bert." or "bert_model.", have gamma and beta
/// for weight and bias, and more may be there than the encoder has; only the pooler may be absent. Errors are
/// BadInput.
[[nodiscard]] Status loadEncoder(nn::BertEncoder& encoder, const std::filesystem::path& source);

} // namespace fathom::model
