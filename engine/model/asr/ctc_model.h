// SPDX-License-Identifier: Apache-2.0
// NeMo's EncDecCTCModel: log-mel features, convolutional encoder, CTC over characters.
#pragma once

#include "engine/model/asr/ctc_decoding.h"
#include "engine/model/asr/ctc_params.h"
#include "engine/model/model.h"
#include "engine/nn/conv_asr_decoder.h"
#include "engine/nn/conv_asr_encoder.h"
#include "engine/nn/mel_spectrogram.h"
#include "engine/nn/spec_augment.h"

#include <memory>
#include <string>
#include <vector>

namespace fathom::model {

class CtcModel : public Model {
public:
    static constexpr const char* kTarget = "nemo.collections.asr.models.ctc_models.EncDecCTCModel";

    [[nodiscard]] static Result<std::unique_ptr<Model>>
    make(const config::Config& config, std::string_view path, const ModelOptions& options);

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
    };
    CtcModel(const config::Config& config, std::string_view path, const ModelOptions& options,
             CtcDecoding decoding);
    [[nodiscard]] Status build(const CtcModelParams& params);
    [[nodiscard]] Output run(const nn::Features& features, nn::Random* random) const;
    [[nodiscard]] torch::Device device() const;
    [[nodiscard]] Result<nn::Features> featuresOf(const std::vector<run::NamedArray>& inputs) const;
    [[nodiscard]] std::vector<std::string> texts(const Output& output) const;
    [[nodiscard]] std::vector<std::string> references(const nn::CtcTargets& targets) const;
    [[nodiscard]] Result<std::vector<std::string>>
    transcribeBatch(std::span<const std::filesystem::path> audio) const;

    config::Config m_config;
    std::string m_path;
    ModelOptions m_options;
    CtcDecoding m_decoding;
    CtcModelParams m_params{};
    std::string m_target;
    std::shared_ptr<torch::nn::Module> m_module;
    std::shared_ptr<nn::MelSpectrogram> m_preprocessor;
    std::shared_ptr<nn::SpecAugment> m_specAugment; ///< null without spec_augment
    std::shared_ptr<nn::ConvAsrEncoder> m_encoder;
    std::shared_ptr<nn::ConvAsrDecoder> m_decoder;
};

} // namespace fathom::model
