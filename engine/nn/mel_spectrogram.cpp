// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/mel_spectrogram.h"

#include "engine/nn/full_precision.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fathom::nn {

namespace {

constexpr double kStdGuard = 1e-5;

torch::Tensor windowOf(const std::string& name, std::int64_t samples) {
    if (name == "hann") return torch::hann_window(samples, /*periodic=*/false);
    if (name == "hamming") return torch::hamming_window(samples, /*periodic=*/false);
    if (name == "blackman") return torch::blackman_window(samples, /*periodic=*/false);
    if (name == "bartlett") return torch::bartlett_window(samples, /*periodic=*/false);
    return torch::ones({samples});
}

} // namespace

std::int64_t MelParams::maxFrames() const {
    const double samples = maxDuration * sampleRate - windowSamples();
    const auto frames = 1 + static_cast<std::int64_t>(std::ceil(samples / hopSamples()));
    return frames + 16 - frames % 16;
}

Status MelParams::check() const {
    constexpr std::array kWindows{"hann", "hamming", "blackman", "bartlett", "none"};
    if (Status cut = checkFrames(); !cut) return cut;
    if (std::ranges::find(kWindows, window) == kWindows.end())
        return fail(preprocessorError("window", "the window '" + window + "' is not known",
                                      "Use hann, hamming, blackman, bartlett or none"));
    if (features <= 0 || frameSplicing <= 0)
        return fail(
            preprocessorError("features", "features and frame_splicing must be positive", "Use 64 and 1"));
    if (logZeroGuardType != "add" && logZeroGuardType != "clamp")
        return fail(preprocessorError(
            "log_zero_guard_type", "log_zero_guard_type was '" + logZeroGuardType + "'", "Use add or clamp"));
    const auto count = static_cast<std::size_t>(features);
    if (normalize == "fixed" && (fixedMean.size() != count || fixedStd.size() != count))
        return fail(preprocessorError("normalize",
                                      "fixed_mean and fixed_std need one number for each feature",
                                      "Give " + std::to_string(features) + " numbers each"));
    return {};
}

MelSpectrogram::MelSpectrogram(const MelParams& params)
    : m_params(params), m_featurizer(std::make_shared<torch::nn::Module>("FilterbankFeatures")) {
    register_module("featurizer", m_featurizer);
    m_window = windowOf(params.window, params.windowSamples());
    m_filterbank = melFilterbank(params).unsqueeze(0);
    m_featurizer->register_buffer("window", m_window);
    m_featurizer->register_buffer("fb", m_filterbank);
}

Features MelSpectrogram::forward(const torch::Tensor& signal, const Lengths& lengths, Random* random) const {
    const torch::NoGradGuard noGrad;
    Features features = compute(signal, lengths, random);
    features.values = padded(features.values);
    return features;
}

Features MelSpectrogram::forwardUnpadded(const torch::Tensor& signal, const Lengths& lengths) const {
    const torch::NoGradGuard noGrad;
    return compute(signal, lengths, nullptr);
}

// Clip by clip: what the batch is padded with costs nothing.
Features MelSpectrogram::compute(const torch::Tensor& signal, const Lengths& lengths, Random* random) const {
    const FullPrecision guard;
    const torch::Tensor batch = signal.to(m_window.device(), torch::kFloat32);
    std::vector<std::int64_t> frames;
    frames.reserve(lengths.values().size());
    for (const std::int64_t samples : lengths.values())
        frames.push_back(frameCount(samples));
    // The STFT has one frame more than are valid.
    torch::Tensor mel = torch::full({batch.size(0), featureCount(), frameCount(batch.size(1)) + 1},
                                    m_params.padValue, batch.options());
    for (std::int64_t b = 0; b < batch.size(0); ++b) {
        const std::int64_t valid = frames[static_cast<std::size_t>(b)];
        if (valid == 0) continue;
        const torch::Tensor clip = prepared(batch[b], lengths.values()[static_cast<std::size_t>(b)], random);
        torch::Tensor values = logMel(magnitudes(clip, random)).slice(1, 0, valid);
        normalize(values);
        mel[b].slice(1, 0, valid).copy_(values);
    }
    return {mel, Lengths(std::move(frames))};
}

std::int64_t MelSpectrogram::frameCount(std::int64_t samples) const {
    if (samples == 0) return 0;
    const std::int64_t fft = m_params.fftSize();
    const std::int64_t hop = m_params.hopSamples();
    const std::int64_t pad = m_params.exactPad ? (fft - hop) / 2 * 2 : fft / 2 * 2;
    return std::max<std::int64_t>(0, samples + pad - fft) / hop;
}

