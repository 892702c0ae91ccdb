// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/speech_dataset.h"

#include <numeric>

namespace fathom::model {

namespace {

/// A tensor that owns the vector: no copy.
template <class T> torch::Tensor tensorOf(std::vector<T>&& values, at::IntArrayRef shape) {
    auto owner = std::make_shared<std::vector<T>>(std::move(values));
    return torch::from_blob(
        owner->data(), shape, [owner](void*) {}, torch::CppTypeToScalarType<T>::value);
}

} // namespace

SpeechDataset::SpeechDataset(std::shared_ptr<const data::AudioTextDataset> data,
                             const SpeechDataParams& params)
    : m_data(std::move(data)), m_loader(params.loader) {
    const std::vector<std::size_t> sizes = m_data->bucketSizes();
    if (sizes.size() > 1) addBuckets(params, sizes);
    if (!params.semiSorted) return;
    auto sorting = std::make_shared<SemiSorting>(*params.semiSorted);
    for (std::size_t i = 0; i < m_data->size(); ++i)
        sorting->durations.push_back(static_cast<float>(m_data->duration(i)));
    m_loader.semiSorting = std::move(sorting);
}

/// Each bucket as often as its weight says, with its batch size.
void SpeechDataset::addBuckets(const SpeechDataParams& params, const std::vector<std::size_t>& sizes) {
    std::int64_t first = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto items = static_cast<std::int64_t>(sizes[i]);
        const int repetitions = params.bucketWeights.empty() ? 1 : params.bucketWeights[i];
        const int batchSize = params.bucketBatchSizes.empty() ? 0 : params.bucketBatchSizes[i];
        m_loader.buckets.insert(m_loader.buckets.end(), static_cast<std::size_t>(repetitions),
                                {first, items, batchSize});
        first += items;
    }
}

Result<std::shared_ptr<const SpeechDataset>> SpeechDataset::open(const SpeechDataParams& params,
                                                                 const text::Tokenizer& tokenizer) {
    data::AudioTextOptions options;
    options.manifests = params.manifests;
    options.buckets = params.tarred;
    options.manifest.minDuration = params.minDuration;
    options.manifest.maxDuration = params.maxDuration;
    options.manifest.maxUtts = params.maxUtts;
    options.manifest.skipBadFiles = params.skipBadFiles;
    options.sampleRate = params.sampleRate;
    options.dropUnknownCharacters = params.dropUnknownCharacters;
    options.unknownHaveId = tokenizer.unkId().has_value();
    options.trimSilence = params.trimSilence;
    options.bosId = params.bosId;
    options.eosId = params.eosId;
    options.padId = params.padId;
    options.framesPerSecond = params.framesPerSecond;
    options.leaveOutImpossible = params.leaveOutImpossible;
    if (!params.augmentor.empty()) {
        auto augmentor = data::Augmentor::open(params.augmentor, params.sampleRate);
        if (!augmentor) return fail(augmentor.error());
        options.augmentor = std::move(*augmentor);
    }
    auto data =
        data::AudioTextDataset::open(options, [&](std::string_view text) { return tokenizer.encode(text); });
    if (!data) return fail(data.error());
    return std::shared_ptr<const SpeechDataset>(new SpeechDataset(std::move(*data), params));
}

std::int64_t SpeechDataset::size() const {
    return static_cast<std::int64_t>(m_data->size());
}

Result<Batch> SpeechDataset::load(std::span<const std::int64_t> indices) const {
    return loadFor({}, indices);
}

Result<Batch> SpeechDataset::loadFor(const EpochContext& epoch, std::span<const std::int64_t> indices) const {
    Result<data::AudioBatch> loaded = m_data->load(indices, epoch.stop, epoch.seed);
    if (!loaded) return fail(loaded.error());
    const std::int64_t items = loaded->size();
    Batch batch;
    batch.elements = items * loaded->maxSignal;
    batch.padding = batch.elements - std::accumulate(loaded->signalLengths.begin(),
                                                     loaded->signalLengths.end(), std::int64_t{0});
    batch.tensors = {tensorOf(std::move(loaded->signal), {items, loaded->maxSignal}),
                     tensorOf(std::move(loaded->signalLengths), {items}),
                     tensorOf(std::move(loaded->tokens), {items, loaded->maxTokens}),
                     tensorOf(std::move(loaded->tokenLengths), {items})};
    batch.sources = std::move(loaded->sources);
    batch.skipped = std::move(loaded->skipped);
    batch.notes = std::move(loaded->notes);
    return batch;
}

std::string SpeechDataset::summary() const {
    return m_data->summary();
}

} // namespace fathom::model
