// SPDX-License-Identifier: Apache-2.0
// SpecAugment (Park et al. 2019) and cutout on features, by the rules of NeMo's SpectrogramAugmentation.
#pragma once

#include "engine/base/result.h"
#include "engine/nn/mel_spectrogram.h"
#include "engine/nn/random.h"

#include <torch/torch.h>
#include <vector>

namespace fathom::nn {

struct SpecAugmentParams {
    int freqMasks = 0;
    int timeMasks = 0;
    int freqWidth = 10;            ///< bins; the widest mask
    double timeWidth = 10;         ///< frames, or the share of an item's frames when timeWidthIsShare
    bool timeWidthIsShare = false; ///< the config holds a float, in [0, 1]
    int rectMasks = 0;             ///< cutout rectangles
    int rectTime = 5;              ///< frames
    int rectFreq = 20;             ///< bins
    double maskValue = 0;
    bool vectorized = true; ///< use_vectorized_spec_augment; false draws as NeMo did before 1.0

    [[nodiscard]] Status check() const;
};

/// A masked area of one item: bins [freq, freqEnd) of frames [time, timeEnd).
struct MaskedArea {
    std::int64_t item = 0;
    std::int64_t freq = 0;
    std::int64_t freqEnd = 0;
    std::int64_t time = 0;
    std::int64_t timeEnd = 0;
};

/// NeMo's name is `spec_augmentation`; no parameters.
class SpecAugment : public torch::nn::Module {
public:
    explicit SpecAugment(const SpecAugmentParams& params);
    [[nodiscard]] const SpecAugmentParams& params() const { return m_params; }

    /// What one call masks in features of `bins` x `frames`: cutout first, then (vectorized) time before
    /// frequency. Usage error when a rectangle is larger than the features, as NeMo's "empty range".
    [[nodiscard]] Result<std::vector<MaskedArea>> draw(std::int64_t bins, std::int64_t frames,
                                                       const Lengths& lengths, Random& random) const;
    /// Masks `features` in place.
    [[nodiscard]] Status apply(Features& features, Random& random) const;

private:
    [[nodiscard]] Status drawCutout(std::int64_t bins, std::int64_t frames, std::int64_t items,
                                    Random& random, std::vector<MaskedArea>& areas) const;
    void drawVectorized(std::int64_t bins, std::int64_t frames, const Lengths& lengths, Random& random,
                        std::vector<MaskedArea>& areas) const;
    [[nodiscard]] Status drawLegacy(std::int64_t bins, std::int64_t frames, const Lengths& lengths,
                                    Random& random, std::vector<MaskedArea>& areas) const;
    SpecAugmentParams m_params;
};

} // namespace fathom::nn
