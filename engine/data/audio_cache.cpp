// SPDX-License-Identifier: Apache-2.0
#include "engine/data/audio_cache.h"

#include <algorithm>
#include <cmath>

namespace fathom::data {

namespace {

constexpr float kScale = 32768.0F; // a power of two: scaling is exact both ways

bool fitsInteger(float sample) {
    const float scaled = sample * kScale;
    // -0.0 would come back as 0.0.
    return scaled >= -32768.0F && scaled <= 32767.0F && scaled == std::floor(scaled) &&
           !(scaled == 0.0F && std::signbit(scaled));
}

} // namespace

AudioCache::AudioCache(std::size_t recordings, std::size_t byteBudget)
    : m_budget(byteBudget), m_entries(recordings) {}

std::size_t AudioCache::Entry::bytes() const {
    return integers.size() * sizeof(std::int16_t) + floats.size() * sizeof(float) + sizeof(Entry);
}

AudioCache::Entry AudioCache::pack(std::span<const float> samples) {
    Entry entry;
    if (!std::all_of(samples.begin(), samples.end(), fitsInteger)) {
        entry.floats.assign(samples.begin(), samples.end());
        return entry;
    }
    entry.integers.resize(samples.size());
    std::transform(samples.begin(), samples.end(), entry.integers.begin(),
                   [](float sample) { return static_cast<std::int16_t>(sample * kScale); });
    return entry;
}

std::optional<std::vector<float>> AudioCache::find(std::size_t index) const {
    std::shared_ptr<const Entry> entry;
    {
        const std::lock_guard lock(m_mutex);
        entry = m_entries.at(index);
    }
    if (!entry) return std::nullopt;
    if (!entry->floats.empty()) return entry->floats;
    std::vector<float> samples(entry->integers.size());
    std::transform(entry->integers.begin(), entry->integers.end(), samples.begin(),
                   [](std::int16_t sample) { return static_cast<float>(sample) / kScale; });
    return samples;
}

void AudioCache::put(std::size_t index, std::span<const float> samples) {
    if (bytes() + samples.size() * sizeof(std::int16_t) > m_budget) return;
    auto entry = std::make_shared<const Entry>(pack(samples));
    const std::lock_guard lock(m_mutex);
    if (m_entries.at(index) || m_bytes + entry->bytes() > m_budget) return;
    m_bytes += entry->bytes();
    m_entries[index] = std::move(entry);
}

std::size_t AudioCache::bytes() const {
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

} // namespace fathom::data
