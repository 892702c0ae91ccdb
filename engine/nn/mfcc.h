// SPDX-License-Identifier: Apache-2.0
// Mel-frequency cepstrum coefficients as NeMo's AudioToMFCCPreprocessor, which is torchaudio's MFCC.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/audio_preprocessor.h"

#include <memory>
#include <optional>
#include <string>

namespace fathom::nn {

struct MfccParams : FrameParams {
    std::string window = "hann"; ///< hann, hamming, blackman, bartlett or ones; periodic
    int nMels = 64;
    int nMfcc = 64;
    int dctType = 2;
    std::string norm = "ortho"; ///< ortho, or none
    bool log = true;            ///< of the mel powers; else decibels, at most 80 below the batch's loudest

    /// Usage errors for what NeMo refuses too.
    [[nodiscard]] Status check() const;
};

/// Its buffers are `featurizer.dct_mat`, `featurizer.MelSpectrogram.spectrogram.window` and
/// `featurizer.MelSpectrogram.mel_scale.fb`.
class Mfcc : public AudioPreprocessor {
public:
    /// Requires params.check().
    explicit Mfcc(const MfccParams& params);

    /// Lengths are ceil(samples / hop); frames beyond them are those of the padding.
    [[nodiscard]] Features forward(const torch::Tensor& signal, const Lengths& lengths,
                                   Random* random) const override;
    [[nodiscard]] Features forwardUnpadded(const torch::Tensor& signal,
                                           const Lengths& lengths) const override;
    [[nodiscard]] std::int64_t featureCount() const override { return m_params.nMfcc; }
    [[nodiscard]] int sampleRate() const override { return m_params.sampleRate; }
    [[nodiscard]] int hopSamples() const override { return m_params.hopSamples(); }

private:
    MfccParams m_params;
    torch::Tensor m_dct;        ///< [nMels, nMfcc]
    torch::Tensor m_window;     ///< [windowSamples]
    torch::Tensor m_filterbank; ///< [fft / 2 + 1, nMels]
};

} // namespace fathom::nn
