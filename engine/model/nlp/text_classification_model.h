// SPDX-License-Identifier: Apache-2.0
// NeMo's TextClassificationModel: BERT, and a classifier on the hidden state of [CLS].
#pragma once

#include "engine/model/model.h"
#include "engine/model/nlp/bert_source.h"
#include "engine/model/nlp/text_classification_params.h"
#include "engine/model/nlp/text_tokens.h"
#include "engine/nn/bert_encoder.h"
#include "engine/nn/sequence_classifier.h"

#include <memory>
#include <string>
#include <vector>

namespace fathom::model {

class TextClassificationModel : public Model {
public:
    static constexpr const char* kTarget =
        "nemo.collections.nlp.models.text_classification.text_classification_model.TextClassificationModel";

    [[nodiscard]] static Result<std::unique_ptr<Model>>
    make(const config::Config& config, std::string_view path, const ModelOptions& options);

    [[nodiscard]] run::Task task() const override { return run::Task::Classify; }
    [[nodiscard]] const std::string& target() const override { return m_target; }
    [[nodiscard]] std::vector<std::string> classNames() const override;
    [[nodiscard]] torch::nn::Module& module() override { return *m_module; }
    [[nodiscard]] Result<std::string> configYaml() const override;
    /// Also computes the weights of the classes, where the config wants them, from the training file.
    [[nodiscard]] Result<std::shared_ptr<const Dataset>> dataset(Split split) override;
    [[nodiscard]] Result<TrainingStep> trainingStep(const Batch& batch, const StepContext& context) override;
    [[nodiscard]] Result<EvaluationStep> evaluationStep(const Batch& batch) override;
    [[nodiscard]] std::vector<Metric> epochMetrics(Split split, std::span<const double> counts) override;
    /// input_ids [B, T], attention_mask [B, T] and token_type_ids [B, T] (the last two may be absent: ones
    /// and zeros) give hidden_states [B, T, H], logits [B, C] and predictions [B].
    [[nodiscard]] Result<std::vector<run::NamedArray>>
    forward(const std::vector<run::NamedArray>& inputs) override;
    /// Texts are cut where the encoder has no more positions.
    [[nodiscard]] Result<std::vector<run::Classification>> classify(const std::vector<std::string>& texts,
                                                                    std::stop_token stop) override;

private:
    TextClassificationModel(const config::Config& config, std::string_view path, const ModelOptions& options);
    [[nodiscard]] Status build();
    [[nodiscard]] Status readClassNames();
    [[nodiscard]] Status buildEncoder(nn::Random& random);
    [[nodiscard]] TextEncoder encoderUpTo(std::int64_t tokens) const;
    [[nodiscard]] torch::Device device() const;
    /// [B, C] float32.
    [[nodiscard]] torch::Tensor logits(const Batch& batch, nn::Random* random) const;
    [[nodiscard]] torch::Tensor loss(const torch::Tensor& logits, const Batch& batch, double smoothing) const;
    [[nodiscard]] torch::Tensor withWordDropout(const Batch& batch, nn::Random& random) const;
    [[nodiscard]] Status weighClasses();
    [[nodiscard]] std::string className(std::int64_t label) const;
    [[nodiscard]] Status classifyBatch(std::span<const std::span<const std::int64_t>> sequences,
                                       std::span<run::Classification* const> out) const;

    config::Config m_config;
    std::string m_path;
    ModelOptions m_options;
    std::string m_target;
    TextClassificationParams m_params{};
    std::shared_ptr<const text::Tokenizer> m_tokenizer;
    std::vector<std::string> m_names{}; ///< of the first classes; may be fewer than there are
    double m_wordDropout = 0;
    std::shared_ptr<torch::nn::Module> m_module;
    std::shared_ptr<nn::BertEncoder> m_encoder;
    std::shared_ptr<nn::SequenceClassifier> m_classifier;
    std::shared_ptr<torch::nn::Module> m_loss;
    torch::Tensor m_classWeights{}; ///< [C]; undefined: all alike
};

} // namespace fathom::model