// Padding, dither and pre-emphasis of a row [samples of the batch] that is a clip for its first `length`
// samples.
torch::Tensor MelSpectrogram::prepared(const torch::Tensor& row, std::int64_t length, Random* random) const {
    const bool clipOnly = !m_params.exactPad && m_params.preemph; // the rest would be set to zero below
    torch::Tensor x = clipOnly ? row.slice(0, 0, length) : row;
    if (m_params.exactPad) {
        namespace F = torch::nn::functional;
        const std::int64_t amount = (m_params.fftSize() - m_params.hopSamples()) / 2;
        x = F::pad(x.view({1, 1, -1}), F::PadFuncOptions({amount, amount})).view(-1);
    }
    if (random && m_params.dither > 0) x = random->normalLike(x).mul_(m_params.dither).add_(x);
    if (!m_params.preemph) return x;
    torch::Tensor out = x.clone();
    // Product and difference rounded apart, as NeMo does: fused, quiet bins differ by 1e-4.
    out.slice(0, 1).sub_(x.slice(0, 0, x.size(0) - 1) * *m_params.preemph);
    if (length < out.size(0)) out.slice(0, length).zero_();
    return out;
}

torch::Tensor MelSpectrogram::magnitudes(const torch::Tensor& signal, Random* random) const {
    const std::int64_t fft = m_params.fftSize();
    const torch::Tensor spectrum = torch::stft(signal, fft, m_params.hopSamples(), m_params.windowSamples(),
                                               m_window.to(torch::kFloat32), /*center=*/!m_params.exactPad,
                                               "constant", /*normalized=*/false,
                                               /*onesided=*/true, /*return_complex=*/true);
    const torch::Tensor parts = torch::view_as_real(spectrum);
    torch::Tensor power = parts.select(-1, 0).square().addcmul_(parts.select(-1, 1), parts.select(-1, 1));
    if (random && m_params.nbAugmentationProb > 0) {
        const std::int64_t cut = std::int64_t{m_params.nbMaxFreq} * fft / m_params.sampleRate;
        if (random->uniform() < m_params.nbAugmentationProb) power.slice(0, cut).zero_();
    }
    if (m_params.magPower == 2.0) return power;
    return m_params.magPower == 1.0 ? power.sqrt_() : power.pow_(m_params.magPower / 2);
}

torch::Tensor MelSpectrogram::logMel(const torch::Tensor& spectrum) const {
    torch::Tensor mel = torch::mm(m_filterbank[0].to(torch::kFloat32), spectrum);
    if (m_params.log) {
        if (m_params.logZeroGuardType == "add")
            mel.add_(m_params.logZeroGuardValue).log_();
        else
            mel.clamp_min_(m_params.logZeroGuardValue).log_();
    }
    if (m_params.frameSplicing <= 1) return mel;
    // NeMo's splice_frames joins each shifted copy from the two parts it was cut into, which leaves plain
    // copies.
    return mel.repeat({m_params.frameSplicing, 1});
}

// Over the valid frames [features, frames]; the deviation is the unbiased one, and 0 where a single frame has
// none.
void MelSpectrogram::normalize(torch::Tensor& mel) const {
    const bool perFeature = m_params.normalize == "per_feature";
    if (m_params.normalize == "fixed") {
        const auto column = [&](const std::vector<double>& values) {
            return torch::tensor(values, torch::kFloat64).to(mel.device(), torch::kFloat32).view({-1, 1});
        };
        mel.sub_(column(m_params.fixedMean)).div_(column(m_params.fixedStd));
    } else if (perFeature || m_params.normalize == "all_features") {
        auto [deviation, mean] = perFeature
                                     ? torch::std_mean(mel, /*dim=*/{1}, /*unbiased=*/true, /*keepdim=*/true)
                                     : torch::std_mean(mel, /*unbiased=*/true);
        mel.sub_(mean).div_(deviation.nan_to_num_(0.0, 0.0, 0.0).add_(kStdGuard));
    }
}

torch::Tensor MelSpectrogram::padded(const torch::Tensor& mel) const {
    const std::int64_t frames = mel.size(2);
    std::int64_t target = frames;
    if (m_params.padToMax)
        target = std::max(frames, m_params.maxFrames());
    else if (m_params.padTo > 0)
        target = (frames + m_params.padTo - 1) / m_params.padTo * m_params.padTo;
    return target == frames ? mel : torch::constant_pad_nd(mel, {0, target - frames}, m_params.padValue);
}

} // namespace fathom::nn
