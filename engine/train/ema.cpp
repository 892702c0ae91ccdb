// SPDX-License-Identifier: Apache-2.0
#include "engine/train/ema.h"

#include "engine/archive/checkpoint.h"
#include "engine/nn/weights.h"
#include "engine/train/checkpoint_state.h"

#include <algorithm>
#include <map>

namespace fathom::train {
namespace {

using Object = archive::TorchObject;

Error misconfigured(const std::filesystem::path& file, std::string why) {
    return {.kind = ErrorKind::BadInput,
            .what = "Cannot resume the averaged weights",
            .why = std::move(why),
            .remedy = "Put the -EMA.ckpt file beside its checkpoint, or set exp_manager.ema.enable=false",
            .file = file.string(),
            .className = "MisconfigurationException"};
}

} // namespace

Ema::Ema(model::Model& model, optim::Optimizer& optimizer, const EmaParams& params)
    : m_model(model), m_optimizer(optimizer), m_params(params) {}

Status Ema::onBeforeOptimizerStep(const LoopState&) {
    if (isReady()) return {};
    const torch::NoGradGuard guard;
    for (const torch::Tensor& parameter : m_optimizer.parameters()) {
        const torch::Device device = m_params.cpuOffload ? torch::Device(torch::kCPU) : parameter.device();
        m_average.push_back(parameter.detach().to(parameter.options().device(device).requires_grad(false),
                                                  false, /*copy=*/true));
    }
    return {};
}

Status Ema::onTrainBatchEnd(const LoopState&, const StepReport& report) {
    if (!report.stepped || !isReady()) return {};
    if (m_steps++ % std::max(1, m_params.everyNSteps) != 0) return {};
    const torch::NoGradGuard guard;
    std::vector<torch::Tensor> weights;
    for (std::size_t i = 0; i < m_average.size(); ++i)
        weights.push_back(m_optimizer.parameters()[i].detach().to(m_average[i].device()));
    at::_foreach_mul_(m_average, m_params.decay);
    at::_foreach_add_(m_average, weights, 1.0 - m_params.decay);
    return {};
}

void Ema::swap() {
    const torch::NoGradGuard guard;
    for (std::size_t i = 0; i < m_average.size(); ++i) {
        torch::Tensor weight = m_optimizer.parameters()[i];
        const torch::Tensor kept = weight.detach().clone();
        weight.copy_(m_average[i]);
        m_average[i].copy_(kept);
    }
    m_isSwapped = !m_isSwapped;
}

Status Ema::onEvaluationStart(const LoopState&, model::Split) {
    if (isReady() && !m_isSwapped && !m_params.validateOriginalWeights) swap();
    return {};
}

Status Ema::onEvaluationEnd(const LoopState&, const EvaluationReport&) {
    if (m_isSwapped) swap();
    return {};
}

Status Ema::onTrainEnd(const LoopState&, run::TrainEnd) {
    if (m_isSwapped) swap();
    return {};
}

void Ema::onException(const LoopState&, const Error&) {
    if (m_isSwapped) swap();
}

Object Ema::averaged(const Object& checkpoint) const {
    std::map<const void*, std::size_t> places;
    for (std::size_t i = 0; i < m_average.size(); ++i)
        places[m_optimizer.parameters()[i].unsafeGetTensorImpl()] = i;
    const Object* weights = checkpoint.find("state_dict");
    Object::Entries entries = weights ? weights->entries() : Object::Entries{};
    Object::Items averages(m_average.size());
    std::size_t at = 0;
    for (const nn::NamedTensor& item : nn::stateDict(m_model.module())) {
        const auto place = places.find(item.tensor.unsafeGetTensorImpl());
        if (place != places.end() && at < entries.size()) {
            entries[at].second = tensorObject(m_average[place->second]);
            averages[place->second] = entries[at].second;
        }
        ++at;
    }
    Object result = checkpoint.with(
        "state_dict", Object::stateDict(std::move(entries), nn::moduleVersions(m_model.module())));
    const Object* optimizers = checkpoint.find("optimizer_states");
    if (!optimizers || optimizers->size() == 0) return result;
    return result.with("optimizer_states",
                       Object::list({Object::dict({{"opt", optimizers->at(0)},
                                                   {"ema", Object::tuple(std::move(averages))},
                                                   {"current_step", m_steps},
                                                   {"decay", m_params.decay},
                                                   {"every_n_steps", m_params.everyNSteps}})}));
}

std::filesystem::path Ema::siblingOf(const std::filesystem::path& checkpoint) {
    std::filesystem::path sibling = checkpoint;
    sibling.replace_filename(checkpoint.stem().string() + "-EMA" + checkpoint.extension().string());
    return sibling;
}

Status Ema::loadBeside(const std::filesystem::path& checkpoint) {
    const std::filesystem::path file = siblingOf(checkpoint);
    if (!std::filesystem::exists(file))
        return fail(misconfigured(file, "Unable to find the associated EMA weights when re-loading, training "
                                        "will start with new EMA weights. Expected them to be at: " +
                                            file.string()));
    const auto opened = archive::Checkpoint::open(file);
    if (!opened) return fail(opened.error());
    const auto states = opened->root().find("optimizer_states");
    const auto averages = states && states->size() > 0 ? states->at(0).find("ema") : std::nullopt;
    if (!averages) return fail(misconfigured(file, "its optimizer_states have no 'ema'"));
    const auto& parameters = m_optimizer.parameters();
    if (averages->size() != parameters.size())
        return fail(misconfigured(file, "it averages " + std::to_string(averages->size()) +
                                            " parameters, the model trains " +
                                            std::to_string(parameters.size())));
    m_average.clear();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const torch::Tensor saved = tensorOf(averages->at(i));
        if (!saved.defined() || saved.sizes() != parameters[i].sizes())
            return fail(misconfigured(file, "an average has another shape than its parameter"));
        const torch::Device device =
            m_params.cpuOffload ? torch::Device(torch::kCPU) : parameters[i].device();
        m_average.push_back(
            saved.to(parameters[i].options().device(device).requires_grad(false), false, true));
    }
    if (const auto steps = states->at(0).find("current_step")) m_steps = steps->toInt().value_or(0);
    return {};
}

} // namespace fathom::train
