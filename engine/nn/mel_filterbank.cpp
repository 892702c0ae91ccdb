// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/mel_spectrogram.h"

#include <algorithm>
#include <cmath>

namespace fathom::nn {

namespace {

// Slaney's scale: linear below 1 kHz, logarithmic above.
constexpr double kHzPerMel = 200.0 / 3.0;
constexpr double kBreakHz = 1000.0;
constexpr double kBreakMel = kBreakHz / kHzPerMel;
const double kLogStep = std::log(6.4) / 27.0;

double melOfHz(double hz) {
    return hz < kBreakHz ? hz / kHzPerMel : kBreakMel + std::log(hz / kBreakHz) / kLogStep;
}

double hzOfMel(double mel) {
    return mel < kBreakMel ? mel * kHzPerMel : kBreakHz * std::exp(kLogStep * (mel - kBreakMel));
}

} // namespace

torch::Tensor melFilterbank(const MelParams& params) {
    const std::int64_t bins = params.fftSize() / 2 + 1;
    const double nyquist = params.sampleRate / 2.0;
    const double low = melOfHz(params.lowfreq);
    const double high = melOfHz(params.highfreq.value_or(nyquist));
    std::vector<double> edges(static_cast<std::size_t>(params.features) + 2);
    for (std::size_t i = 0; i < edges.size(); ++i)
        edges[i] =
            hzOfMel(low + (high - low) * static_cast<double>(i) / static_cast<double>(edges.size() - 1));

    torch::Tensor filters = torch::zeros({params.features, bins}, torch::kFloat32);
    auto values = filters.accessor<float, 2>();
    for (std::int64_t m = 0; m < params.features; ++m) {
        const auto i = static_cast<std::size_t>(m);
        const double area = params.melNorm == "slaney" ? 2.0 / (edges[i + 2] - edges[i]) : 1.0;
        for (std::int64_t k = 0; k < bins; ++k) {
            const double hz = nyquist * static_cast<double>(k) / static_cast<double>(bins - 1);
            const double rising = (hz - edges[i]) / (edges[i + 1] - edges[i]);
            const double falling = (edges[i + 2] - hz) / (edges[i + 2] - edges[i + 1]);
            values[m][k] = static_cast<float>(std::max(0.0, std::min(rising, falling)) * area);
        }
    }
    return filters;
}

} // namespace fathom::nn
