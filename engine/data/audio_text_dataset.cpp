// SPDX-License-Identifier: Apache-2.0
#include "engine/data/audio_text_dataset.h"

#include "engine/data/audio.h"

#include <algorithm>
#include <cstdio>

namespace fathom::data {

namespace {

std::string describe(const std::vector<std::string>& characters) {
    std::string text;
    for (const std::string& character : characters) {
        if (!text.empty()) text += ", ";
        text += describeCharacter(character);
    }
    return text;
}

Error unknownCharacters(const Manifest& manifest, const ManifestEntry& entry,
                        const std::vector<std::string>& unknown) {
    return manifest.error(entry, "Cannot encode the text",
                          (unknown.size() == 1 ? "the character " : "the characters ") + describe(unknown) +
                              (unknown.size() == 1 ? " is" : " are") + " not in labels",
                          "Correct the text, add to labels, or set drop_unknown_characters=true");
}

} // namespace

AudioTextDataset::AudioTextDataset(const AudioTextOptions& options, Manifest manifest)
    : m_options(options), m_manifest(std::move(manifest)) {}

Result<std::shared_ptr<const AudioTextDataset>> AudioTextDataset::open(const AudioTextOptions& options,
                                                                       const TextEncoder& encode) {
    Result<Manifest> manifest = readManifest(options.manifests, options.manifest);
    if (!manifest) return fail(manifest.error());
    std::shared_ptr<AudioTextDataset> dataset(new AudioTextDataset(options, std::move(*manifest)));
    if (Status encoded = dataset->encodeTexts(encode); !encoded) return fail(encoded.error());
    dataset->m_cache = std::make_unique<AudioCache>(dataset->size(), options.cacheBytes);
    return dataset;
}

Status AudioTextDataset::encodeTexts(const TextEncoder& encode) {
    std::vector<ManifestEntry> usable;
    usable.reserve(m_manifest.entries.size());
    for (ManifestEntry& entry : m_manifest.entries) {
        EncodedText encoded = encode(entry.text);
        if (!encoded.unknown.empty() && !m_options.dropUnknownCharacters) {
            Error error = unknownCharacters(m_manifest, entry, encoded.unknown);
            if (!m_options.manifest.skipBadFiles) return fail(std::move(error));
            m_manifest.skipped.push_back(std::move(error));
            m_manifest.seconds -= entry.duration;
            continue;
        }
        for (const std::string& character : encoded.unknown)
            ++m_dropped[character];
        if (m_options.bosId) encoded.ids.insert(encoded.ids.begin(), *m_options.bosId);
        if (m_options.eosId) encoded.ids.push_back(*m_options.eosId);
        m_tokens.push_back(std::move(encoded.ids));
        usable.push_back(std::move(entry));
    }
    m_manifest.entries = std::move(usable);
    if (!m_manifest.entries.empty()) return {};
    return fail({.kind = ErrorKind::BadInput,
                 .what = "Cannot use the manifest",
                 .why = "no line is left; the first: " + m_manifest.skipped.front().message(),
                 .remedy = "Correct the texts or the labels",
                 .file = m_manifest.files.front().string()});
}

Result<AudioSample> AudioTextDataset::read(std::size_t index) const {
    const ManifestEntry& entry = m_manifest.entries.at(index);
    AudioSample sample{.signal = {}, .tokens = m_tokens[index], .index = index, .line = entry.line};
    if (auto cached = m_cache->find(index)) {
        sample.signal = std::move(*cached);
        return sample;
    }
    Result<std::vector<float>> signal =
        readAudio(entry.audio, m_options.sampleRate, entry.offset, entry.duration);
    if (!signal) {
        const Error& error = signal.error();
        return fail(m_manifest.error(entry, error.what, error.file + ": " + error.why, error.remedy));
    }
    if (m_options.trimSilence) *signal = trimSilence(std::move(*signal));
    m_cache->put(index, *signal);
    sample.signal = std::move(*signal);
    return sample;
}

Result<AudioBatch> AudioTextDataset::load(std::span<const std::int64_t> indices) const {
    AudioBatch batch;
    std::vector<AudioSample> samples;
    samples.reserve(indices.size());
    for (const std::int64_t index : indices) {
        Result<AudioSample> sample = read(static_cast<std::size_t>(index));
        if (!sample) {
            if (!m_options.manifest.skipBadFiles) return fail(sample.error());
            batch.skipped.push_back(sample.error());
            continue;
        }
        const ManifestEntry& entry = m_manifest.entries[sample->index];
        batch.sources.push_back(entry.audio.string());
        batch.texts.push_back(entry.text);
        batch.signalLengths.push_back(static_cast<std::int64_t>(sample->signal.size()));
        batch.tokenLengths.push_back(static_cast<std::int64_t>(sample->tokens.size()));
        batch.maxSignal = std::max(batch.maxSignal, batch.signalLengths.back());
        batch.maxTokens = std::max(batch.maxTokens, batch.tokenLengths.back());
        samples.push_back(std::move(*sample));
    }
    batch.signal.resize(samples.size() * static_cast<std::size_t>(batch.maxSignal));
    batch.tokens.resize(samples.size() * static_cast<std::size_t>(batch.maxTokens), m_options.padId);
    for (std::size_t row = 0; row < samples.size(); ++row) {
        const auto item = static_cast<std::int64_t>(row);
        std::copy(samples[row].signal.begin(), samples[row].signal.end(),
                  batch.signal.begin() + item * batch.maxSignal);
        std::copy(samples[row].tokens.begin(), samples[row].tokens.end(),
                  batch.tokens.begin() + item * batch.maxTokens);
    }
    return batch;
}

std::string AudioTextDataset::summary() const {
    char hours[32];
    std::snprintf(hours, sizeof hours, "%.2f", m_manifest.seconds / 3600);
    std::string text = std::to_string(size()) + " recordings, " + hours + " hours";
    if (m_manifest.filtered > 0) text += "; " + std::to_string(m_manifest.filtered) + " left out by duration";
    if (!m_manifest.skipped.empty())
        text += "; " + std::to_string(m_manifest.skipped.size()) + " cannot be used";
    return text;
}

std::vector<std::string> AudioTextDataset::warnings() const {
    std::vector<std::string> lines;
    if (!m_manifest.skipped.empty())
        lines.push_back(std::to_string(m_manifest.skipped.size()) +
                        (m_manifest.skipped.size() == 1 ? " line was" : " lines were") +
                        " left out, the first: " + m_manifest.skipped.front().message());
    for (const auto& [character, texts] : m_dropped)
        lines.push_back("the character " + describeCharacter(character) +
                        " is not in labels and was dropped from " + std::to_string(texts) +
                        (texts == 1 ? " text" : " texts"));
    return lines;
}

} // namespace fathom::data
