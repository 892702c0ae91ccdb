// SPDX-License-Identifier: Apache-2.0
// A manifest as the batches a CTC model wants.
#pragma once

#include "engine/data/audio_text_dataset.h"
#include "engine/model/asr/ctc_params.h"
#include "engine/model/model.h"

#include <memory>

namespace fathom::model {

class SpeechDataset : public Dataset {
public:
    /// Reads the manifest and encodes its texts. Errors (BadInput) name the manifest line.
    [[nodiscard]] static Result<std::shared_ptr<const SpeechDataset>> open(const SpeechDataParams& params,
                                                                           const text::Tokenizer& tokenizer);

    [[nodiscard]] std::int64_t size() const override;
    [[nodiscard]] const LoaderOptions& loader() const override { return m_loader; }
    /// signal [B, T] float32, signal lengths [B], tokens [B, U], token lengths [B], the last three int64.
    [[nodiscard]] Result<Batch> load(std::span<const std::int64_t> indices) const override;
    [[nodiscard]] Result<Batch> loadFor(const EpochContext& epoch,
                                        std::span<const std::int64_t> indices) const override;
    [[nodiscard]] std::string underWay() const override { return m_data->underWay(); }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::vector<std::string> warnings() const { return m_data->warnings(); }

private:
    SpeechDataset(std::shared_ptr<const data::AudioTextDataset> data, const SpeechDataParams& params);
    void addBuckets(const SpeechDataParams& params, const std::vector<std::size_t>& sizes);
    std::shared_ptr<const data::AudioTextDataset> m_data;
    LoaderOptions m_loader;
};

} // namespace fathom::model
