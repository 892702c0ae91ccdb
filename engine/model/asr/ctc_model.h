// SPDX-License-Identifier: Apache-2.0
// NeMo's EncDecCTCModel and EncDecCTCModelBPE: log-mel features, a convolutional or Conformer encoder, CTC
// over characters or sub-words.
#pragma once

#include "engine/model/asr/ctc_decoding.h"
#include "engine/model/asr/ctc_params.h"
#include "engine/model/asr/transcription.h"
#include "engine/model/model.h"
#include "engine/nn/conv_asr_decoder.h"
#include "engine/nn/mel_spectrogram.h"
#include "engine/nn/spec_augment.h"
#include "engine/text/word_error_rate.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fathom::model {

class CtcModel : public Model {
public:
    static constexpr const char* kTarget = "nemo.collections.asr.models.ctc_models.EncDecCTCModel";
    static constexpr const char* kSubwordTarget =
        "nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE";

    /// EncDecCTCModel: `labels` are the vocabulary.
    [[nodiscard]] static Result<std::unique_ptr<Model>>
    make(const config::Config& config, std::string_view path, const ModelOptions& options);
    /// EncDecCTCModelBPE: the section `tokenizer` says which.
    [[nodiscard]] static Result<std::unique_ptr<Model>>
    makeSubword(const config::Config& config, std::string_view path, const ModelOptions& options);

    [[nodiscard]] const std::string& target() const override { return m_target; }
    [[nodiscard]] torch::nn::Module& module() override { return *m_module; }
    [[nodiscard]] Result<std::string> configYaml() const override;
    [[nodiscard]] Result<std::shared_ptr<const Dataset>> dataset(Split split) override;
    [[nodiscard]] Result<TrainingStep> trainingStep(const Batch& batch, const StepContext& context) override;
    [[nodiscard]] Result<EvaluationStep> evaluationStep(const Batch& batch) override;
    [[nodiscard]] Result<std::vector<run::NamedArray>>
    forward(const std::vector<run::NamedArray>& inputs) override;
    [[nodiscard]] run::Task task() const override { return run::Task::Transcribe; }
    [[nodiscard]] Result<std::vector<run::Transcript>>
    transcribe(const std::vector<std::filesystem::path>& audio, const run::TranscribeOptions& options,
               std::stop_token stop) override;

private:
    struct Output {
        nn::Encoded encoded{};
        torch::Tensor logProbs{};
        std::vector<Output> layers{}; ///< those of interctc
    };
    /// A part of a loss, under NeMo's name.
    struct LayerLoss {
        std::string name{};
        torch::Tensor loss{};
    };
    CtcModel(const config::Config& config, std::string_view path, const ModelOptions& options,
             CtcDecoding decoding);
    [[nodiscard]] Status build(const CtcModelParams& params);
    /// Registers in NeMo's order, which is that of its state_dict.
    void registerModules();
    [[nodiscard]] Output run(const nn::Features& features, nn::EncodeOptions options) const;
    [[nodiscard]] torch::Tensor lossOf(const Output& output, const nn::CtcTargets& targets,
                                       std::vector<LayerLoss>& layers) const;
    /// The name of the word error rate of one of interctc's layers.
    [[nodiscard]] std::string werOf(std::size_t index) const {
        return "inter_wer_l" + std::to_string(m_params.interCtc.layers[index]);
    }
    [[nodiscard]] std::vector<text::EditCount> edits(const std::vector<std::string>& predicted,
                                                     const std::vector<std::string>& expected) const;
    [[nodiscard]] torch::Device device() const;
    [[nodiscard]] Result<nn::Features> featuresOf(const std::vector<run::NamedArray>& inputs) const;
    [[nodiscard]] Status prepareDecoding();
    [[nodiscard]] std::vector<std::string> texts(const Output& output) const;
    [[nodiscard]] SpeechRecognizer recognizer() const;
    [[nodiscard]] std::vector<std::string> references(const nn::CtcTargets& targets) const;

    config::Config m_config;
    std::string m_path;
    ModelOptions m_options;
    CtcDecoding m_decoding;
    std::vector<std::pair<std::string, std::string>> m_tokenizerFiles{}; ///< see SpeechTokenizer::files
    CtcDecodingParams m_decodingParams{};
    std::shared_ptr<const CtcDecoder> m_beamDecoder; ///< once it is needed; null while decoding is greedy
    CtcModelParams m_params{};
    std::string m_target;
    std::shared_ptr<torch::nn::Module> m_module;
    std::shared_ptr<nn::AudioPreprocessor> m_preprocessor;
    std::shared_ptr<nn::SpecAugment> m_specAugment; ///< null without spec_augment
    std::shared_ptr<nn::AcousticEncoder> m_encoder;
    std::shared_ptr<nn::ConvAsrDecoder> m_decoder;
};

} // namespace fathom::model
