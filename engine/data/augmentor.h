// SPDX-License-Identifier: Apache-2.0
// `train_ds.augmentor`: changes of the sound, each with its own chance, drawn anew for every clip and epoch.
//
//   auto augmentor = Augmentor::open({{"gain", 0.5, GainParams{-10, 10}}, {"speed", 1, SpeedParams{}}},
//   16000); Status done = (*augmentor)->apply(samples, Draws::seed(seedOfEpoch, item));
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace fathom::data {

/// The speeds that speed and time_stretch choose from.
struct Rates {
    double least = 0.9;
    double most = 1.1;
    int count = 5; ///< evenly spaced; not positive: all that lie between
};

struct SpeedParams {
    int sampleRate = 16000; ///< Hz; only the ratio to the new one matters
    Rates rates{};
};
struct TimeStretchParams {
    Rates rates{};
    int nFft = 512; ///< even
};
struct GainParams {
    double least = -10; ///< dB
    double most = 10;
};
struct WhiteNoiseParams {
    int least = -90; ///< dB
    int most = -46;  ///< not reached
};
struct ShiftParams {
    double least = -5; ///< ms
    double most = 5;
};
struct SilenceParams {
    double leastAtStart = 0, mostAtStart = 0, leastAtEnd = 0, mostAtEnd = 0; ///< s
    double value = 0;
};
/// Recordings that are mixed in: manifests, whose sounds may lie in tar files.
struct SoundSource {
    std::vector<std::filesystem::path> manifests{};
    std::vector<std::filesystem::path> tars{};
};
struct ImpulseParams {
    SoundSource source{};
    bool normalizeImpulse = false;
    bool shiftImpulse = false;
};
struct NoiseParams {
    SoundSource source{};
    double leastSnr = 10; ///< dB
    double mostSnr = 50;
    double mostGain = 300;
};
struct NoiseNormParams {
    SoundSource source{};
    double leastSnr = 10; ///< dB
    double mostSnr = 50;
    std::vector<double> snrs{};    ///< the choice, instead of the range
    std::optional<double> level{}; ///< dB; nullopt: the clip's own
    double epsilon = 0.01;
};

struct Perturbation {
    std::string name{}; ///< NeMo's: "white_noise"
    double probability = 1;
    std::variant<SpeedParams, TimeStretchParams, GainParams, WhiteNoiseParams, ShiftParams, SilenceParams,
                 ImpulseParams, NoiseParams, NoiseNormParams>
        params{};
};

class AudioTextDataset;

/// Immutable but for the cache of its sounds; any thread.
class Augmentor {
public:
    /// Reads the manifests of noises and impulses; errors (BadInput) are those of readManifest. `sampleRate`
    /// is that of the clips, Hz.
    [[nodiscard]] static Result<std::shared_ptr<const Augmentor>>
    open(std::vector<Perturbation> perturbations, int sampleRate);

    /// Changes the clip, in the order of the perturbations. `seed` decides all. Errors (BadInput): a noise
    /// that cannot be read, with its manifest's line.
    [[nodiscard]] Status apply(std::vector<float>& samples, std::uint64_t seed) const;

private:
    struct Step {
        Perturbation perturbation{};
        std::shared_ptr<const AudioTextDataset> sounds{}; ///< of noises and impulses
    };
    explicit Augmentor(int sampleRate) : m_sampleRate(sampleRate) {}
    std::vector<Step> m_steps{};
    int m_sampleRate;
};

} // namespace fathom::data
