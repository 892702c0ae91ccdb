// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/mfcc.h"

#include "engine/nn/full_precision.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace fathom::nn {

namespace {

torch::Tensor periodicWindow(const std::string& name, std::int64_t samples) {
    if (name == "hann") return torch::hann_window(samples);
    if (name == "hamming") return torch::hamming_window(samples);
    if (name == "blackman") return torch::blackman_window(samples);
    if (name == "bartlett") return torch::bartlett_window(samples);
    return torch::ones({samples});
}

/// create_dct of torchaudio: [nMels, nMfcc].
torch::Tensor cosines(const MfccParams& params) {
    const double mels = params.nMels;
    torch::Tensor dct = torch::zeros({params.nMels, params.nMfcc}, torch::kFloat32);
    auto values = dct.accessor<float, 2>();
    for (int n = 0; n < params.nMels; ++n)
        for (int k = 0; k < params.nMfcc; ++k) {
            double value = std::cos(std::numbers::pi / mels * (n + 0.5) * k);
            if (params.norm == "ortho")
                value *= std::sqrt((k == 0 ? 1.0 : 2.0) / mels);
            else
                value *= 2;
            values[n][k] = static_cast<float>(value);
        }
    return dct;
}

/// melscale_fbanks of torchaudio: triangles on HTK's scale, [bins, nMels].
torch::Tensor triangles(const MfccParams& params) {
    const auto mel = [](double hz) { return 2595.0 * std::log10(1.0 + hz / 700.0); };
    const double nyquist = params.sampleRate / 2; // whole, as there
    const double low = mel(params.lowfreq);
    const double high = mel(params.highfreq.value_or(nyquist));
    std::vector<double> edges(static_cast<std::size_t>(params.nMels) + 2);
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const double at = low + (high - low) * static_cast<double>(i) / static_cast<double>(edges.size() - 1);
        edges[i] = 700.0 * (std::pow(10.0, at / 2595.0) - 1.0);
    }
    const std::int64_t bins = params.fftSize() / 2 + 1;
    torch::Tensor filters = torch::zeros({bins, params.nMels}, torch::kFloat32);
    auto values = filters.accessor<float, 2>();
    for (std::int64_t k = 0; k < bins; ++k) {
        const double hz = nyquist * static_cast<double>(k) / static_cast<double>(bins - 1);
        for (std::int64_t m = 0; m < params.nMels; ++m) {
            const auto i = static_cast<std::size_t>(m);
            const double rising = (hz - edges[i]) / (edges[i + 1] - edges[i]);
            const double falling = (edges[i + 2] - hz) / (edges[i + 2] - edges[i + 1]);
            values[k][m] = static_cast<float>(std::max(0.0, std::min(rising, falling)));
        }
    }
    return filters;
}

} // namespace

Status MfccParams::check() const {
    constexpr std::array kWindows{"hann", "hamming", "blackman", "bartlett", "ones"};
    if (Status cut = checkFrames(); !cut) return cut;
    if (std::ranges::find(kWindows, window) == kWindows.end())
        return fail(preprocessorError("window",
                                      "Window argument for AudioProcessor is invalid: " + window +
                                          ".For no window function, use 'ones' or None.",
                                      "Use hann, hamming, blackman, bartlett or null"));
    if (dctType != 2)
        return fail(
            preprocessorError("dct_type", "DCT type not supported: " + std::to_string(dctType), "Use 2"));
    if (nMels <= 0 || nMfcc <= 0)
        return fail(preprocessorError("n_mfcc", "n_mels and n_mfcc must be positive", "Use 64"));
    if (nMfcc > nMels)
        return fail(preprocessorError("n_mfcc", "Cannot select more MFCC coefficients than # mel bins",
                                      "Lower n_mfcc"));
    return {};
}

Mfcc::Mfcc(const MfccParams& params)
    : m_params(params),
      m_dct(cosines(params)),
      m_window(periodicWindow(params.window, params.windowSamples())),
      m_filterbank(triangles(params)) {
    const auto part = [](torch::nn::Module& owner, const char* name) {
        return owner.register_module(name, std::make_shared<torch::nn::Module>(name));
    };
    const auto featurizer = part(*this, "featurizer");
    part(*featurizer, "amplitude_to_DB");
    const auto spectrogram = part(*featurizer, "MelSpectrogram");
    part(*spectrogram, "spectrogram")->register_buffer("window", m_window);
    part(*spectrogram, "mel_scale")->register_buffer("fb", m_filterbank);
    featurizer->register_buffer("dct_mat", m_dct);
}

Features Mfcc::forward(const torch::Tensor& signal, const Lengths& lengths, Random* /*random*/) const {
    return forwardUnpadded(signal, lengths);
}

Features Mfcc::forwardUnpadded(const torch::Tensor& signal, const Lengths& lengths) const {
    constexpr double kLogOffset = 1e-6, kLeastPower = 1e-10, kTopDecibels = 80;
    const torch::NoGradGuard noGrad;
    const FullPrecision guard;
    const torch::Tensor batch = signal.to(m_window.device(), torch::kFloat32);
    const torch::Tensor spectrum =
        torch::stft(batch, m_params.fftSize(), m_params.hopSamples(), m_params.windowSamples(),
                    m_window.to(torch::kFloat32), /*center=*/true, "reflect", /*normalized=*/false,
                    /*onesided=*/true, /*return_complex=*/true);
    const torch::Tensor parts = torch::view_as_real(spectrum);
    const torch::Tensor power = parts.select(-1, 0).square() + parts.select(-1, 1).square();
    torch::Tensor mel =
        torch::matmul(power.transpose(1, 2), m_filterbank.to(torch::kFloat32)); // [B, T, nMels]
    if (m_params.log) {
        mel = torch::log(mel + kLogOffset);
    } else {
        mel = 10 * torch::log10(mel.clamp_min(kLeastPower));
        mel = torch::max(mel, mel.max() - kTopDecibels);
    }
    std::vector<std::int64_t> frames;
    for (const std::int64_t samples : lengths.values())
        frames.push_back((samples + m_params.hopSamples() - 1) / m_params.hopSamples());
    return {torch::matmul(mel, m_dct.to(torch::kFloat32)).transpose(1, 2).contiguous(),
            Lengths(std::move(frames))};
}

} // namespace fathom::nn
