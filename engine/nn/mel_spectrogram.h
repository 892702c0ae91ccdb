// SPDX-License-Identifier: Apache-2.0
// Log-mel features as NeMo's AudioToMelSpectrogramPreprocessor (FilterbankFeatures) computes them from 2.5
// on, whatever release an archive is of: the STFT pads with zeros and L / hop frames are valid, so that
// padding a batch does not change its features.
//
//   nn::MelSpectrogram preprocessor(params);
//   nn::Features features = preprocessor.forward(signal, lengths, nullptr);   // [B, 64, T]
#pragma once

#include "engine/base/result.h"
#include "engine/nn/audio_preprocessor.h"

#include <optional>
#include <string>
#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

/// With NeMo's defaults.
struct MelParams : FrameParams {
    std::string window = "hann";           ///< hann, hamming, blackman, bartlett or none; symmetric
    std::string normalize = "per_feature"; ///< per_feature, all_features, fixed; anything else: none
    std::vector<double> fixedMean{};       ///< for "fixed": one per feature
    std::vector<double> fixedStd{};
    std::optional<double> preemph = 0.97; ///< none: no pre-emphasis
    int features = 64;
    bool log = true;
    std::string logZeroGuardType = "add";              ///< add or clamp
    double logZeroGuardValue = 5.9604644775390625e-08; ///< 2^-24
    double dither = 1e-5;                              ///< in training only
    int padTo = 16;                                    ///< frames; 0: no padding
    bool padToMax = false;                             ///< pad_to "max": to the frames of maxDuration
    double maxDuration = 16.7;                         ///< s
    int frameSplicing = 1;
    bool exactPad = false;
    double padValue = 0;
    double magPower = 2;
    double nbAugmentationProb = 0;  ///< in training: chance to cut all above nbMaxFreq
    int nbMaxFreq = 4000;           ///< Hz
    std::string melNorm = "slaney"; ///< slaney, or none

    /// What pad_to "max" pads to.
    [[nodiscard]] std::int64_t maxFrames() const;
    /// Usage errors for what NeMo refuses too.
    [[nodiscard]] Status check() const;
};

/// Triangular filters [features, nFft / 2 + 1] float32 on Slaney's mel scale, as librosa.filters.mel makes
/// them.
[[nodiscard]] torch::Tensor melFilterbank(const MelParams& params);

/// NeMo's name is `preprocessor`; its buffers are `featurizer.window` and `featurizer.fb`.
class MelSpectrogram : public AudioPreprocessor {
public:
    /// Requires params.check().
    explicit MelSpectrogram(const MelParams& params);

    [[nodiscard]] const MelParams& params() const { return m_params; }
    [[nodiscard]] int sampleRate() const override { return m_params.sampleRate; }
    [[nodiscard]] int hopSamples() const override { return m_params.hopSamples(); }
    [[nodiscard]] std::int64_t featureCount() const override {
        return std::int64_t{m_params.features} * m_params.frameSplicing;
    }

    [[nodiscard]] Features forward(const torch::Tensor& signal, const Lengths& lengths,
                                   Random* random) const override;
    [[nodiscard]] Features forwardUnpadded(const torch::Tensor& signal,
                                           const Lengths& lengths) const override;

private:
    [[nodiscard]] Features compute(const torch::Tensor& signal, const Lengths& lengths, Random* random) const;
    [[nodiscard]] std::int64_t frameCount(std::int64_t samples) const;
    [[nodiscard]] torch::Tensor prepared(const torch::Tensor& row, std::int64_t length, Random* random) const;
    [[nodiscard]] torch::Tensor magnitudes(const torch::Tensor& signal, Random* random) const;
    [[nodiscard]] torch::Tensor logMel(const torch::Tensor& spectrum) const;
    void normalize(torch::Tensor& mel) const;
    [[nodiscard]] torch::Tensor padded(const torch::Tensor& mel) const;

    MelParams m_params;
    torch::Tensor m_window;     ///< [win_length]
    torch::Tensor m_filterbank; ///< [1, features, nFft / 2 + 1]
    std::shared_ptr<torch::nn::Module> m_featurizer;
};

} // namespace fathom::nn
