// SPDX-License-Identifier: Apache-2.0
#include "engine/nn/spec_augment.h"

#include <algorithm>

namespace fathom::nn {

namespace {

Error emptyRange(const std::string& key, std::int64_t wanted, std::int64_t available) {
    return {.kind = ErrorKind::Usage,
            .what = "Cannot augment the features",
            .why = key + " is " + std::to_string(wanted) + " but the batch has only " +
                   std::to_string(available),
            .remedy = "Lower spec_augment." + key + " or set min_duration",
            .key = "spec_augment." + key,
            .className = "ValueError"};
}

} // namespace

Status SpecAugmentParams::check() const {
    if (timeWidthIsShare && (timeWidth < 0 || timeWidth > 1))
        return fail({.kind = ErrorKind::Usage,
                     .what = "Cannot build spec_augment",
                     .why = "If `time_width` is a float value, must be in range [0, 1]",
                     .remedy = "Give a share such as 0.05, or a whole number of frames",
                     .key = "spec_augment.time_width",
                     .className = "ValueError"});
    return {};
}

SpecAugment::SpecAugment(const SpecAugmentParams& params) : m_params(params) {
    // Parts without parameters, as NeMo registers them.
    if (params.rectMasks > 0) register_module("spec_cutout", std::make_shared<torch::nn::Module>());
    if (params.freqMasks + params.timeMasks > 0)
        register_module("spec_augment", std::make_shared<torch::nn::Module>());
}

Result<std::vector<MaskedArea>> SpecAugment::draw(std::int64_t bins, std::int64_t frames,
                                                  const Lengths& lengths, Random& random) const {
    std::vector<MaskedArea> areas;
    if (const Status drawn = drawCutout(bins, frames, lengths.size(), random, areas); !drawn)
        return fail(drawn.error());
    if (m_params.vectorized) {
        drawVectorized(bins, frames, lengths, random, areas);
    } else if (const Status drawn = drawLegacy(bins, frames, lengths, random, areas); !drawn) {
        return fail(drawn.error());
    }
    std::erase_if(areas, [](const MaskedArea& a) { return a.freq >= a.freqEnd || a.time >= a.timeEnd; });
    return areas;
}

Status SpecAugment::drawCutout(std::int64_t bins, std::int64_t frames, std::int64_t items, Random& random,
                               std::vector<MaskedArea>& areas) const {
    if (m_params.rectMasks == 0) return {};
    if (bins < m_params.rectFreq) return fail(emptyRange("rect_freq", m_params.rectFreq, bins));
    if (frames < m_params.rectTime) return fail(emptyRange("rect_time", m_params.rectTime, frames));
    for (std::int64_t item = 0; item < items; ++item) {
        for (int i = 0; i < m_params.rectMasks; ++i) {
            const std::int64_t freq = random.integer(0, bins - m_params.rectFreq);
            const std::int64_t time = random.integer(0, frames - m_params.rectTime);
            const std::int64_t height = random.integer(0, m_params.rectFreq);
            const std::int64_t width = random.integer(0, m_params.rectTime);
            areas.push_back({item, freq, freq + height, time, time + width});
        }
    }
    return {};
}

void SpecAugment::drawVectorized(std::int64_t bins, std::int64_t frames, const Lengths& lengths,
                                 Random& random, std::vector<MaskedArea>& areas) const {
    const auto scaled = [&](double range) { return static_cast<std::int64_t>(random.uniform() * range); };
    for (std::int64_t item = 0; item < lengths.size(); ++item) {
        const std::int64_t length = lengths.values()[static_cast<std::size_t>(item)];
        const double widest =
            m_params.timeWidthIsShare
                ? std::min(m_params.timeWidth * static_cast<double>(length), static_cast<double>(frames))
                : m_params.timeWidth;
        for (int i = 0; i < m_params.timeMasks; ++i) {
            const std::int64_t width = scaled(widest);
            const std::int64_t time =
                scaled(static_cast<double>(length - width)); // may be negative, as in NeMo
            areas.push_back({item, 0, bins, std::max<std::int64_t>(0, time), std::min(frames, time + width)});
        }
        for (int i = 0; i < m_params.freqMasks; ++i) {
            const std::int64_t height = scaled(m_params.freqWidth);
            const std::int64_t freq = scaled(static_cast<double>(bins - height));
            areas.push_back(
                {item, std::max<std::int64_t>(0, freq), std::min(bins, freq + height), 0, frames});
        }
    }
}

Status SpecAugment::drawLegacy(std::int64_t bins, std::int64_t frames, const Lengths& lengths, Random& random,
                               std::vector<MaskedArea>& areas) const {
    if (m_params.freqMasks > 0 && bins < m_params.freqWidth)
        return fail(emptyRange("freq_width", m_params.freqWidth, bins));
    for (std::int64_t item = 0; item < lengths.size(); ++item) {
        const std::int64_t length = lengths.values()[static_cast<std::size_t>(item)];
        for (int i = 0; i < m_params.freqMasks; ++i) {
            const std::int64_t freq = random.integer(0, bins - m_params.freqWidth);
            areas.push_back({item, freq, freq + random.integer(0, m_params.freqWidth), 0, frames});
        }
        const auto widest =
            m_params.timeWidthIsShare
                ? std::max<std::int64_t>(
                      1, static_cast<std::int64_t>(static_cast<double>(length) * m_params.timeWidth))
                : static_cast<std::int64_t>(m_params.timeWidth);
        for (int i = 0; i < m_params.timeMasks; ++i) {
            const std::int64_t time = random.integer(0, std::max<std::int64_t>(1, length - widest));
            const std::int64_t width = random.integer(0, widest);
            areas.push_back({item, 0, bins, time, std::min(frames, time + width)});
        }
    }
    return {};
}

Status SpecAugment::apply(Features& features, Random& random) const {
    const torch::NoGradGuard noGrad;
    const torch::Tensor& values = features.values;
    const Result<std::vector<MaskedArea>> areas =
        draw(values.size(1), values.size(2), features.lengths, random);
    if (!areas) return fail(areas.error());
    for (const MaskedArea& area : *areas)
        values.select(0, area.item)
            .slice(0, area.freq, area.freqEnd)
            .slice(1, area.time, area.timeEnd)
            .fill_(m_params.maskValue);
    return {};
}

} // namespace fathom::nn
