// SPDX-License-Identifier: GPL-3.0-or-later
#include "sine_model.h"

#include "sine_data.h"

#include "engine/config/schema.h"
#include "engine/config/schemas/catalog.h"
#include "engine/model/model.h"
#include "engine/model/named_arrays.h"
#include "engine/nn/random.h"

namespace example {

namespace {

using namespace fathom;

constexpr const char* kTarget = "example.models.SineModel";

constexpr const char* kSchema = R"(SineData
  points: int = 256  # points from -1 to 1 | >= 1
  frequency: float = 1.0  # periods between -1 and 1
  batch_size: int = 32  # points in a batch | >= 1
  shuffle: bool = false  # a new order each epoch
SineModel
  target: str = example.models.SineModel  # class
  hidden: int = 32  # units of the hidden layer | >= 1
  train_ds: Optional[SineData] = null  # training data
  validation_ds: Optional[SineData] = null  # validation data
  test_ds: Optional[SineData] = null  # test data
  optim: Any = null  # optimizer
)";

Result<std::int64_t> hiddenOf(const config::Config& config, std::string_view path) {
    struct Params {
        std::int64_t hidden{};
    };
    static const auto schema =
        config::Schema<Params>(schemas::describe(kSchema).value()).bind("hidden", &Params::hidden);
    const Result<Params> params = schema.read(config, path);
    if (!params) return fail(params.error());
    return params->hidden;
}

class SineModel : public model::Model {
public:
    SineModel(config::Config config, std::string_view path, std::int64_t hidden, std::uint64_t seed)
        : m_config(std::move(config)), m_path(path) {
        m_hidden = m_module.register_module("hidden", torch::nn::Linear(1, hidden));
        m_output = m_module.register_module("output", torch::nn::Linear(hidden, 1));
        // All randomness of a run derives from its seed; torch's global generator belongs to nobody.
        const torch::NoGradGuard noGrad;
        nn::Random random(seed);
        for (torch::Tensor& parameter : m_module.parameters())
            parameter.uniform_(-1, 1, random.generator());
        m_output->weight.div_(static_cast<double>(hidden));
    }

    const std::string& target() const override { return m_target; }
    torch::nn::Module& module() override { return m_module; }
    Result<std::string> configYaml() const override { return m_config.toYaml(m_path, /*resolve=*/true); }

    Result<std::shared_ptr<const model::Dataset>> dataset(model::Split split) override {
        const std::string section = (m_path.empty() ? "" : m_path + '.') + std::string(sectionName(split));
        return SineData::read(m_config, section);
    }
    Result<model::TrainingStep> trainingStep(const model::Batch& batch, const model::StepContext&) override {
        return model::TrainingStep{.loss = lossOf(batch)};
    }
    Result<model::EvaluationStep> evaluationStep(const model::Batch& batch) override {
        const torch::NoGradGuard noGrad;
        const auto items = static_cast<double>(batch.size());
        return model::EvaluationStep{.metrics = {{"loss", lossOf(batch).item<double>() * items, items}}};
    }
    Result<std::vector<run::NamedArray>> forward(const std::vector<run::NamedArray>& inputs) override {
        const torch::NoGradGuard noGrad;
        const run::NamedArray* x = model::findArray(inputs, "x");
        if (!x)
            return fail({.kind = ErrorKind::Usage,
                         .what = "Cannot run the model",
                         .why = "there is no input x",
                         .remedy = "Give --in x=X.npy"});
        const Result<torch::Tensor> tensor = model::inputTensor(*x, 2, torch::kFloat32);
        if (!tensor) return fail(tensor.error());
        return std::vector{model::namedArray("y", run(*tensor))};
    }

private:
    torch::Tensor run(const torch::Tensor& x) {
        return m_output->forward(torch::tanh(m_hidden->forward(x.to(m_output->weight.device()))));
    }
    torch::Tensor lossOf(const model::Batch& batch) {
        const torch::Tensor y = run(batch.tensors[0]);
        return torch::mse_loss(y, batch.tensors[1].to(y.device()));
    }

    const std::string m_target = kTarget;
    config::Config m_config;
    std::string m_path;
    torch::nn::Module m_module{"SineModel"};
    torch::nn::Linear m_hidden{nullptr};
    torch::nn::Linear m_output{nullptr};
};

Result<std::unique_ptr<model::Model>> makeSineModel(const config::Config& config, std::string_view path,
                                                    const model::ModelOptions& options) {
    const Result<std::int64_t> hidden = hiddenOf(config, path);
    if (!hidden) return fail(hidden.error());
    return std::make_unique<SineModel>(config, path, *hidden, options.seed);
}

} // namespace

plugin::ModelRegistration sineModel() {
    return {.name = "SineModel", .schema = kSchema, .factory = makeSineModel};
}

} // namespace example
