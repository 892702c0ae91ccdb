// SPDX-License-Identifier: Apache-2.0
#include "engine/model/speech_dataset.h"

namespace fathom::model {

namespace {

/// A tensor that owns the vector: no copy.
template <class T> torch::Tensor tensorOf(std::vector<T>&& values, at::IntArrayRef shape) {
    auto owner = std::make_shared<std::vector<T>>(std::move(values));
    return torch::from_blob(
        owner->data(), shape, [owner](void*) {}, torch::CppTypeToScalarType<T>::value);
}

} // namespace

SpeechDataset::SpeechDataset(std::shared_ptr<const data::AudioTextDataset> data, const LoaderOptions& loader)
    : m_data(std::move(data)), m_loader(loader) {}

Result<std::shared_ptr<const SpeechDataset>> SpeechDataset::open(const SpeechDataParams& params,
                                                                 const data::CharTokenizer& tokenizer) {
    data::AudioTextOptions options;
    options.manifests = params.manifests;
    options.manifest.minDuration = params.minDuration;
    options.manifest.maxDuration = params.maxDuration;
    options.manifest.maxUtts = params.maxUtts;
    options.manifest.skipBadFiles = params.skipBadFiles;
    options.sampleRate = params.sampleRate;
    options.dropUnknownCharacters = params.dropUnknownCharacters;
    options.trimSilence = params.trimSilence;
    options.bosId = params.bosId;
    options.eosId = params.eosId;
    options.padId = params.padId;
    auto data =
        data::AudioTextDataset::open(options, [&](std::string_view text) { return tokenizer.encode(text); });
    if (!data) return fail(data.error());
    return std::shared_ptr<const SpeechDataset>(new SpeechDataset(std::move(*data), params.loader));
}

std::int64_t SpeechDataset::size() const {
    return static_cast<std::int64_t>(m_data->size());
}

Result<Batch> SpeechDataset::load(std::span<const std::int64_t> indices) const {
    Result<data::AudioBatch> loaded = m_data->load(indices);
    if (!loaded) return fail(loaded.error());
    const std::int64_t items = loaded->size();
    Batch batch;
    batch.tensors = {tensorOf(std::move(loaded->signal), {items, loaded->maxSignal}),
                     tensorOf(std::move(loaded->signalLengths), {items}),
                     tensorOf(std::move(loaded->tokens), {items, loaded->maxTokens}),
                     tensorOf(std::move(loaded->tokenLengths), {items})};
    batch.sources = std::move(loaded->sources);
    batch.skipped = std::move(loaded->skipped);
    return batch;
}

std::string SpeechDataset::summary() const {
    return m_data->summary();
}

} // namespace fathom::model
