// SPDX-License-Identifier: Apache-2.0
// Encoders as Hugging Face publishes them: a folder with config.json, vocab.txt, tokenizer_config.json and
// weights. Found on this machine only; nothing is downloaded.
#pragma once

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "engine/nn/bert_encoder.h"

#include <filesystem>
#include <optional>
#include <string>

namespace fathom::model {

/// The folder that `name` is the path of, or that huggingface_hub downloaded for the model of that name
/// (below $HF_HOME, ~/.cache/huggingface); nullopt: there is none.
[[nodiscard]] std::optional<std::filesystem::path> findPretrainedFolder(const std::string& name);

/// A JSON file of the folder, or of any other place. Errors (BadInput) name it.
[[nodiscard]] Result<Value> readJsonFile(const std::filesystem::path& file);

/// `model.safetensors` or `pytorch_model.bin` of a folder; nullopt: neither is there.
[[nodiscard]] std::optional<std::filesystem::path> weightsIn(const std::filesystem::path& folder);

/// Copies an encoder's weights from a file of torch.save or safetensors, from a `.nemo`, or from a folder
/// with such a file: NeMo's lm_checkpoint. Names may begin with "bert." or "bert_model.", have gamma and beta
/// for weight and bias, and more may be there than the encoder has; only the pooler may be absent. Errors are
/// BadInput.
[[nodiscard]] Status loadEncoder(nn::BertEncoder& encoder, const std::filesystem::path& source);

} // namespace fathom::model
