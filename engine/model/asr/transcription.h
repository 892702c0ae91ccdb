// SPDX-License-Identifier: Apache-2.0
// Recordings to texts with a CTC model: clips in batches of like length, long recordings in overlapping
// parts.
#pragma once

#include "engine/model/asr/ctc_decoder.h"
#include "engine/nn/lengths.h"
#include "engine/run/inference.h"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <torch/torch.h>
#include <vector>

namespace fathom::model {

/// What transcribing needs of a model, which it borrows.
struct SpeechRecognizer {
    int sampleRate = 16000;        ///< Hz
    std::int64_t frameSamples = 0; ///< from one output frame to the next
    const CtcDecoding& decoding;
    const CtcDecodingParams& params;

    struct Output {
        torch::Tensor logProbs{}; ///< [B, T, V + 1]
        nn::Lengths lengths{};    ///< valid frames
    };
    /// Eval mode, without gradients: signal [B, N] float32 with its lengths in samples.
    std::function<Output(const torch::Tensor& signal, const nn::Lengths& lengths)> run{};

    [[nodiscard]] double frameSeconds() const { return static_cast<double>(frameSamples) / sampleRate; }
};

/// One transcript for each file, in order. Errors (BadInput) name the file; Interrupted after a stop; may
/// throw what LibTorch throws. A recording longer than options.bufferSeconds is read in windows of that
/// length, a fifth of it context on each side whose outputs are dropped (the middle of each window is kept,
/// as NeMo's buffered CTC inference does), and decoded at pauses: memory does not grow with its length.
[[nodiscard]] Result<std::vector<run::Transcript>> transcribe(const SpeechRecognizer& recognizer,
                                                              const std::vector<std::filesystem::path>& audio,
                                                              const run::TranscribeOptions& options,
                                                              const std::stop_token& stop);

/// Texts of a batch's outputs.
[[nodiscard]] std::vector<std::string> beamTexts(const CtcDecoder& decoder,
                                                 const SpeechRecognizer::Output& output);

} // namespace fathom::model
