// SPDX-License-Identifier: Apache-2.0
// NeMo's MTEncDecModel: a transformer that translates ("Attention is all you need", Vaswani et al. 2017).
#pragma once

#include "engine/model/model.h"
#include "engine/model/nmt/mt_examples.h"
#include "engine/model/nmt/mt_language.h"
#include "engine/model/nmt/mt_params.h"
#include "engine/model/nmt/parallel_text.h"
#include "engine/nn/transformer_beam.h"
#include "engine/nn/transformer_decoder.h"
#include "engine/nn/transformer_encoder.h"
#include "engine/nn/transformer_head.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fathom::model {

class MtModel : public Model {
public:
    static constexpr const char* kTarget =
        "nemo.collections.nlp.models.machine_translation.mt_enc_dec_model.MTEncDecModel";

    [[nodiscard]] static Result<std::unique_ptr<Model>>
    make(const config::Config& config, std::string_view path, const ModelOptions& options);

    [[nodiscard]] run::Task task() const override { return run::Task::Translate; }
    [[nodiscard]] const std::string& target() const override { return m_target; }
    [[nodiscard]] torch::nn::Module& module() override { return *m_module; }
    [[nodiscard]] Result<std::string> configYaml() const override;
    [[nodiscard]] Result<std::shared_ptr<const Dataset>> dataset(Split split) override;
    [[nodiscard]] Result<TrainingStep> trainingStep(const Batch& batch, const StepContext& context) override;
    [[nodiscard]] Result<EvaluationStep> evaluationStep(const Batch& batch) override;
    [[nodiscard]] std::vector<Metric> epochMetrics(Split split, std::span<const double> counts) override;
    /// `src` and `src_mask` [B, S] give `encoder_hidden` [B, S, H] and `beam_ids` [B, T]; with `tgt` and
    /// `tgt_mask` [B, T] instead of the latter `log_probs` [B, T, V].
    [[nodiscard]] Result<std::vector<run::NamedArray>>
    forward(const std::vector<run::NamedArray>& inputs) override;
    /// Texts are translated in NeMo's batches: consecutive ones together, as many as fit into memory.
    [[nodiscard]] Result<std::vector<run::Translation>> translate(const std::vector<std::string>& texts,
                                                                  const run::TranslateOptions& options,
                                                                  std::stop_token stop) override;

private:
    /// A batch as the network reads it: packed where the kernels can, else padded.
    struct Tokens {
        torch::Tensor source{};
        torch::Tensor target{};
        torch::Tensor labels{};    ///< of real tokens only, [R]
        torch::Tensor labelRows{}; ///< with padding: rows of the target that have labels
        std::optional<nn::TokenLayout> sourceLayout{};
        std::optional<nn::TokenLayout> targetLayout{};
    };
    using Sentences = std::vector<std::vector<std::int64_t>>;

    MtModel(const config::Config& config, std::string_view path, const ModelOptions& options);
    [[nodiscard]] Status build(const MtModelParams& params);
    [[nodiscard]] Status checkVocabularies() const;
    [[nodiscard]] Status checkIds(const torch::Tensor& source, const torch::Tensor& target) const;
    [[nodiscard]] Tokens tokensOf(const Batch& batch) const;
    [[nodiscard]] torch::Tensor lossOf(const Tokens& tokens, double smoothing, double eps,
                                       nn::Random* random) const;
    [[nodiscard]] Result<EvaluationStep> evaluate(const Batch& batch);
    [[nodiscard]] Result<std::vector<torch::Tensor>>
    forwardInputs(const std::vector<run::NamedArray>& inputs) const;

    [[nodiscard]] nn::BeamSearchParams searchParams() const;
    [[nodiscard]] Result<nn::BeamSearchParams> searchParams(const run::TranslateOptions& options) const;
    [[nodiscard]] nn::EncodedSources encode(const torch::Tensor& ids, const torch::Tensor& mask) const;
    [[nodiscard]] torch::Tensor beamIds(const torch::Tensor& source, const torch::Tensor& mask) const;
    [[nodiscard]] Result<std::vector<std::int64_t>> sourceIds(const std::string& text, std::size_t number,
                                                              const LanguagePair& language) const;
    [[nodiscard]] std::vector<std::vector<nn::Hypothesis>>
    search(const Sentences& sentences, const nn::BeamSearchParams& params, const std::stop_token& stop) const;
    [[nodiscard]] torch::Device device() const { return m_head->weight().device(); }

    config::Config m_config;
    std::string m_path;
    ModelOptions m_options;
    MtModelParams m_params{};
    TokenSides m_sides{};
    LanguagePair m_language{};
    std::string m_target;
    std::shared_ptr<torch::nn::Module> m_module;
    std::shared_ptr<nn::TransformerEncoder> m_encoder;
    std::shared_ptr<nn::TransformerDecoder> m_decoder;
    std::shared_ptr<nn::TokenHead> m_head;
    TranslationExamples m_examples{}; ///< of the evaluation under way
};

} // namespace fathom::model
